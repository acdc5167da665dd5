import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { MapspaceKind } from "../../server/src/engine/mapspace/constraints.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { PointCosts } from "../../server/src/engine/search/costing.ts";
import { type ExactProgress, exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import { energyWeights } from "../../server/src/engine/search/exact/functional.ts";
import { OrderBounds } from "../../server/src/engine/search/exact/order-bounds.ts";
import { exactProblem } from "../../server/src/engine/search/exact/problem.ts";
import { dimensionSpreads, skeletonOf } from "../../server/src/engine/search/exact/skeleton.ts";
import { objectiveValue } from "../../server/src/engine/search/objective.ts";
import type { Incumbent } from "../../server/src/engine/search/progress.ts";
import { type SmallCase, smallCase } from "./random-cases.ts";

const objectives = ["edp", "energy", "latency"] as const;

/** What a case is about, as far as it has a mapping at all. */
function featuresOf({ architecture, workload, kind, constraints }: SmallCase, best: Incumbent): string[] {
  const ranks = workload.dataSpaces.flatMap((space) => space.ranks);
  const { storage } = architecture;
  const bandwidth = storage.some((l) => (l.readBandwidth ?? l.writeBandwidth ?? l.sharedBandwidth) !== null);
  const temporal = best.mapping.levels.flatMap((l) => l.temporal);
  const loops = best.mapping.levels.flatMap((l) => [...l.temporal, ...l.spatialX, ...l.spatialY]);
  const features: Record<string, boolean> = {
    [kind]: true,
    [`${storage.length} levels`]: true,
    window: ranks.some((rank) => rank.length > 1),
    stride: ranks.some((rank) => rank.some(({ coefficient }) => coefficient > 1)),
    bandwidth,
    "bandwidth that binds": best.cycles > temporal.reduce((n, l) => n * l.factor, 1),
    capacity: storage.some(({ capacityWords }) => capacityWords !== null),
    "free bypass":
      constraints.filter((c) => c.kind === "keep").length < (storage.length - 1) * workload.dataSpaces.length,
    bypass: best.mapping.levels.some(({ keep }) => keep.includes(false)),
    factors: constraints.some((c) => c.kind === "factor"),
    permutation: constraints.some((c) => c.kind === "permutation"),
    spread: best.mapping.levels.some((l) => l.spatialX.length + l.spatialY.length > 0),
    remainder: loops.some(({ factor, residual }) => factor !== residual),
    padding: best.bounds.some((bound, d) => bound !== workload.dimensions[d].bound),
    leakage: storage.some(({ leakEnergyPj }) => leakEnergyPj > 0),
    blocks: storage.some(({ blockSize }) => blockSize > 1),
  };
  return Object.keys(features).filter((name) => features[name]);
}

/** Compares the exact result with trying every mapping; how often each feature occurred where there was a mapping. */
function compare(kinds: readonly MapspaceKind[], seeds: number, largest: bigint): Record<string, number> {
  const seen: Record<string, number> = { all: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const small = smallCase(seed, kinds);
    const { mapspace } = createMapspace(small.architecture, small.workload, small.kind, small.constraints);
    if (mapspace === undefined || mapspace.count().total > largest) continue;
    const objective = objectives[seed % 3];
    const costs = new PointCosts(mapspace);
    const point = mapspace.createPoint();
    const cost = { energyPj: 0, cycles: 0 };
    let least = Number.POSITIVE_INFINITY;
    /** Of the fastest mappings, the least energy. */
    let sparing = Number.POSITIVE_INFINITY;
    let imperfect = false;
    for (const _ of mapspace.enumerate(point, true)) {
      if (!costs.fits(point)) continue;
      imperfect ||= point.factors.some((factor, i) => factor !== point.residuals[i]);
      costs.cost(point, cost);
      const value = objectiveValue(objective, cost.energyPj, cost.cycles);
      if (value < least) sparing = Number.POSITIVE_INFINITY;
      if (value <= least) sparing = Math.min(sparing, cost.energyPj);
      least = Math.min(least, value);
    }
    let result: ExactProgress | undefined;
    for (result of exactSearch(mapspace, { objective, seed, warmUp: 0 }));
    const { best, bound } = result!;
    const where = `seed ${seed}, ${small.kind}, ${objective}`;
    if (least === Number.POSITIVE_INFINITY) {
      assert.equal(best, null, where);
      continue;
    }
    assert.ok(
      best !== null && Math.abs(best.value - least) <= 2e-9 * least,
      `${where}: ${best?.value} against ${least}`,
    );
    if (objective === "latency")
      assert.ok(best.energyPj <= sparing * (1 + 2e-9), `${where}: ${best.energyPj} pJ against ${sparing} as fast`);
    const { front } = result!;
    assert.ok(
      front!.some(({ energyPj, cycles }) => energyPj === best.energyPj && cycles === best.cycles),
      where,
    );
    assert.ok(
      front!.every((p, i) => i === 0 || (p.energyPj > front![i - 1].energyPj && p.cycles < front![i - 1].cycles)),
    );
    assert.ok(bound <= best.value && bound >= least * (1 - 2e-9), where);
    const layer = {
      ...small.workload,
      dimensions: small.workload.dimensions.map((d, i) => ({ ...d, bound: best.bounds[i] })),
    };
    const outcome = evaluate(small.architecture, layer, best.mapping, defaultEvaluationOptions("exact"));
    assert.deepEqual(outcome.violations, [], where);
    assert.ok(Math.abs(outcome.evaluation!.energyPj - best.energyPj) <= 1e-9 * best.energyPj, where);
    seen.all++;
    if (imperfect) seen["remainders tried"] = (seen["remainders tried"] ?? 0) + 1;
    for (const name of [objective, ...featuresOf(small, best)]) seen[name] = (seen[name] ?? 0) + 1;
  }
  return seen;
}

/** Each feature at least so often. */
function assertSeen(seen: Record<string, number>, least: Record<string, number>): void {
  const rare = Object.entries(least).filter(([name, n]) => (seen[name] ?? 0) < n);
  assert.deepEqual(rare, [], JSON.stringify(seen));
}

const usual = {
  "2 levels": 100,
  "3 levels": 60,
  "4 levels": 15,
  window: 100,
  stride: 50,
  bandwidth: 100,
  "bandwidth that binds": 70,
  capacity: 150,
  "free bypass": 120,
  bypass: 150,
  factors: 70,
  permutation: 90,
  spread: 130,
  leakage: 70,
  blocks: 120,
  edp: 60,
  energy: 60,
  latency: 50,
};

test("perfect mapspaces: the exact result is that of trying every mapping", () => {
  assertSeen(compare(["pfm"], 480, 60_000n), { ...usual, all: 280, pfm: 280 });
});

test("Ruby-S mapspaces: the exact result is that of trying every mapping", () => {
  const least = { ...usual, all: 220, "ruby-s": 220, "remainders tried": 80, remainder: 15 };
  assertSeen(compare(["ruby-s"], 400, 60_000n), least);
});

test("padded mapspaces: the exact result is that of trying every mapping", () => {
  assertSeen(compare(["padded"], 120, 60_000n), { all: 60, padding: 2 });
});

test("bounds of random mappings never exceed their cost", () => {
  let equal = 0;
  let all = 0;
  for (let seed = 1; seed <= 600; seed++) {
    const small = smallCase(seed, ["pfm", "ruby-s", "padded"]);
    const { mapspace } = createMapspace(small.architecture, small.workload, small.kind, small.constraints);
    if (mapspace === undefined || small.architecture.storage.some((level) => level.leakEnergyPj > 0)) continue;
    const problem = exactProblem(mapspace);
    const spreads = dimensionSpreads(problem);
    const nd = problem.dimensions;
    const costs = new PointCosts(mapspace);
    const point = mapspace.createPoint();
    const random = new Prng(seed);
    for (let i = 0; i < 20; i++) {
      mapspace.sample(random, point);
      const cost = { energyPj: 0, cycles: 0 };
      costs.cost(point, cost);
      const { energyPj, cycles } = cost;
      const tiling = new Float64Array((problem.levels + 1) * nd).fill(1);
      const chosen = spreads.map((profiles, d) => {
        let tile = 1;
        for (let l = 0; l < problem.levels; l++) {
          tile *= point.factors[2 * l * nd + d] * point.factors[(2 * l + 1) * nd + d];
          tiling[(l + 1) * nd + d] = tile;
        }
        return profiles[point.spread[d]].find((spread) => spread.top === tile)!;
      });
      const sk = skeletonOf(problem, chosen);
      const macs = sk.bounds.reduce((product, bound) => product * bound, 1);
      const bound =
        new OrderBounds(problem, sk, [energyWeights(problem, sk)], point.keep).count(point, tiling)[0] +
        macs * small.architecture.compute.energyPj;
      assert.ok(bound <= energyPj * (1 + 1e-9), `seed ${seed}: ${bound} > ${energyPj}`);
      assert.ok(sk.cycles <= cycles);
      all++;
      if (bound >= energyPj * (1 - 1e-9)) equal++;
    }
  }
  assert.ok(equal > all / 3, `${equal} of ${all} bounds are tight`);
});
