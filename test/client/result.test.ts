/** What a search started from a file tells while it goes on and when it has ended. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Candidate, Run, RunProgress } from "../../server/src/features/explorer/protocol.ts";
import { until } from "../lsp/harness.ts";
import { FakeEditor } from "./fake-editor.ts";
import { begun, candidate, design, searching, text, turn } from "./searching.ts";

const inFile = candidate(4e9, 688_128);

async function searched(before: Candidate | null, steps: readonly Partial<RunProgress>[], presses: string[] = []) {
  const editor = new FakeEditor();
  editor.presses.push(...presses);
  editor.open(design, "timeloop", text);
  await editor.activate();
  await turn();
  const [client] = editor.clients;
  client.started();
  const layers = [{ index: 0, name: "conv", count: 1, macs: 1, bounds: "K 4", before }];
  const defaults = { strategy: "local", objective: "edp" };
  const offer = { uri: design, home: design, name: "map", obstacle: null, files: {}, places: [], layers };
  const mappingUri = before && design;
  client.answers.set("mapspace/search/offer", { ...offer, mappingUri, defaults, strategies: [] });
  client.answers.set("mapspace/search/write", {
    ...{ kind: "write", creates: [] },
    changes: [{ uri: design, edits: [], text: "mapping: []\n", before: "" }],
  });
  let id = "";
  client.answers.set("mapspace/search/start", ({ run, options }: { run: string; options: Run["options"] }) => {
    id = run;
    return { run: begun({ id, options, before }) };
  });
  editor.run("mapspace.optimizeLayer", design, 0);
  await turn();
  for (const step of steps) {
    const now = { run: id, state: "running", evaluations: 0, valid: 1, elapsedMs: 5, bound: null, ...step };
    client.hears.get("mapspace/search/progress")!(now);
  }
  await turn();
  return editor;
}

test("progress counts the mappings, and tells the change once there is a gain", async () => {
  const { reports } = await searched(inFile, [
    { evaluations: 19, best: candidate(4e10, 688_128) },
    { evaluations: 2019, best: candidate(3e9, 688_128) },
  ]);
  assert.deepEqual(reports, ["19 mappings tried", "−25% · 2,019 mappings tried"]);
});

test("after the diff the result is offered again, to apply it", async () => {
  const best = candidate(3e9, 688_128);
  const editor = await searched(inFile, [{ state: "done", best }], ["Show Diff"]);
  const told = "conv: EDP 2.753e15 → 2.064e15 (−25%), 688,128 cycles, energy 4 mJ → 3 mJ.";
  assert.deepEqual(editor.notifications, [
    [told, "Apply", "Show Diff", "Open Explorer"],
    [told, "Apply", "Open Explorer"],
  ]);
  assert.ok(editor.given.some(([name]) => name === "vscode.diff"));
});

test("a first mapping is said to be proven best, too", async () => {
  const best = candidate(3e9, 2000);
  const { notifications } = await searched(null, [{ state: "done", best, bound: 6e12 }]);
  assert.deepEqual(
    notifications.map(([text]) => text),
    ["conv: EDP 6.000e12 pJ·cycles, 2,000 cycles, 3 mJ. Proven best."],
  );
});

test("a search is started by the strategy and in the mapspace that it is asked for with", async () => {
  const { editor, runs } = await searching();
  editor.run("mapspace.optimizeLayer", design, 0, "exact", "ruby-s");
  await until("a run", async () => (await runs()).length === 1);
  const [{ options }] = await runs();
  assert.deepEqual([options?.strategy, options?.mapspace], ["exact", "ruby-s"]);
});
