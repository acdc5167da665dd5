/** Mappings found are brought into the files, and what was found is still there afterwards. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "../../server/src/features/explorer/fingerprint.ts";
import type { Basis, NetworkFound, WriteResult } from "../../server/src/features/explorer/protocol.ts";
import { candidate, design, searching, text } from "./searching.ts";

const change = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 }, newText: "x" };

/** A change of the mapping's file from one text to another. */
const written = (now: string, then: string): WriteResult => ({
  ...{ kind: "write", creates: [] },
  changes: [{ uri: design, before: fingerprint(now), edits: now === then ? [] : [change], text: then }],
});

test("what a search tells while its result is applied is kept", async () => {
  const { start, tell, runs, writes, apply } = await searching();
  const [run] = await start(0);
  tell(run, { best: candidate(60), curve: [10, 5, 420] });
  writes(() => {
    tell(run, { state: "done", best: candidate(6), curve: [20, 9, 42] });
    return written(text, "applied");
  });
  assert.equal(await apply(run), "Applied.");
  const [{ state, best, curve }] = await runs();
  assert.deepEqual({ state, best, curve }, { state: "done", best: candidate(6), curve: [10, 5, 420, 20, 9, 42] });
});

test("texts that a result was written to or taken back from are the same to every search of a mapping", async () => {
  const { start, tell, writes, apply, about } = await searching();
  const [before, applied, edited] = ["as found", "applied", "edited"].map(fingerprint);
  let basis: Basis | undefined;
  const write = (now: string, then: string) =>
    writes((params) => {
      basis = params.basis?.[0];
      return {
        kind: "write",
        creates: [],
        changes: [{ uri: design, before: fingerprint(now), edits: [], text: then }],
      };
    });
  const found = async (text: string) => {
    about.files = { [design]: fingerprint(text) };
    const [run] = await start(0);
    tell(run, { state: "done", best: candidate(6) });
    return run;
  };
  const first = await found("as found");
  const second = await found("as found");
  write("as found", "applied");
  await apply(first);
  assert.deepEqual(basis, { files: { [design]: before }, alike: {} });
  write("applied", "applied");
  await apply(second);
  assert.deepEqual(basis, { files: { [design]: before }, alike: { [design]: [before, applied] } });
  // Taken back, and applied again; so is what was found after the first time.
  const third = await found("applied");
  await apply(first);
  await apply(third);
  assert.deepEqual(basis, { files: { [design]: applied }, alike: { [design]: [before, applied] } });
  await apply(await found("edited"));
  assert.deepEqual(basis, { files: { [design]: edited }, alike: {} });
});

test("hardware that a co-search wrote is the same to that co-search alone", async () => {
  const { start, tell, writes, apply, about } = await searching();
  const [before, sized] = ["as found", "sized"].map(fingerprint);
  about.files = { [design]: before };
  const [other] = await start(0);
  tell(other, { state: "done", best: candidate(6) });
  about.cosearch = true;
  const [run] = await start(0);
  const network = { architecture: {}, hardware: [], layers: [candidate(5)] } as unknown as NetworkFound;
  tell(run, { state: "done", best: candidate(5), network });
  const asked: unknown[] = [];
  writes(({ basis }) => {
    asked.push(basis?.[0].alike);
    return asked.length === 2 ? { kind: "refused", message: "not now" } : written("as found", "sized");
  });
  for (const applied of [run, other, run]) await apply(applied);
  assert.deepEqual(asked, [{}, {}, { [design]: [before, sized] }]);
});
