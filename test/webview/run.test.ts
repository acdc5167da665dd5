import assert from "node:assert/strict";
import { test } from "node:test";
import type { Candidate, Run } from "../../server/src/features/explorer/protocol.ts";
import { toBase64, toCsv } from "../../webview/src/export.ts";
import {
  besideOnFront,
  candidateOf,
  isLive,
  mostPoints,
  objectiveOf,
  placeOnFront,
  withProgress,
} from "../../webview/src/run.ts";

const candidate = (energyPj: number, cycles: number): Candidate => ({
  mapping: { levels: [] },
  cost: { energyPj, cycles, utilization: 0.5 },
});

const empty: Run = {
  id: "a",
  design: "file:///a",
  label: "Local search",
  options: null,
  layer: 0,
  layerName: "conv",
  cosearch: false,
  files: {},
  before: null,
  state: "waiting",
  message: null,
  evaluations: 0,
  valid: 0,
  elapsedMs: 0,
  bound: null,
  best: null,
  network: null,
  curve: [],
  cloud: [],
  front: [],
};
const step = { run: "a", state: "running" as const, valid: 1, elapsedMs: 1, bound: null };

test("progress adds to a run and what it does not speak of stays", () => {
  const one = withProgress(empty, {
    ...step,
    evaluations: 10,
    best: candidate(5, 2),
    curve: [10, 1, 10],
    cloud: [5, 2],
  });
  const two = withProgress(one, { ...step, evaluations: 20, cloud: [6, 3] });
  assert.deepEqual(two.best, candidate(5, 2));
  assert.deepEqual(two.curve, [10, 1, 10]);
  assert.deepEqual(two.cloud, [5, 2, 6, 3]);
  assert.equal(two.evaluations, 20);
  assert.ok(isLive(two));
  assert.ok(!isLive(withProgress(two, { ...step, evaluations: 20, state: "stopped" })));
});

test("a cloud keeps its newest points", () => {
  let run = empty;
  for (let i = 0; i < 3; i++) {
    const cloud = Array.from({ length: mostPoints }, (_, j) => i * mostPoints + j);
    run = withProgress(run, { ...step, evaluations: 1, cloud });
  }
  assert.equal(run.cloud.length, 2 * mostPoints);
  assert.equal(run.cloud.at(-1), 3 * mostPoints - 1);
});

test("the mapping looked at is the best, or one of the front", () => {
  const run = { ...empty, best: candidate(1, 4), front: [candidate(1, 4), candidate(2, 3)] };
  assert.equal(candidateOf(run, null, 0), run.best);
  assert.equal(candidateOf(run, run.front[1], 0), run.front[1]);
  assert.equal(candidateOf(undefined, run.front[1], 0), null);
});

test("a point of the front stays the mapping it was while the run goes on", () => {
  const first = { ...empty, best: candidate(1, 9), front: [candidate(1, 9), candidate(4, 4), candidate(9, 1)] };
  const looked = first.front[1];
  const joined = withProgress(first, { ...step, evaluations: 2, front: [candidate(1, 9), candidate(2, 5), looked] });
  assert.equal(candidateOf(joined, looked, 0), looked);
  assert.equal(placeOnFront(joined, looked), 2);
  const without = [candidate(1, 9), candidate(3, 3), candidate(9, 1)];
  const left = withProgress(joined, { ...step, evaluations: 3, front: without });
  assert.equal(candidateOf(left, looked, 0), looked);
  assert.equal(placeOnFront(left, looked), -1);
  assert.equal(besideOnFront(left, looked, 1), without[2]);
  assert.equal(besideOnFront(left, looked, -1), without[1]);
});

test("arrow keys walk along the front and stop at its ends", () => {
  const run = { front: [candidate(1, 9), candidate(4, 4), candidate(9, 1)] };
  const [a, b, c] = run.front;
  assert.deepEqual([besideOnFront(run, null, 1), besideOnFront(run, null, -1)], [a, c]);
  assert.deepEqual([besideOnFront(run, a, 1), besideOnFront(run, b, 1), besideOnFront(run, c, 1)], [b, c, c]);
  assert.deepEqual([besideOnFront(run, c, -1), besideOnFront(run, a, -1)], [b, a]);
});

test("objectives of a cost", () => {
  const { cost } = candidate(3, 4);
  assert.deepEqual(
    (["edp", "energy", "latency"] as const).map((objective) => objectiveOf(objective, cost)),
    [12, 3, 4],
  );
});

test("tables leave as CSV that reads back", () => {
  const csv = toCsv({
    columns: ["a", "b"],
    rows: [
      ["x,y", 1],
      ['say "so"', 2.5],
    ],
  });
  assert.equal(csv, 'a,b\n"x,y",1\n"say ""so""",2.5\n');
  assert.equal(Buffer.from(toBase64("µJ → 1\n"), "base64").toString("utf8"), "µJ → 1\n");
});
