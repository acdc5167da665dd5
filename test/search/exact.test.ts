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
import { boundOf } from "../../server/src/engine/search/exact/orders.ts";
import { exactProblem } from "../../server/src/engine/search/exact/problem.ts";
import { dimensionSpreads, skeletonOf } from "../../server/src/engine/search/exact/skeleton.ts";
import { objectiveValue } from "../../server/src/engine/search/objective.ts";
import { smallCase } from "./random-cases.ts";

const objectives = ["edp", "energy", "latency"] as const;

/** Compares the exact result with trying every mapping; returns how many cases were small enough to try. */
function compare(kinds: readonly MapspaceKind[], seeds: number, largest: bigint): number {
  let tried = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const small = smallCase(seed, kinds);
    const { mapspace } = createMapspace(small.architecture, small.workload, small.kind, small.constraints);
    if (mapspace === undefined || mapspace.count().total > largest) continue;
    tried++;
    const objective = objectives[seed % 3];
    const costs = new PointCosts(mapspace);
    const point = mapspace.createPoint();
    const cost = { energyPj: 0, cycles: 0 };
    let least = Number.POSITIVE_INFINITY;
    for (const _ of mapspace.enumerate(point, true)) {
      if (!costs.fits(point)) continue;
      costs.cost(point, cost);
      least = Math.min(least, objectiveValue(objective, cost.energyPj, cost.cycles));
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
    assert.ok(bound <= best.value && bound >= least * (1 - 2e-9), where);
    const layer = {
      ...small.workload,
      dimensions: small.workload.dimensions.map((d, i) => ({ ...d, bound: best.bounds[i] })),
    };
    const outcome = evaluate(small.architecture, layer, best.mapping, defaultEvaluationOptions("exact"));
    assert.deepEqual(outcome.violations, [], where);
    assert.ok(Math.abs(outcome.evaluation!.energyPj - best.energyPj) <= 1e-9 * best.energyPj, where);
  }
  return tried;
}

test("perfect mapspaces: the exact result is that of trying every mapping", () => {
  assert.ok(compare(["pfm"], 480, 60_000n) >= 250);
});

test("Ruby-S and padded mapspaces: the exact result is that of trying every mapping", () => {
  assert.ok(compare(["ruby-s", "padded"], 480, 60_000n) >= 250);
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
        boundOf(problem, sk, energyWeights(problem, sk), point, tiling) + macs * small.architecture.compute.energyPj;
      assert.ok(bound <= energyPj * (1 + 1e-9), `seed ${seed}: ${bound} > ${energyPj}`);
      assert.ok(sk.cycles <= cycles);
      all++;
      if (bound >= energyPj * (1 - 1e-9)) equal++;
    }
  }
  assert.ok(equal > all / 3, `${equal} of ${all} bounds are tight`);
});
