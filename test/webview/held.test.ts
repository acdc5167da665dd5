/** What runs are compared with: the mapping that the file holds now, whoever put it there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Candidate, Run } from "../../server/src/features/explorer/protocol.ts";
import { gained, heldBy, isSame } from "../../webview/src/held.ts";

const loop = (dimension: number, factor: number) => ({ dimension, factor, residual: factor });
const candidate = (energyPj: number, ...temporal: ReturnType<typeof loop>[]): Candidate => ({
  mapping: { levels: [{ temporal, spatialX: [], spatialY: [], keep: [true] }] },
  cost: { energyPj, cycles: 10, utilization: 1 },
});
const [before, best] = [candidate(40, loop(0, 8)), candidate(30, loop(0, 4), loop(1, 2))];
const run = { best, before, options: null, cosearch: false } as Partial<Run> as Run;

test("a mapping is the same without loops of factor 1, and another in another order or at another cost", () => {
  assert.ok(isSame(best, candidate(30, loop(0, 4), loop(2, 1), loop(1, 2))));
  assert.ok(!isSame(best, candidate(30, loop(1, 2), loop(0, 4))));
  assert.ok(!isSame(best, candidate(31, loop(0, 4), loop(1, 2))));
});

test("a run gains against what the file holds now, and nothing where that is its own result", () => {
  const against = (now: Candidate | null) => gained(run, heldBy(run, now));
  assert.equal(against(before), "−25%");
  assert.equal(against(candidate(30, loop(0, 4), loop(1, 2))), "in the file");
  assert.equal(against(candidate(24, loop(0, 2))), "+25%");
  assert.equal(against(null), "");
});

test("what a command measured of the mapping in the file is known from the run that began with it", () => {
  const measuring = {
    ...run,
    best: { ...best, measured: 5 },
    before: { ...before, measured: 20 },
    options: { evaluator: "command" } as Run["options"],
  };
  const against = (now: Candidate) => gained(measuring, heldBy(measuring, now));
  assert.equal(against(candidate(40, loop(0, 8))), "−75%");
  assert.equal(against(candidate(24, loop(0, 2))), "", "nobody measured it");
});
