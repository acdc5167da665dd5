import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import { PointCosts } from "../../server/src/engine/search/costing.ts";
import { certificateOf } from "../../server/src/engine/search/exact/certificate.ts";
import { exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import { exactProblem } from "../../server/src/engine/search/exact/problem.ts";
import { type GeometricBound, geometricBound, hasGeometricBound } from "../../server/src/engine/search/gp/bound.ts";
import { eyerissDimensions, thistleTechnology } from "../../server/src/engine/search/gp/technology.ts";
import { fullMapspace } from "../../server/src/engine/search/gp/technology-mapspace.ts";
import { objectiveValue } from "../../server/src/engine/search/objective.ts";
import { architecture, compute, storage } from "../mapspace/hardware.ts";
import { convolution } from "../support/accelerators.ts";
import { thistleLayers } from "../support/thistle-layers.ts";
import { smallCase } from "./random-cases.ts";

const objectives = ["edp", "energy", "latency"] as const;

test("the bound never exceeds the best of all mappings, nor does any on the way to it", () => {
  const shares: number[] = [];
  for (let seed = 1; seed <= 400; seed++) {
    const small = smallCase(seed, ["pfm"]);
    const { mapspace } = createMapspace(small.architecture, small.workload, small.kind, small.constraints);
    if (mapspace === undefined || mapspace.count().total > 30_000n) continue;
    const problem = exactProblem(mapspace);
    if (!hasGeometricBound(problem)) continue;
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
    let bound = 0;
    for (const state of geometricBound(problem, objective, () => Number.POSITIVE_INFINITY)) {
      const where = `seed ${seed}, ${objective}: ${state.bound} above ${least}`;
      assert.ok(state.bound >= bound && state.bound <= least * (1 + 1e-9), where);
      bound = state.bound;
    }
    if (least < Number.POSITIVE_INFINITY) shares.push(bound / least);
  }
  shares.sort((a, b) => a - b);
  assert.ok(shares.length >= 220, `${shares.length} compared`);
  assert.ok(shares[shares.length >> 1] >= 0.95, `median ${shares[shares.length >> 1]} of the optimum`);
});

const eyeriss = (name: string) =>
  fullMapspace(thistleTechnology, eyerissDimensions, thistleLayers().find((layer) => layer.name === name)!.workload)!;

test("the least energy of whole layers is bounded within some per cent by a hundred programs", () => {
  for (const [name, share] of [
    ["Yolo 1", 0.99],
    ["Yolo 4", 0.99],
    ["ResNet 2", 0.98],
  ] as const) {
    const mapspace = eyeriss(name);
    let least = Number.POSITIVE_INFINITY;
    for (const { best } of exactSearch(mapspace, { objective: "energy", seed: 1 })) least = best?.value ?? least;
    let last: GeometricBound | undefined;
    for (last of geometricBound(exactProblem(mapspace), "energy", () => Number.POSITIVE_INFINITY));
    assert.ok(last!.bound <= least * (1 + 1e-9), name);
    assert.ok(last!.bound >= share * least, `${name}: ${last!.bound} of ${least}`);
    assert.ok(last!.programs < 200, `${name}: ${last!.programs} programs`);
  }
});

test("exact search has a bound long before its spreads are gone through, and does not certify it", () => {
  const machine = architecture(
    [
      storage("L0", { meshX: 16, meshY: 16, capacityWords: 64 }),
      storage("L1", { meshX: 16, capacityWords: 4096, readEnergyPj: 4 }),
      storage("L2", { meshX: 4, capacityWords: 65536, readEnergyPj: 8 }),
      storage("DRAM", { readEnergyPj: 200, fillEnergyPj: 200, updateEnergyPj: 200 }),
    ],
    compute(64, 16),
  );
  const layer = convolution({ k: 64, c: 64, p: 56, q: 56 });
  const problem = { architecture: machine, workload: layer, kind: "pfm" as const, constraints: [] };
  const keep = machine.storage.flatMap((_, level) =>
    layer.dataSpaces.map((__, dataSpace) => ({ id: 0, kind: "keep" as const, level, dataSpace, keep: true })),
  );
  const { mapspace } = createMapspace(machine, layer, "pfm", keep);
  for (const progress of exactSearch(mapspace!, { objective: "edp", seed: 1, certify: true })) {
    assert.equal(progress.labelBound, 0);
    assert.equal(certificateOf({ ...problem, objective: "edp" }, progress), null);
    if (progress.bound === 0) continue;
    assert.ok(progress.best!.value < 3 * progress.bound, `${progress.best!.value} above ${progress.bound}`);
    return;
  }
});
