import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cost, lowerCost } from "../../server/src/engine/model/cost.ts";
import { decodeMapping, encodeMapping } from "../../server/src/engine/model/encoding.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import {
  type Architecture,
  defaultEvaluationOptions,
  type Mapping,
  type Workload,
} from "../../server/src/engine/model/types.ts";
import { Random } from "../support/random.ts";
import { architectureOf, mappingOf, workloadOf } from "./lowered-problem.ts";
import { type Flavour, randomProblem } from "./random-problem.ts";

const options = defaultEvaluationOptions("exact");

function compare(architecture: Architecture, workload: Workload, mapping: Mapping, name: string) {
  const model = lowerCost(architecture, workload, options);
  const row = new Int32Array(model.layout.size);
  assert.ok(encodeMapping(model.layout, mapping, row), name);
  const cost: Cost = model.cost(row, { energyPj: 0, cycles: 0 });
  const { evaluation, violations } = evaluate(architecture, workload, mapping, options);
  assert.ok(evaluation !== undefined, name);
  const error = Math.abs(cost.energyPj - evaluation.energyPj);
  assert.ok(error <= 1e-12 * evaluation.energyPj, `${name}: ${cost.energyPj} instead of ${evaluation.energyPj}`);
  assert.equal(cost.cycles, evaluation.cycles, name);
  assert.equal(model.fits(row), violations.length === 0, `${name}: ${JSON.stringify(violations)}`);
}

/** Energies, blocks, clusters, bandwidths and capacities of all kinds on the hardware of a tiny problem. */
function randomHardware(random: Random, dataSpaces: number) {
  const maybe = (draw: () => number) => (random.chance(0.3) ? draw() : null);
  return () => ({
    readEnergyPj: random.between(1, 1000) / 7,
    fillEnergyPj: random.between(1, 1000) / 7,
    updateEnergyPj: random.between(1, 1000) / 7,
    leakEnergyPj: random.chance(0.3) ? random.between(1, 100) / 13 : 0,
    addressGenerationEnergyPj: random.chance(0.3) ? random.between(1, 100) / 17 : 0,
    blockSize: random.between(1, 4),
    clusterSize: random.between(1, 2),
    readBandwidth: maybe(() => random.between(1, 40) / 8),
    writeBandwidth: maybe(() => random.between(1, 40) / 8),
    sharedBandwidth: maybe(() => random.between(1, 40) / 8),
    bandwidthScale: random.chance(0.2) ? Array.from({ length: dataSpaces }, () => random.between(0, 3) / 2) : [],
    capacityWords: maybe(() => random.between(10, 200)),
    multipleBuffering: random.between(1, 2),
    minUtilization: random.chance(0.1) ? 0.2 : 0,
    powerGatedAt: random.chance(0.2) ? "L1" : null,
  });
}

const flavours: [string, Flavour, number][] = [
  ["perfect windows", { perfect: true, windows: true }, 700],
  ["any", {}, 700],
  ["residuals", { residuals: true }, 500],
  ["windows with residuals", { windows: true, residuals: true }, 700],
  ["residuals in space", { spread: true, windows: true }, 1000],
  ["bypass", { bypass: true, windows: true }, 400],
];

for (const [name, flavour, problems] of flavours) {
  test(`the fast cost equals the full evaluation: ${name}`, () => {
    const random = new Random(problems + name.length);
    for (let k = 0; k < problems; k++) {
      const problem = randomProblem(random, flavour);
      for (const level of problem.levels) {
        for (const key of ["noSpatialReuse", "noTemporalReuse", "rmwFirstUpdate", "noCoalesce"] as const)
          delete level[key];
      }
      const hardware = randomHardware(random, problem.dataSpaces.length);
      compare(
        architectureOf(problem, hardware),
        workloadOf(problem),
        mappingOf(problem),
        `${name} ${k}: ${JSON.stringify(problem)}`,
      );
    }
  });
}

test("a row decodes to the mapping it was made of", () => {
  const random = new Random(11);
  for (let k = 0; k < 200; k++) {
    const problem = randomProblem(random, {});
    const { layout } = lowerCost(architectureOf(problem), workloadOf(problem), options);
    const row = new Int32Array(layout.size);
    const mapping: Mapping = {
      levels: mappingOf(problem).levels.map(({ temporal, spatialX, spatialY, keep }) => ({
        temporal,
        spatialX,
        spatialY,
        keep,
      })),
    };
    encodeMapping(layout, mapping, row);
    const plain = { levels: mapping.levels.map((level) => ({ ...level, ...withoutUnitLoops(level) })) };
    assert.deepEqual(decodeMapping(layout, row), plain);
  }
});

function withoutUnitLoops(level: Mapping["levels"][number]) {
  const used = (loops: typeof level.temporal) =>
    loops
      .filter((loop) => loop.factor !== 1)
      .map(({ dimension, factor, residual }) => ({ dimension, factor, residual }));
  return { temporal: used(level.temporal), spatialX: used(level.spatialX), spatialY: used(level.spatialY) };
}
