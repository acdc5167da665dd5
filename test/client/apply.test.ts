/** Mappings found are brought into the files, and what was found is still there afterwards. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { candidate, design, searching } from "./searching.ts";

test("what a search tells while its result is applied is kept", async () => {
  const { start, tell, runs, writes, apply } = await searching();
  const [run] = await start(0);
  tell(run, { best: candidate(60), curve: [10, 5, 420] });
  writes(() => {
    tell(run, { state: "done", best: candidate(6), curve: [20, 9, 42] });
    return { kind: "write", creates: [], changes: [{ uri: design, edits: [], text: "", fingerprint: "f" }] };
  });
  assert.equal(await apply(run), "Applied.");
  const [{ state, best, curve }] = await runs();
  assert.deepEqual({ state, best, curve }, { state: "done", best: candidate(6), curve: [10, 5, 420, 20, 9, 42] });
});
