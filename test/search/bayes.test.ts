import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { MapspaceConstraint } from "../../server/src/engine/mapspace/constraints.ts";
import type { Mapspace } from "../../server/src/engine/mapspace/mapspace.ts";
import type { MapspacePoint } from "../../server/src/engine/mapspace/point.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { bayesSearch, MappingSpace, pointKey, sensitivity } from "../../server/src/engine/search/bayes/bayes.ts";
import { BayesianOptimiser } from "../../server/src/engine/search/bayes/optimiser.ts";
import { largestScale, sharedFactors } from "../../server/src/engine/search/bayes/scale.ts";
import { PointCosts } from "../../server/src/engine/search/costing.ts";
import { exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import { strategies } from "../../server/src/worker/strategies.ts";
import { architecture, compute, storage, workload } from "../mapspace/hardware.ts";
import { smallCase } from "./random-cases.ts";

/** A small accelerator: 4 × 4 units below a buffer. */
function toy(constraints: MapspaceConstraint[] = []): Mapspace {
  const machine = architecture(
    [
      storage("Registers", { meshX: 4, meshY: 4, capacityWords: 8 }),
      storage("Buffer", { capacityWords: 256, readEnergyPj: 6, fillEnergyPj: 6, updateEnergyPj: 6 }),
      storage("DRAM", { readEnergyPj: 200, fillEnergyPj: 200, updateEnergyPj: 200, technology: "DRAM" }),
    ],
    compute(4, 4),
  );
  const layer = workload({ m: 24, n: 32, k: 48 }, { A: ["m", "k"], B: ["k", "n"], C: ["m", "n"] });
  const { mapspace } = createMapspace(machine, layer, "pfm", constraints);
  assert.ok(mapspace);
  return mapspace;
}

const bestOf = (mapspace: Mapspace, seed: number, evaluations: number): number => {
  let best = Number.POSITIVE_INFINITY;
  for (const progress of bayesSearch(mapspace, { objective: "energy", seed, candidates: 200 })) {
    best = progress.best?.value ?? best;
    if (progress.evaluations >= evaluations) break;
  }
  return best;
};

test("α is the largest that fits, and shares of a fan-out multiply to it", () => {
  assert.ok(Math.abs(largestScale(100, (a) => a * a + 2 * a <= 48) - 6) < 1e-4);
  assert.equal(
    largestScale(5, () => true),
    5,
  );
  const even = sharedFactors([1, 1], [100, 100], 64);
  assert.ok(Math.abs(even[0] - 8) < 1e-3 && Math.abs(even[1] - 8) < 1e-3);
  const capped = sharedFactors([1, 1], [2, 100], 64);
  assert.equal(capped[0], 2);
  assert.ok(Math.abs(capped[1] - 32) < 1e-2);
});

/** Is the point one of the mapspace: factors by the rules, fan-outs, orders and kept levels as constrained? */
function isWithin(mapspace: Mapspace, point: MapspacePoint): boolean {
  const { rules, workload: layer } = mapspace;
  const nd = layer.dimensions.length;
  for (let d = 0; d < nd; d++) {
    let passes = point.bounds[d];
    for (let slot = 0; slot < 2 * rules.keep.length; slot++) {
      const rule = rules.factors[slot * nd + d];
      const factor = point.factors[slot * nd + d];
      const next = Math.ceil(passes / factor);
      if (factor < rule.min && passes > 1) return false;
      if (factor > rule.max || (!rule.imperfect && passes % factor !== 0)) return false;
      if (point.residuals[slot * nd + d] !== passes - (next - 1) * factor) return false;
      passes = next;
    }
    if (passes !== 1) return false;
  }
  const picked = Int32Array.from({ length: nd }, (_, d) =>
    mapspace.profiles[d].findIndex(
      ({ factors, alongY }) =>
        factors.every((f, s) => f === point.factors[2 * rules.spreads[s].level * nd + d]) &&
        alongY.every((y, s) => (y ? 1 : 0) === point.alongY[rules.spreads[s].level * nd + d]),
    ),
  );
  if (picked.includes(-1) || !mapspace.fits(picked)) return false;
  return rules.orders.every(({ prefix, suffix }, level) => {
    const order = [...point.orders.slice(level * nd, (level + 1) * nd)];
    if (new Set(order).size !== nd) return false;
    return prefix.every((d, i) => order[i] === d) && suffix.every((d, i) => order[nd - suffix.length + i] === d);
  });
}

test("every point is a mapping of the mapspace, and one the hardware holds", () => {
  let tried = 0;
  for (let seed = 0; seed < 120; seed++) {
    const {
      architecture: machine,
      workload: layer,
      kind,
      constraints,
    } = smallCase(seed, ["pfm", "ruby-s", "ruby", "padded"]);
    const open = machine.storage.map((level) => ({ ...level, minUtilization: 0 }));
    const { mapspace } = createMapspace({ ...machine, storage: open }, layer, kind, constraints);
    if (mapspace === undefined) continue;
    const random = new Prng(seed);
    // Constraints and kept levels may leave nothing that fits; then no encoder can help.
    const costs = new PointCosts(mapspace);
    const point = mapspace.createPoint();
    let some = false;
    for (let i = 0; i < 400 && !some; i++) {
      mapspace.sample(random, point);
      some = costs.fits(point);
    }
    if (!some) continue;
    const space = new MappingSpace(mapspace, random);
    const u = new Float64Array(space.variables);
    for (let i = 0; i < 40; i++) {
      space.draw(u);
      space.encoder.decode(u, space.point);
      assert.ok(isWithin(mapspace, space.point), `case ${seed} leaves its mapspace`);
      assert.ok(costs.fits(space.point), `case ${seed} does not fit`);
      tried++;
      const features = space.encoder.features(space.point);
      assert.equal(features.length, space.features);
      assert.ok(features.every((f) => f >= 0 && f <= 1));
    }
  }
  assert.ok(tried > 2000);
});

test("a few dozen evaluations come close to the proven optimum", () => {
  const kept = [
    [true, true, false],
    [false, false, true],
  ].flatMap((row, level) => row.map((keep, dataSpace) => ({ kind: "keep" as const, level, dataSpace, keep })));
  const mapspace = toy(kept.map((constraint, id) => ({ ...constraint, id })));
  let optimum = Number.NaN;
  for (const progress of exactSearch(mapspace, { objective: "energy", seed: 1 }))
    optimum = progress.best?.value ?? optimum;
  const found = [1, 2, 3].map((seed) => bestOf(mapspace, seed, 50));
  for (const value of found) assert.ok(value <= 1.1 * optimum, `${value / optimum}`);
});

test("same seed, same search; nothing is evaluated twice", () => {
  const mapspace = toy();
  const run = () => {
    const values: (number | null)[] = [];
    for (const progress of bayesSearch(mapspace, { objective: "edp", seed: 7, batch: 3, candidates: 60 })) {
      values.push(progress.last);
      if (values.length === 18) return values;
    }
    return values;
  };
  assert.deepEqual(run(), run());
  const random = new Prng(2);
  const space = new MappingSpace(mapspace, random);
  const optimiser = new BayesianOptimiser(space, { random, candidates: 60 });
  const keys: string[] = [];
  for (let round = 0; round < 5; round++) {
    for (const proposal of optimiser.ask(4)) {
      keys.push(proposal.key);
      space.encoder.decode(proposal.u, space.point);
      assert.equal(pointKey(space.point), proposal.key);
      optimiser.tell(proposal, keys.length % 5 === 0 ? null : 1 + (keys.length % 7));
    }
  }
  assert.equal(keys.length, 20);
  assert.equal(new Set(keys).size, 20);
});

test("the Explorer's search ends at the evaluations asked for and then says what the cost hangs on", () => {
  const { search } = strategies.find(({ id }) => id === "bayes")!;
  const ended = [];
  for (const progress of search(toy(), { objective: "energy", seed: 1, evaluations: 25 }))
    if (ended.push(progress) > 26) break;
  assert.equal(ended.length, 26);
  assert.ok(ended[25].done);
  assert.notEqual(ended[25].sensitivity, ended[20].sensitivity);
});

test("a small mapspace is exhausted and the search ends", () => {
  const machine = architecture([storage("L0", { capacityWords: 4 }), storage("L1")], compute());
  const layer = workload({ m: 2, k: 2 }, { A: ["m", "k"], B: ["k"], C: ["m"] });
  const { mapspace } = createMapspace(machine, layer, "pfm", [
    { id: 0, kind: "keep", level: 0, dataSpace: 0, keep: true },
    { id: 1, kind: "keep", level: 0, dataSpace: 1, keep: true },
    { id: 2, kind: "keep", level: 0, dataSpace: 2, keep: true },
  ]);
  assert.ok(mapspace);
  let last = null;
  for (const progress of bayesSearch(mapspace, { objective: "energy", seed: 1 })) last = progress;
  assert.ok(last?.done);
  assert.ok(last.best !== null && last.evaluations < 10);
});

test("sensitivity finds the choices that matter", () => {
  const mapspace = toy();
  const random = new Prng(4);
  const space = new MappingSpace(mapspace, random);
  const optimiser = new BayesianOptimiser(space, { random, candidates: 60 });
  const costs = new PointCosts(mapspace);
  const cost = { energyPj: 0, cycles: 0 };
  for (let i = 0; i < 25; i++) {
    for (const proposal of optimiser.ask(1)) {
      space.encoder.decode(proposal.u, space.point);
      costs.cost(space.point, cost);
      optimiser.tell(proposal, cost.energyPj);
    }
  }
  const found = sensitivity(space, optimiser, 256);
  assert.ok(found);
  assert.equal(found.length, space.variables);
  assert.ok(found.every(({ first, total }) => first >= 0 && first <= 1 && total >= 0 && total <= 1));
  assert.deepEqual(
    found.map(({ total }) => total),
    found.map(({ total }) => total).sort((a, b) => b - a),
  );
  assert.ok(found[0].total > 0.05);
});
