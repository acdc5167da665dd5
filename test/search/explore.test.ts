import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { catalogue } from "../../server/src/worker/catalogue.ts";
import {
  type ExploreProgress,
  explorerFor,
  type FromExplorer,
  type LayerJob,
  type ToExplorer,
} from "../../server/src/worker/explore.ts";
import { toyArchitecture, toyGemm, toyLevel } from "../support/toy.ts";

const architecture = toyArchitecture([toyLevel("Reg", { capacityWords: 64 }), toyLevel("DRAM", { readEnergyPj: 50 })]);
const workload = toyGemm({ M: 8, N: 6, K: 12 });

/** An explorer whose slices run when the test says so; the clock goes on by itself. */
function explorer(job: Partial<LayerJob>) {
  const heard: FromExplorer[] = [];
  const slices: (() => void)[] = [];
  let time = 0;
  const send = explorerFor({
    now: () => {
      time += 3;
      return time;
    },
    post: (message) => void heard.push(message),
    later: (slice) => void slices.push(slice),
  });
  const whole: LayerJob = {
    architecture,
    workload,
    kind: "pfm",
    constraints: [],
    strategy: "random",
    objective: "edp",
    seed: 1,
    evaluations: null,
    milliseconds: null,
    ...job,
  };
  send({ type: "start", job: whole });
  const progress = () => heard.filter((message): message is ExploreProgress => message.type === "progress");
  return {
    heard,
    progress,
    send: (message: ToExplorer) => send(message),
    slice: () => {
      const next = slices.shift();
      next?.();
      return next !== undefined;
    },
    best: () => progress().findLast(({ best }) => best !== undefined)?.best,
  };
}

function assertConsistent(messages: readonly ExploreProgress[]): void {
  for (const { best } of messages) {
    if (best === undefined) continue;
    const { evaluation } = evaluate(architecture, workload, best.mapping, defaultEvaluationOptions("exact"));
    assert.ok(evaluation !== undefined);
    assert.ok(Math.abs(evaluation.energyPj / best.energyPj - 1) < 1e-9);
    assert.equal(evaluation.cycles, best.cycles);
  }
  const values = messages.flatMap(({ curve }) => curve.filter((_, i) => i % 3 === 2));
  assert.ok(
    values.every((value, i) => i === 0 || value < values[i - 1]),
    "the curve falls",
  );
}

test("stopped after any number of slices, a search ends at once with a consistent best", () => {
  fc.assert(
    fc.property(fc.nat(12), fc.constantFrom(...catalogue.map(({ id }) => id)), (slices, strategy) => {
      const { send, slice, progress, heard } = explorer({ strategy });
      for (let i = 0; i < slices; i++) slice();
      if (progress().some(({ state }) => state === "done")) return;
      send({ type: "cancel" });
      assert.equal(progress().at(-1)?.state, "stopped");
      const count = heard.length;
      while (slice());
      assert.equal(heard.length, count, "nothing follows the end");
      assertConsistent(progress());
    }),
    { numRuns: 40 },
  );
});

test("a paused search does nothing, and goes on where it was", () => {
  const { send, slice, progress, best } = explorer({ evaluations: 20_000 });
  for (let i = 0; i < 4; i++) slice();
  send({ type: "pause" });
  while (slice());
  const paused = progress().at(-1);
  assert.equal(paused?.state, "paused");
  send({ type: "resume" });
  while (slice());
  const end = progress().at(-1);
  assert.equal(end?.state, "done");
  assert.ok((end?.evaluations ?? 0) >= 20_000);
  assertConsistent(progress());
  const straight = explorer({ evaluations: 20_000 });
  while (straight.slice());
  assert.deepEqual(best(), straight.best());
});

test("constraints that contradict each other are told, not searched", () => {
  const factor = { kind: "factor", level: 0, slot: "temporal", dimension: 0, relation: "=" } as const;
  const { slice, heard } = explorer({
    constraints: [
      { ...factor, id: 0, value: 2 },
      { ...factor, id: 1, value: 4 },
    ],
  });
  while (slice());
  assert.deepEqual(heard, [{ type: "conflict", layer: 0, conflict: { ids: [0, 1], cause: "factors", dimension: 0 } }]);
});

test("traffic against buffer size comes whole, or as far as time allowed", () => {
  const whole = explorer({ evaluations: 1 });
  whole.send({ type: "traffic", architecture, workload, milliseconds: 1e9 });
  while (whole.slice());
  const [curve] = whole.heard.filter((message) => message.type === "traffic");
  assert.ok(curve.complete && curve.points.length > 3);
});
