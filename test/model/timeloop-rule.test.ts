import assert from "node:assert/strict";
import { test } from "node:test";
import { countingAccesses } from "../../server/src/engine/model/counting.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import {
  type Architecture,
  type CountingRule,
  defaultEvaluationOptions,
  type Evaluation,
  type Loop,
  type Mapping,
  type Workload,
} from "../../server/src/engine/model/types.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { Random } from "../support/random.ts";
import { toyArchitecture, toyGemm, toyLevel } from "../support/toy.ts";
import { architectureOf, mappingOf, workloadOf } from "./lowered-problem.ts";
import { type Flavour, randomProblem } from "./random-problem.ts";

const rules: readonly CountingRule[] = ["exact", "timeloop", "timeloop-2022"];
const flavours: readonly Flavour[] = [{}, { residuals: true }, { windows: true }, { bypass: true }];
const loop = (dimension: number, factor: number): Loop => ({ dimension, factor, residual: factor });
const keepAll = [true, true, true];

function cost(architecture: Architecture, workload: Workload, mapping: Mapping, rule: CountingRule): Evaluation {
  const { evaluation } = evaluate(architecture, workload, mapping, defaultEvaluationOptions(rule));
  assert.ok(evaluation !== undefined);
  return evaluation;
}

/** `check` on random problems of every flavour under every rule. */
function everywhere(
  check: (problem: ReturnType<typeof randomProblem>, rule: CountingRule, random: Random) => void,
): void {
  const random = new Random(20240611);
  for (let i = 0; i < 120; i++) {
    const problem = randomProblem(random, flavours[i % flavours.length]);
    for (const rule of rules) check(problem, rule, random);
  }
}

test("a matrix product on four multiply-accumulate units, counted by hand", () => {
  // M=4, N=3, K=8: the buffer holds one row of A; four units share each word of B, each owns a word of C.
  const workload = toyGemm({ M: 4, N: 3, K: 8 });
  const storage = [toyLevel("Register", { meshX: 4 }), toyLevel("Buffer"), toyLevel("DRAM", { technology: "DRAM" })];
  const mapping: Mapping = {
    levels: [
      { temporal: [loop(2, 8)], spatialX: [], spatialY: [], keep: [false, false, true] },
      { temporal: [], spatialX: [loop(0, 4)], spatialY: [], keep: [true, true, false] },
      { temporal: [loop(1, 3)], spatialX: [], spatialY: [], keep: keepAll },
    ],
  };
  for (const rule of rules) {
    const evaluation = cost(toyArchitecture(storage, { meshX: 4 }), workload, mapping, rule);
    const [register, buffer, dram] = evaluation.levels;
    assert.equal(evaluation.macs, 96);
    assert.equal(evaluation.cycles, 24);
    assert.equal(evaluation.utilization, 1);
    const [a, b] = buffer.dataSpaces;
    assert.deepEqual([a.tileWords, a.total.reads, a.total.fills], [32, 96, 32], "A: once per operation, kept over N");
    assert.deepEqual([b.tileWords, b.total.reads, b.total.fills], [8, 24, 24], "B: one read for four units");
    const c = register.dataSpaces[2];
    assert.deepEqual([c.tileWords, c.total.updates, c.total.reads], [1, 96, 84], "C: the first of 8 sums is not read");
    assert.equal(c.total.fills, rule === "timeloop-2022" ? 12 : 0);
    assert.deepEqual([dram.dataSpaces[2].total.updates, dram.dataSpaces[2].total.reads], [12, 0]);
    const network = evaluation.networks.find(({ name }) => name === "Buffer <==> Register");
    assert.equal(network?.dataSpaces[1].ingresses, 24);
  }
});

test("a sliding window fetches only its new words while it slides evenly", () => {
  // Output p reads inputs p … p+2; tiles of 4 outputs, three of them: 6 + 4 + 4 words.
  const workload: Workload = {
    name: "window",
    dimensions: [
      { name: "P", bound: 12 },
      { name: "R", bound: 3 },
    ],
    dataSpaces: [
      {
        name: "I",
        readWrite: false,
        ranks: [
          [
            { dimension: 0, coefficient: 1 },
            { dimension: 1, coefficient: 1 },
          ],
        ],
      },
      { name: "O", readWrite: true, ranks: [[{ dimension: 0, coefficient: 1 }]] },
    ],
  };
  const mapping: Mapping = {
    levels: [
      { temporal: [loop(0, 4), loop(1, 3)], spatialX: [], spatialY: [], keep: [true, true] },
      { temporal: [loop(0, 3)], spatialX: [], spatialY: [], keep: [true, true] },
    ],
  };
  for (const rule of rules) {
    const evaluation = cost(toyArchitecture([toyLevel("L0"), toyLevel("L1")]), workload, mapping, rule);
    assert.equal(evaluation.levels[0].dataSpaces[0].tileWords, 6);
    assert.equal(evaluation.levels[0].dataSpaces[0].total.fills, 14);
    assert.equal(evaluation.levels[1].dataSpaces[0].total.reads, 14);
  }
});

test("without windows, residuals and directives Timeloop's counts are the exact ones", () => {
  const random = new Random(7);
  let compared = 0;
  for (let i = 0; i < 800; i++) {
    const problem = randomProblem(random, { perfect: true });
    const added = problem.dataSpaces.some(({ ranks }) =>
      ranks.some((terms) => terms.length > 1 || terms[0].coefficient > 1),
    );
    const directives = problem.levels.some(
      (l) => l.noSpatialReuse ?? l.noTemporalReuse ?? l.noCoalesce ?? l.rmwFirstUpdate,
    );
    if (added || directives) continue;
    compared++;
    const architecture = architectureOf(problem);
    const [exact, timeloop] = (["exact", "timeloop"] as const).map((rule) =>
      finish(
        countingAccesses(
          architecture,
          workloadOf(problem),
          mappingOf(problem),
          { ...defaultEvaluationOptions(rule), linkTransfers: false },
          false,
        ),
      ),
    );
    assert.equal(timeloop.compute.computes, exact.compute.computes);
    assert.equal(timeloop.compute.cycles, exact.compute.cycles);
    exact.levels.forEach((level, l) => {
      level.dataSpaces.forEach((space, p) => {
        const other = timeloop.levels[l].dataSpaces[p];
        const where = `problem ${i}, level ${l}, data space ${p}: ${JSON.stringify(problem)}`;
        assert.deepEqual(other.total, space.total, where);
        assert.equal(other.tileWords, space.tileWords, where);
      });
    });
  }
  assert.ok(compared > 100, `${compared} compared`);
});

test("names change nothing, neither does the order in which dimensions and data spaces are declared", () => {
  everywhere((problem, rule, random) => {
    const workload = workloadOf(problem);
    const mapping = mappingOf(problem);
    const before = cost(architectureOf(problem), workload, mapping, rule);
    const order = random.shuffle(workload.dimensions.map((_, d) => d));
    const to = (d: number) => order.indexOf(d);
    const renamed: Workload = {
      name: "other",
      dimensions: order.map((d, i) => ({ name: `z${i}`, bound: workload.dimensions[d].bound })),
      dataSpaces: workload.dataSpaces.map((space, p) => ({
        ...space,
        name: `t${p}`,
        ranks: space.ranks.map((terms) => terms.map((term) => ({ ...term, dimension: to(term.dimension) }))),
      })),
    };
    const moved = (loops: readonly Loop[]) => loops.map((l) => ({ ...l, dimension: to(l.dimension) }));
    const other: Mapping = {
      levels: mapping.levels.map((level) => ({
        ...level,
        temporal: moved(level.temporal),
        spatialX: moved(level.spatialX),
        spatialY: moved(level.spatialY),
      })),
    };
    assert.deepEqual(cost(architectureOf(problem), renamed, other, rule), before);
  });
});

test("loops of one pass change nothing", () => {
  everywhere((problem, rule, random) => {
    const mapping = mappingOf(problem);
    const padded = (loops: readonly Loop[]) => {
      const list = [...loops];
      list.splice(random.below(list.length + 1), 0, loop(random.below(problem.bounds.length), 1));
      return list;
    };
    const other: Mapping = {
      levels: mapping.levels.map((level) => ({
        ...level,
        temporal: padded(level.temporal),
        spatialX: padded(level.spatialX),
        spatialY: padded(level.spatialY),
      })),
    };
    const architecture = architectureOf(problem);
    const workload = workloadOf(problem);
    assert.deepEqual(cost(architecture, workload, other, rule), cost(architecture, workload, mapping, rule));
  });
});

test("dearer accesses never make a mapping cheaper, and nothing but energy changes", () => {
  everywhere((problem, rule, random) => {
    const dear = random.below(problem.levels.length);
    const keys = ["readEnergyPj", "fillEnergyPj", "updateEnergyPj", "leakEnergyPj"] as const;
    const key = random.pick(keys);
    const workload = workloadOf(problem);
    const mapping = mappingOf(problem);
    const before = cost(architectureOf(problem), workload, mapping, rule);
    const after = cost(
      architectureOf(problem, (l) => (l === dear ? { [key]: 3 } : {})),
      workload,
      mapping,
      rule,
    );
    assert.ok(after.energyPj >= before.energyPj);
    assert.equal(after.cycles, before.cycles);
    assert.equal(after.levels[dear].dataSpaces[0].total.reads, before.levels[dear].dataSpaces[0].total.reads);
  });
});

test("every term carries the value it explains", () => {
  everywhere((problem, rule) => {
    const { evaluation } = evaluate(
      architectureOf(problem),
      workloadOf(problem),
      mappingOf(problem),
      defaultEvaluationOptions(rule),
      { terms: true },
    );
    assert.ok(evaluation !== undefined);
    assert.equal(evaluation.terms?.cycles.value, evaluation.cycles);
    assert.equal(evaluation.terms?.energyPj.value, evaluation.energyPj);
    for (const level of evaluation.levels) {
      assert.equal(level.terms?.energyPj.value, level.energyPj);
      for (const space of level.dataSpaces) {
        assert.equal(space.terms?.tileWords.value, space.tileWords);
        assert.equal(space.terms?.energyPj.value, space.perInstance.energyPj);
      }
    }
  });
});
