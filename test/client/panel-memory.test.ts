/** Blank or forgetful panels: whatever becomes of the page or the window, what was found is there again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeEditor, FakePanel } from "./fake-editor.ts";
import { begun, candidate, design, searching, text, turn } from "./searching.ts";

const best = candidate(6);

interface RunSeen {
  id: string;
  state: string;
  best: unknown;
  curve: number[];
}

async function running(kept?: Map<string, string>) {
  const editor = new FakeEditor(kept);
  editor.open(design, "timeloop", text);
  await editor.activate();
  await turn();
  const [client] = editor.clients;
  client.started();
  const offer = { uri: design, home: design, name: "map", obstacle: null, files: {}, places: [], layers: [] };
  client.answers.set("mapspace/search/offer", offer);
  client.answers.set("mapspace/search/start", ({ run }: { run: string }) => ({ run: begun({ id: run }) }));
  await turn();
  return { editor, client };
}

/** The page loads and knocks: what it is told first. */
async function welcome(panel: FakePanel) {
  panel.say({ type: "ready", design });
  await turn();
  const told = panel.told.findLast(({ type }) => type === "welcome");
  assert.ok(told, "the page is welcomed");
  return told as unknown as { runs: RunSeen[]; state: unknown };
}

async function search({ editor, client }: Awaited<ReturnType<typeof running>>): Promise<FakePanel> {
  editor.run("mapspace.openExplorer", design);
  await turn();
  const [panel] = editor.panels;
  await welcome(panel);
  panel.say({ type: "start", design, layers: [0], options: {} });
  await turn();
  const run = (panel.told.findLast(({ type }) => type === "run") as unknown as { run: RunSeen }).run.id;
  const step = { run, valid: 1, elapsedMs: 5, bound: null };
  const hears = client.hears.get("mapspace/search/progress")!;
  hears({ ...step, state: "running", evaluations: 10, best, curve: [10, 5, 42] });
  return panel;
}

const seen = (runs: RunSeen[]) => runs.map(({ state, best: found, curve }) => ({ state, found, curve }));

test("a page that is made anew at any moment is told everything again", async () => {
  const window = await running();
  const panel = await search(window);
  for (let again = 0; again < 3; again++) {
    const { runs } = await welcome(panel);
    assert.deepEqual(seen(runs), [{ state: "running", found: best, curve: [10, 5, 42] }]);
  }
  const numbers = panel.told.map(({ sequence }) => sequence);
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => i),
    "no message is lost or told out of turn",
  );
});

test("a closed panel that is opened again shows what was found, and what went on meanwhile", async () => {
  const window = await running();
  const panel = await search(window);
  panel.dispose();
  const before = panel.told.length;
  const run = (panel.told.findLast(({ type }) => type === "run") as unknown as { run: RunSeen }).run.id;
  const step = { run, valid: 2, elapsedMs: 9, bound: null, state: "done", evaluations: 20, curve: [20, 9, 40] };
  window.client.hears.get("mapspace/search/progress")!(step);
  assert.equal(panel.told.length, before, "a closed panel is told nothing");
  window.editor.run("mapspace.openExplorer", design);
  await turn();
  assert.equal(window.editor.panels.length, 2);
  const { runs } = await welcome(window.editor.panels[1]);
  assert.deepEqual(seen(runs), [{ state: "done", found: best, curve: [10, 5, 42, 20, 9, 40] }]);
});

test("a window that is loaded anew brings the panel back, with its view and every run; what was at work has stopped", async () => {
  const kept = new Map<string, string>();
  const before = await running(kept);
  await search(before);
  before.editor.close();
  await turn();
  // The window comes back before any document is open and any server runs.
  const after = new FakeEditor(kept);
  await after.activate();
  const options = { localResourceRoots: [] };
  const state = { design, name: "map", selection: { layer: 0, run: null, front: null } };
  const [panel, twin] = [1, 2].map(() => new FakePanel("mapspace.explorer", null, options));
  const serializer = after.serializers.get("mapspace.explorer");
  assert.ok(serializer);
  await serializer.deserializeWebviewPanel(panel, state);
  assert.match(panel.html, /<script/);
  const told = await welcome(panel);
  assert.deepEqual(seen(told.runs), [{ state: "stopped", found: best, curve: [10, 5, 42] }]);
  assert.deepEqual(told.state, state);
  let closed = 0;
  twin.onDidDispose(() => void closed++);
  await serializer.deserializeWebviewPanel(twin, state);
  assert.equal(closed, 1, "a design has one panel");
});

test("a server that dies ends its searches, and what they found stays", async () => {
  const window = await running();
  const panel = await search(window);
  window.client.become(1);
  const { runs } = await welcome(panel);
  assert.deepEqual(seen(runs), [{ state: "stopped", found: best, curve: [10, 5, 42] }]);
});

test("runs of one layer do not drive out those of another, nor what is best or at work", async () => {
  const { start, tell, runs } = await searching(16);
  const layers = Array.from({ length: 16 }, (_, layer) => layer);
  const end = (run: string, energyPj: number) => tell(run, { state: "done", best: candidate(energyPj) });
  for (const run of await start(...layers)) end(run, 6);
  assert.deepEqual(
    (await runs()).map(({ layer }) => layer),
    layers,
  );
  const [working] = await start(3);
  const later: string[] = [];
  for (let i = 0; i < 13; i++) {
    later.push(...(await start(3)));
    end(later[i], 7 + i);
  }
  const kept = (await runs()).filter(({ layer }) => layer === 3);
  assert.deepEqual(
    kept.map(({ id, best: found }) => [id, found?.cost.energyPj]),
    [[kept[0].id, 6], [working, undefined], ...later.slice(1).map((id, i) => [id, 8 + i])],
  );
  assert.equal((await runs()).length, 15 + kept.length);
});
