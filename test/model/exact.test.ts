import assert from "node:assert/strict";
import { test } from "node:test";
import { meshBetween } from "../../server/src/engine/model/exact/classes.ts";
import { countingExactly } from "../../server/src/engine/model/exact/counts.ts";
import { nestOf } from "../../server/src/engine/model/exact/nest.ts";
import { type StepKind, stepKinds } from "../../server/src/engine/model/exact/steps.ts";
import { walkSteps } from "../../server/src/engine/model/exact/walk.ts";
import { loweredWorkload } from "../../server/src/engine/model/exact/workload.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { Random } from "../support/random.ts";
import { architectureOf, mappingOf, workloadOf } from "./lowered-problem.ts";
import { type Flavour, randomProblem, traits } from "./random-problem.ts";
import { type SimProblem, simulate } from "./simulator.ts";

/** Everything both sides know, in one comparable shape. */
function counted(problem: SimProblem) {
  const options = {
    ...defaultEvaluationOptions("exact"),
    firstReadElision: problem.firstReadElision ?? true,
    linkTransfers: problem.linkTransfers ?? false,
    toroidalLinks: problem.toroidalLinks ?? false,
  };
  const counts = finish(countingExactly(architectureOf(problem), workloadOf(problem), mappingOf(problem), options));
  return {
    macs: counts.compute.computes,
    computeCycles: counts.compute.cycles,
    computeInstances: counts.compute.instances,
    levels: counts.levels.map((level) =>
      level.dataSpaces.map((space) => ({
        kept: space.kept,
        tileWords: space.tileWords,
        instances: space.instances,
        ...space.total,
        pacingReads: space.pacingReads,
        pacingWrites: space.pacingWrites,
        linkTransfers: space.network.linkTransfers,
        records: space.network.records.map(({ multicast, accesses, hops }) => ({ multicast, accesses, hops })),
      })),
    ),
  };
}

function simulated(problem: SimProblem): ReturnType<typeof counted> {
  const { levels, ...rest } = simulate(problem);
  return {
    ...rest,
    levels: levels.map((level) =>
      level.map((s) => ({
        kept: s.kept,
        tileWords: s.tileWords,
        instances: s.instances,
        reads: s.reads,
        fills: s.fills,
        updates: s.updates,
        temporalReductions: s.temporalReductions,
        pacingReads: s.pacingReads,
        pacingWrites: s.pacingWrites,
        linkTransfers: s.linkTransfers,
        records: s.records,
      })),
    ),
  };
}

const groups: { name: string; seed: number; problems: number; flavour: Flavour }[] = [
  { name: "any", seed: 1, problems: 700, flavour: {} },
  { name: "perfect", seed: 2, problems: 200, flavour: { perfect: true, windows: true } },
  { name: "residuals", seed: 3, problems: 1000, flavour: { residuals: true } },
  { name: "windows", seed: 4, problems: 500, flavour: { windows: true } },
  { name: "windows with residuals", seed: 5, problems: 600, flavour: { windows: true, residuals: true } },
  { name: "bypass", seed: 6, problems: 300, flavour: { bypass: true } },
  { name: "residuals in space", seed: 8, problems: 900, flavour: { spread: true } },
  { name: "windows spread with residuals", seed: 9, problems: 1500, flavour: { spread: true, windows: true } },
  { name: "all at once", seed: 7, problems: 600, flavour: { bypass: true, windows: true, residuals: true } },
];

test("exact counts equal a walk over every operation", (t) => {
  const seen = { problems: 0, twoResiduals: 0, windows: 0, bypassedSpatial: 0 };
  for (const { name, seed, problems, flavour } of groups) {
    const random = new Random(seed);
    for (let k = 0; k < problems; k++) {
      const problem = randomProblem(random, flavour);
      assert.deepEqual(counted(problem), simulated(problem), `${name} ${k}: ${JSON.stringify(problem)}`);
      const { twoResiduals, windows, bypassedSpatial } = traits(problem);
      seen.problems++;
      if (twoResiduals) seen.twoResiduals++;
      if (windows) seen.windows++;
      if (bypassedSpatial) seen.bypassedSpatial++;
    }
  }
  t.diagnostic(JSON.stringify(seen));
  assert.ok(seen.problems >= 2000, `${seen.problems} problems`);
  assert.ok(seen.twoResiduals >= 500, `${seen.twoResiduals} with residuals at two levels of one dimension`);
  assert.ok(seen.windows >= 500, `${seen.windows} with stride or dilation`);
  assert.ok(seen.bypassedSpatial >= 300, `${seen.bypassedSpatial} with bypass across a spatial slot`);
});

test("link transfers, where switched on, equal the walk", () => {
  let linked = 0;
  for (const [seed, flavour] of [
    [41, {}],
    [42, { windows: true }],
    [43, { residuals: true, windows: true }],
    [44, { bypass: true }],
  ] as [number, Flavour][]) {
    const random = new Random(seed);
    for (let k = 0; k < 250; k++) {
      const problem = { ...randomProblem(random, flavour), linkTransfers: true, toroidalLinks: random.chance(0.4) };
      const walk = simulated(problem);
      assert.deepEqual(counted(problem), walk, `${seed} ${k}: ${JSON.stringify(problem)}`);
      if (walk.levels.some((level) => level.some((space) => space.linkTransfers > 0))) linked++;
    }
  }
  assert.ok(linked >= 100, `${linked} with links`);
});

test("a transfer of many kinds of step has pauses in it", () => {
  const random = new Random(41);
  let most = 0;
  for (let k = 0; k < 100; k++) {
    const problem = randomProblem(random, { residuals: true, windows: true });
    const [architecture, workload, mapping] = [architectureOf(problem), workloadOf(problem), mappingOf(problem)];
    const options = { ...defaultEvaluationOptions("exact"), linkTransfers: true };
    const pauses = [...countingExactly(architecture, workload, mapping, options)].length;
    most = Math.max(most, pauses - mapping.levels.length * workload.dataSpaces.length);
  }
  assert.ok(most > 20, `at most ${most} pauses besides those between levels`);
});

test("kinds of step in closed form equal those walked", () => {
  const random = new Random(31);
  let compared = 0;
  for (let k = 0; k < 400; k++) {
    const problem = randomProblem(random, { perfect: true, windows: true });
    const workload = workloadOf(problem);
    const nest = nestOf(workload, mappingOf(problem));
    const fan = problem.levels.map((level) => ({ x: level.fanoutX, y: level.fanoutY }));
    const { projections, closed } = loweredWorkload(workload);
    projections.forEach((projection, v) => {
      const kept = [...problem.levels.keys()].filter((l) => problem.levels[l].keep[v]);
      for (let i = 1; i < kept.length; i++) {
        const [child, parent] = [kept[i - 1], kept[i]];
        for (const alone of [false, true]) {
          const rules = { wholeTiles: false, alone };
          const steps = stepKinds(nest, projection, child, parent, fan, rules, closed);
          const walked = walkSteps(nest, projection, child, parent, meshBetween(nest, child, parent, fan), rules).steps;
          const plain = (kinds: readonly StepKind[]) =>
            kinds
              .map(({ advancing, count, tileWords, overlapWords, parentWords, childWords }) =>
                [advancing, count, tileWords, overlapWords, parentWords, childWords].join(),
              )
              .sort();
          assert.deepEqual(plain(steps), plain(walked), `${child} ${parent} ${v} ${JSON.stringify(problem)}`);
          compared++;
        }
      }
    });
  }
  assert.ok(compared > 400, `${compared} transfers`);
});
