import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { catalogue } from "../../server/src/worker/catalogue.ts";
import {
  type ExploreProgress,
  explorerFor,
  type FromExplorer,
  type LayerJob,
  type Surroundings,
  type ToExplorer,
} from "../../server/src/worker/explore.ts";
import { poolThreads } from "../../server/src/worker/pool-threads.ts";
import { bundledSearchWorker } from "../support/search-worker.ts";
import { toyArchitecture, toyGemm, toyLevel } from "../support/toy.ts";

const architecture = toyArchitecture([toyLevel("Reg", { capacityWords: 64 }), toyLevel("DRAM", { readEnergyPj: 50 })]);
const workload = toyGemm({ M: 8, N: 6, K: 12 });
const large = toyGemm({ M: 720, N: 480, K: 960 });
const helpers = { spawn: poolThreads(bundledSearchWorker()), count: 2, afterMs: 0 };

const wholeJob: LayerJob = {
  architecture,
  workload,
  kind: "pfm",
  constraints: [],
  strategy: "random",
  objective: "edp",
  seed: 1,
  evaluations: null,
  milliseconds: null,
};
const isProgress = (message: FromExplorer): message is ExploreProgress => message.type === "progress";

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
  send({ type: "start", job: { ...wholeJob, ...job } });
  const progress = () => heard.filter(isProgress);
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

const factor = { kind: "factor", level: 0, slot: "temporal", dimension: 0, relation: "=" } as const;
const contradiction = [
  { ...factor, id: 0, value: 2 },
  { ...factor, id: 1, value: 4 },
];
const conflict = { type: "conflict", layer: 0, conflict: { ids: [0, 1], cause: "factors", dimension: 0 } };

test("constraints that contradict each other are told, not searched", () => {
  const { slice, heard } = explorer({ constraints: contradiction });
  while (slice());
  assert.deepEqual(heard, [conflict]);
});

test("traffic against buffer size comes whole, or as far as time allowed", () => {
  const whole = explorer({ evaluations: 1 });
  whole.send({ type: "traffic", architecture, workload, milliseconds: 1e9 });
  while (whole.slice());
  const [curve] = whole.heard.filter((message) => message.type === "traffic");
  assert.ok(curve.complete && curve.points.length > 3);
});

/** An explorer that runs by itself, alone or with others. */
function running(job: Partial<LayerJob>, helpers?: Surroundings["helpers"]) {
  const heard: FromExplorer[] = [];
  let ended = () => {};
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const send = explorerFor({
    now: () => performance.now(),
    post: (message) => {
      heard.push(message);
      if (message.type !== "progress" || message.state === "done" || message.state === "stopped") ended();
    },
    later: (slice) => void setImmediate(slice),
    helpers,
  });
  send({ type: "start", job: { ...wholeJob, ...job } });
  return { heard, progress: () => heard.filter(isProgress), send, end };
}

for (const strategy of ["random", "local", "exhaustive"]) {
  test(`${strategy} with helpers finds what it finds alone`, async () => {
    const job = { strategy, kind: "ruby-s", evaluations: 30_000 } as const;
    const runs = [running(job), running(job, helpers)];
    await Promise.all(runs.map(({ end }) => end));
    const [alone, helped] = runs.map(({ progress }) => ({
      evaluations: progress().at(-1)?.evaluations,
      valid: progress().at(-1)?.valid,
      best: progress().findLast(({ best }) => best !== undefined)?.best,
      front: progress()
        .findLast(({ front }) => front !== undefined)
        ?.front?.map(({ energyPj, cycles }) => [energyPj, cycles]),
    }));
    assert.deepEqual(helped, alone);
    assertConsistent(runs[1].progress());
    assert.ok(runs[1].progress().flatMap(({ cloud }) => cloud).length > 2 * (helped.front?.length ?? 0));
  });
}

test("helpers are held while a search is paused, and end when it is stopped", async () => {
  const { heard, progress, send, end } = running({ strategy: "exhaustive", kind: "ruby", workload: large }, helpers);
  const later = async (evaluations: number) => {
    while ((progress().at(-1)?.evaluations ?? 0) <= evaluations) await sleep(10);
  };
  await later(0);
  send({ type: "pause" });
  // What was on its way is heard; then nothing is.
  let length = 0;
  while (length < heard.length) {
    ({ length } = heard);
    await sleep(500);
  }
  const { evaluations, state } = progress()[length - 1];
  assert.equal(state, "paused");
  send({ type: "resume" });
  await later(evaluations);
  send({ type: "cancel" });
  await end;
  assert.equal(progress().at(-1)?.state, "stopped");
  const count = heard.length;
  await sleep(200);
  assert.equal(heard.length, count, "nothing follows the end");
});

test("with helpers, time ends a search and contradictions are told", async () => {
  const timed = running({ kind: "ruby", workload: large, milliseconds: 300 }, helpers);
  await timed.end;
  const last = timed.progress().at(-1);
  assert.equal(last?.state, "done");
  assert.ok((last?.elapsedMs ?? 0) >= 300 && (last?.evaluations ?? 0) > 0);
  const contradicting = running({ constraints: contradiction }, helpers);
  await contradicting.end;
  assert.deepEqual(contradicting.heard, [conflict]);
});

test("a search goes on alone where helpers cannot be had or end", async () => {
  const job = { strategy: "local", kind: "ruby-s", evaluations: 20_000 } as const;
  const alone = running(job);
  const spoilt = [
    () => {
      throw new Error("no workers here");
    },
    (_: unknown, died: (reason: string) => void) => {
      setTimeout(died, 20, "out of memory");
      return { post: () => {}, end: () => {} };
    },
  ].map((spawn) => running(job, { spawn, count: 2, afterMs: 0 }));
  for (const { end, progress } of [alone, ...spoilt]) {
    await end;
    const [last, best] = [progress().at(-1), progress().findLast((one) => one.best !== undefined)?.best];
    assert.equal(last?.state, "done");
    assert.deepEqual(best, alone.progress().findLast((one) => one.best !== undefined)?.best);
    assertConsistent(progress());
  }
});

// The others tell of a mapping now and then.
for (const id of ["exact", "gradient", "gp", "bayes"]) {
  test(`${id}: what was tried is told, not only what was better, and none of it is better than the best`, () => {
    const { slice, progress, best } = explorer({
      strategy: id,
      workload: large,
      evaluations: id === "bayes" ? 40 : 3000,
    });
    while (slice());
    const cloud = progress().flatMap((told) => told.cloud);
    const improvements = progress().flatMap((told) => told.curve).length / 3;
    const evaluations = progress().at(-1)?.evaluations ?? 0;
    const wanted = improvements + Math.min(200, evaluations / 3);
    assert.ok(cloud.length / 2 > wanted, `${cloud.length / 2} points of ${evaluations} tries, ${improvements} better`);
    const found = best();
    assert.ok(found);
    const least = Math.min(...cloud.flatMap((energyPj, i) => (i % 2 === 0 ? [energyPj * cloud[i + 1]] : [])));
    assert.ok(least >= found.energyPj * found.cycles * (1 - 1e-9), `${least}`);
  });
}
