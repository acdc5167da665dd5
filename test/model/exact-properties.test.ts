import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import {
  type Architecture,
  defaultEvaluationOptions,
  type Evaluation,
  type Loop,
  type Mapping,
  type Term,
  type Workload,
} from "../../server/src/engine/model/types.ts";
import { Random } from "../support/random.ts";
import { architectureOf, mappingOf, workloadOf } from "./lowered-problem.ts";
import { type Flavour, randomProblem } from "./random-problem.ts";
import type { SimProblem } from "./simulator.ts";

const options = defaultEvaluationOptions("exact");

function cost(architecture: Architecture, workload: Workload, mapping: Mapping, terms = false): Evaluation {
  const { evaluation } = evaluate(architecture, workload, mapping, options, { terms });
  assert.ok(evaluation !== undefined);
  return evaluation;
}

/** Every count, without names. */
function counts(evaluation: Evaluation) {
  return {
    cycles: evaluation.cycles,
    macs: evaluation.macs,
    levels: evaluation.levels.map((level) =>
      level.dataSpaces.map(({ kept, tileWords, utilizedInstances, total }) => ({
        kept,
        tileWords,
        utilizedInstances,
        ...total,
      })),
    ),
    hops: evaluation.networks.map((network) => network.dataSpaces.map(({ ingresses, hops }) => ({ ingresses, hops }))),
  };
}

const flavours: Flavour[] = [
  {},
  { residuals: true },
  { windows: true },
  { windows: true, residuals: true },
  { bypass: true },
  { perfect: true, windows: true },
];

function* problems(seed: number, count: number): Generator<[SimProblem, Random]> {
  const random = new Random(seed);
  for (let k = 0; k < count; k++) yield [randomProblem(random, flavours[k % flavours.length]), random];
}

test("counts do not depend on the order in which dimensions are declared", () => {
  for (const [problem, random] of problems(21, 300)) {
    const order = random.shuffle(problem.bounds.map((_, d) => d));
    const loop = ({ dimension, factor, residual }: Loop): Loop => ({
      dimension: order.indexOf(dimension),
      factor,
      residual,
    });
    const permuted: SimProblem = {
      ...problem,
      bounds: order.map((d) => problem.bounds[d]),
      dataSpaces: problem.dataSpaces.map((space) => ({
        ...space,
        ranks: space.ranks.map((rank) => rank.map((t) => ({ ...t, dimension: order.indexOf(t.dimension) }))),
      })),
      levels: problem.levels.map((level) => ({
        ...level,
        temporal: level.temporal.map(loop),
        spatialX: level.spatialX.map(loop),
        spatialY: level.spatialY.map(loop),
      })),
    };
    const architecture = architectureOf(problem);
    assert.deepEqual(
      counts(cost(architecture, workloadOf(permuted), mappingOf(permuted))),
      counts(cost(architecture, workloadOf(problem), mappingOf(problem))),
      JSON.stringify(problem),
    );
  }
});

test("loops of bound 1 change nothing", () => {
  for (const [problem, random] of problems(22, 300)) {
    const insert = (loops: readonly Loop[]): Loop[] => {
      const longer = [...loops];
      const one = { dimension: random.below(problem.bounds.length), factor: 1, residual: 1 };
      longer.splice(random.below(loops.length + 1), 0, one);
      return longer;
    };
    const mapping = mappingOf(problem);
    const padded: Mapping = {
      levels: mapping.levels.map((level) => ({
        ...level,
        temporal: insert(level.temporal),
        spatialX: insert(level.spatialX),
        spatialY: insert(level.spatialY),
      })),
    };
    const architecture = architectureOf(problem);
    const workload = workloadOf(problem);
    assert.deepEqual(counts(cost(architecture, workload, padded)), counts(cost(architecture, workload, mapping)));
  }
});

test("splitting a perfect temporal loop into two adjacent ones changes nothing", () => {
  let split = 0;
  for (const [problem] of problems(23, 500)) {
    const mapping = mappingOf(problem);
    for (const [l, level] of mapping.levels.entries()) {
      const at = level.temporal.findIndex(
        ({ factor, residual }) => factor === residual && [4, 6, 8, 9].includes(factor),
      );
      if (at < 0) continue;
      const { dimension, factor } = level.temporal[at];
      const inner = factor % 2 === 0 ? 2 : 3;
      const outer = factor / inner;
      const temporal = [...level.temporal];
      temporal.splice(
        at,
        1,
        { dimension, factor: inner, residual: inner },
        { dimension, factor: outer, residual: outer },
      );
      const levels = mapping.levels.map((own, k) => (k === l ? { ...own, temporal } : own));
      const architecture = architectureOf(problem);
      const workload = workloadOf(problem);
      assert.deepEqual(
        counts(cost(architecture, workload, { levels })),
        counts(cost(architecture, workload, mapping)),
        JSON.stringify(problem),
      );
      split++;
    }
  }
  assert.ok(split >= 50, `${split} loops split`);
});

/** Distinct words of a data space that operations touch. */
function touchedWords(problem: SimProblem, v: number): number {
  const points = new Set<string>();
  const walk = (index: number[]) => {
    if (index.length < problem.bounds.length) {
      for (let i = 0; i < problem.bounds[index.length]; i++) walk([...index, i]);
      return;
    }
    const { ranks } = problem.dataSpaces[v];
    points.add(ranks.map((rank) => rank.reduce((x, t) => x + t.coefficient * index[t.dimension], 0)).join());
  };
  walk([]);
  return points.size;
}

test("traffic is at least compulsory and cycles at least MACs per unit", () => {
  for (const [problem] of problems(24, 300)) {
    const evaluation = cost(architectureOf(problem), workloadOf(problem), mappingOf(problem));
    const spread = problem.levels.flatMap((level) => [...level.spatialX, ...level.spatialY]);
    const units = spread.reduce((product, loop) => product * loop.factor, 1);
    assert.equal(
      evaluation.macs,
      problem.bounds.reduce((a, b) => a * b, 1),
    );
    assert.equal(evaluation.compute.computes, evaluation.macs);
    assert.ok(evaluation.cycles * units >= evaluation.macs);
    problem.dataSpaces.forEach((space, v) => {
      const outermost = evaluation.levels.findLast((level) => level.dataSpaces[v].kept)!.dataSpaces[v].total;
      const moved = space.readWrite ? outermost.updates : outermost.reads;
      assert.ok(moved >= touchedWords(problem, v), JSON.stringify(problem));
    });
  }
});

test("energy does not fall when an action costs more", () => {
  for (const [problem, random] of problems(25, 300)) {
    const architecture = architectureOf(problem);
    const workload = workloadOf(problem);
    const mapping = mappingOf(problem);
    const before = cost(architecture, workload, mapping).energyPj;
    const action = random.pick(["readEnergyPj", "fillEnergyPj", "updateEnergyPj", "leakEnergyPj"] as const);
    const l = random.below(architecture.storage.length);
    const dearer = {
      ...architecture,
      storage: architecture.storage.map((level, k) => (k === l ? { ...level, [action]: level[action] + 3 } : level)),
    };
    assert.ok(cost(dearer, workload, mapping).energyPj >= before);
  }
});

test("terms add up to the numbers they explain", () => {
  const sum = (terms: readonly Term[] = []) => terms.reduce((total, term) => total + term.value, 0);
  let kinds = 0;
  for (const [problem] of problems(26, 300)) {
    const evaluation = cost(architectureOf(problem), workloadOf(problem), mappingOf(problem), true);
    evaluation.levels.forEach((level, l) => {
      level.dataSpaces.forEach((space, v) => {
        if (!space.kept || problem.levels[l].noCoalesce?.[v]) return;
        const { reads, updates, fills } = space.terms!;
        const elided = problem.dataSpaces[v].readWrite;
        assert.equal(updates.value, space.perInstance.updates);
        const [sent] = reads.parts!;
        assert.equal(reads.value, Math.max(0, sent.value - reads.inputs.known) / reads.inputs.instances);
        const [moves, ...shares] = sent.parts!;
        assert.equal(sum(shares), sent.value);
        assert.equal(moves.value, sent.inputs.arriving);
        if (moves.parts !== undefined) {
          kinds += moves.parts.length;
          assert.equal(sum(moves.parts), moves.value);
        }
        if (moves.formula === "tile-moves") {
          const { tileWords, steps, children, keptWords } = moves.inputs;
          assert.equal(tileWords * steps * children - keptWords, moves.value);
          assert.equal(
            moves.loops!.reduce((product, loop) => product * loop.factor, 1),
            steps,
          );
        }
        if (fills.parts!.length === 0) assert.equal(fills.value, 0);
        else if (!elided) assert.equal(fills.parts![0].value / fills.inputs.instances, fills.value);
      });
    });
  }
  assert.ok(kinds > 100);
});
