/** Mappings found are brought into the files, and what was found is still there afterwards. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "../../server/src/features/explorer/fingerprint.ts";
import type {
  Basis,
  NetworkFound,
  Run,
  WriteParams,
  WriteResult,
} from "../../server/src/features/explorer/protocol.ts";
import { until } from "../lsp/harness.ts";
import { FakeEditor } from "./fake-editor.ts";
import { candidate, design, searching, text, turn } from "./searching.ts";

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
  const { editor, start, tell, writes, apply, about } = await searching();
  const [before, applied, edited] = ["as found", "applied", "edited"].map(fingerprint);
  let basis: Basis | undefined;
  const write = (now: string, then: string) =>
    writes((params) => {
      basis = params.basis?.[0];
      editor.type(editor.documents[0], now);
      return written(now, then);
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
  const { editor, start, tell, writes, apply, about } = await searching();
  editor.type(editor.documents[0], "as found");
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

for (const [what, overtaken, then, told, edits] of [
  ["what was typed once does not matter to the result", 1, null, "Applied.", 1],
  ["what was typed changes the design", 1, "map.yaml changed.", "map.yaml changed.", 0],
  ["the user types on", 2, null, "The file is being edited, so nothing was written. Try again.", 0],
] as const) {
  test(`edits are never put where the text is another than they were made for: ${what}`, async () => {
    const { editor, start, tell, writes, apply } = await searching();
    const [run] = await start(0);
    tell(run, { state: "done", best: candidate(6) });
    let asked = 0;
    writes(() => {
      const now = `${text}#${asked}\n`;
      if (asked++ > 0 && then !== null) return { kind: "changed", changed: [design], message: then };
      editor.type(editor.documents[0], asked > overtaken ? now : `${now}typed`);
      return written(now, "applied");
    });
    assert.equal(await apply(run), told);
    assert.equal(asked, 2);
    assert.equal(editor.edits.length, edits);
  });
}

test("the sides of a diff are what they were, and say so when the window that made them is gone", async () => {
  const { editor, panel, start, tell, writes } = await searching();
  const [run] = await start(0);
  tell(run, { state: "done", best: candidate(6) });
  writes(() => ({ kind: "write", changes: [], creates: [{ uri: "file:///w/new.map.yaml", text: "mapping: []\n" }] }));
  const diff = () => editor.given.find(([name]) => name === "vscode.diff");
  panel.say({ type: "diff", design, run, front: null });
  await until("a diff", () => diff() !== undefined);
  const sides = diff()!
    .slice(1, 3)
    .map((side) => new URL(String(side)));
  const texts = (of: FakeEditor) =>
    sides.map(({ search }) =>
      of.contents.get("mapspace-preview")?.provideTextDocumentContent({ query: search.slice(1) }),
    );
  assert.deepEqual(texts(editor), ["", "mapping: []\n"]);
  const later = new FakeEditor();
  await later.activate();
  const [left, right] = texts(later);
  assert.equal(left, "");
  assert.match(right ?? "", /^# This preview ended with its window\. /);
});

test("all layers of a network are told with its cost and written as one change, and the focus stays", async () => {
  const { editor, tell, writes, runs, about } = await searching(3);
  about.before = candidate(1e9, 1000);
  editor.presses.push("Show Diff", "Write Mapping Files");
  editor.run("mapspace.optimizeAllLayers", design);
  let started: Run[] = [];
  await until("the runs", async () => {
    started = await runs();
    return started.length === 3;
  });
  const asked: WriteParams[] = [];
  writes((params) => {
    asked.push(params);
    const file = (layer: number) => ({ uri: `file:///w/${layer}.map.yaml`, text: "mapping: []\n" });
    return { kind: "write", changes: [], creates: params.found.mappings.map(({ layer }) => file(layer)) };
  });
  const found = [candidate(5e8, 1000), candidate(1e9, 1000), candidate(1e9, 500)];
  for (const { id, layer } of started) tell(id, { state: "done", best: found[layer] });
  await until("the change", () => editor.edits.length === 1);
  await turn();
  const told =
    "2 of 3 layers have a better mapping. Network: EDP 9.000e12 → 6.250e12 (−30.6%), 3,000 → 2,500 cycles, energy 3 mJ → 2.5 mJ.";
  assert.deepEqual(editor.notifications, [
    [told, "Write Mapping Files", "Show Diff", "Open Explorer"],
    [told, "Write Mapping Files", "Open Explorer"],
  ]);
  assert.deepEqual(
    asked.map(({ found: { mappings }, basis }) => [mappings.map(({ layer }) => layer), basis?.length ?? null]),
    [
      [[0, 2], null],
      [[0, 2], 2],
    ],
  );
  const files = ["file:///w/0.map.yaml", "file:///w/2.map.yaml"];
  assert.deepEqual(
    editor.edits.map(({ creates }) => creates.map(({ uri }) => uri)),
    [files],
  );
  const shown = editor.given.filter(([name]) => name === "show");
  assert.deepEqual(shown, [["show", files[0], { viewColumn: 1, preserveFocus: true, preview: false }]]);
});

test("mappings to compare with are told by what files say, not by their names", async () => {
  const { editor } = await searching();
  for (const [name, said] of Object.entries({
    "second.yaml": text,
    "all-in-one.yaml": `problem:\n  instance: {K: 4}\n${text}`,
    "roadmap/map.yaml": "mapping: {a: b}\n",
    "arch.map.yaml": "architecture:\n  nodes: []\n",
  })) {
    editor.open(`file:///w/${name}`, "yaml", said);
  }
  editor.run("mapspace.compareWith", design);
  const list = () => editor.given.find(([name]) => name === "pick")?.[1] as { label: string }[] | undefined;
  await until("a list", () => list() !== undefined);
  assert.deepEqual(
    list()?.map(({ label }) => label),
    ["w/all-in-one.yaml", "w/second.yaml"],
  );
});
