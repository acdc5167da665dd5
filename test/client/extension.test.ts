/** What users of such extensions complain about, as far as the extension's own part can be to blame. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { repositoryRoot } from "../support/shared.ts";
import { FakeEditor } from "./fake-editor.ts";

const mapping = "mapping:\n- {target: DRAM, type: temporal, factors: K=4}\n";
const other = "services:\n  web: {image: x}\n";
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

test("slow activation: the extension is active before its server is, and waits for nothing", async () => {
  const editor = new FakeEditor();
  editor.open("file:///w/map.yaml", "yaml", mapping);
  const api = await editor.activate();
  assert.equal(api.serverState(), "starting");
  await turn();
  assert.equal(editor.clients.length, 1);
  assert.equal(api.serverState(), "starting", "nobody started the server, and yet the extension is active");
  editor.clients[0].started();
  await turn();
  assert.equal(api.serverState(), "running");
  const { activationEvents } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8"));
  assert.deepEqual(activationEvents, ["onLanguage:yaml", "onWebviewPanel:mapspace.explorer"]);
});

test("work in folders that do not concern it: no server, no search for files, no change of language", async () => {
  const editor = new FakeEditor();
  const document = editor.open("file:///w/compose.yaml", "yaml", other);
  const api = await editor.activate();
  editor.open("file:///w/ci.yml", "yaml", "on: push\njobs: {}\n");
  await turn();
  assert.equal(api.serverState(), "idle");
  assert.equal(editor.clients.length, 0);
  assert.deepEqual(editor.calls, []);
  assert.equal(document.languageId, "yaml");
});

test("the text a file had before, as the left side of a diff shows it, is no business of the server", async () => {
  const editor = new FakeEditor();
  editor.open("git:/w/map.yaml?HEAD", "timeloop", mapping);
  editor.open("git:/w/map.yaml?HEAD~1", "yaml", mapping);
  const api = await editor.activate();
  await turn();
  assert.equal(api.serverState(), "idle");
  editor.open("untitled:Untitled-1", "timeloop", mapping);
  await turn();
  assert.equal(api.serverState(), "starting");
  const { middleware } = editor.clients[0].options;
  const told: string[] = [];
  for (const document of editor.documents) {
    await middleware.didOpen(document, async () => void told.push(document.uri.text));
  }
  assert.deepEqual(told, ["untitled:Untitled-1"]);
});

test("files are looked for in the folder of a document, for an untitled one in all, and else beside it", async () => {
  const editor = new FakeEditor();
  editor.folders.push("file:///v");
  editor.disk.push("file:///w/maps/m.yaml", "file:///w/arch.yaml", "file:///v/arch.yaml", "file:///out/a.yaml");
  editor.disk.push("file:///out/below/b.yaml", "file:///out/notes.txt");
  editor.open("file:///w/maps/m.yaml", "timeloop", mapping);
  await editor.activate();
  await turn();
  const list = (near: string) => editor.clients[0].served.get("mapspace/listFiles")?.({ near, limit: 9 });
  assert.deepEqual(await list("file:///w/maps/m.yaml"), ["file:///w/maps/m.yaml", "file:///w/arch.yaml"]);
  assert.deepEqual(await list("untitled:Untitled-1"), [
    "file:///v/arch.yaml",
    "file:///w/arch.yaml",
    "file:///w/maps/m.yaml",
  ]);
  assert.deepEqual(await list("file:///out/b.yaml"), ["file:///out/a.yaml"]);
});

test("a file that is being written is recognised before it is saved, once, and starts the server", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const settle = async () => {
    t.mock.timers.tick(1000);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  const editor = new FakeEditor();
  const document = editor.open("untitled:Untitled-1", "yaml", "");
  const stranger = editor.open("untitled:Untitled-2", "yaml", "");
  const api = await editor.activate();
  const now = () => editor.documents.find(({ uri }) => uri.text === document.uri.text)!;
  for (const text of ["map", "mapping:", "mapping:\n- "]) {
    editor.type(now(), text);
    editor.type(stranger, other);
    await settle();
    assert.deepEqual([now().languageId, api.serverState()], ["yaml", "idle"], text);
  }
  editor.type(now(), "mapping:\n- target: DRAM");
  assert.equal(now().languageId, "yaml", "not at every key");
  await settle();
  assert.deepEqual([now().languageId, api.serverState()], ["timeloop", "starting"]);
  assert.equal(stranger.languageId, "yaml");
  // Put back to YAML it stays so, whatever is typed.
  editor.setLanguage(now(), "yaml");
  await settle();
  editor.type(now(), mapping);
  await settle();
  assert.equal(now().languageId, "yaml");
});

test("silent server death: the status says so and offers the restart, which brings a new server", async () => {
  const editor = new FakeEditor();
  editor.open("file:///w/map.yaml", "timeloop", mapping);
  const api = await editor.activate();
  await turn();
  editor.clients[0].started();
  await turn();
  const status = editor.statusItems.get("mapspace.server");
  assert.deepEqual([status?.severity, status?.command?.command], [0, "mapspace.restartServer"]);
  assert.equal(editor.statusItems.get("mapspace.log")?.command?.command, "mapspace.showLog");
  editor.clients[0].become(1);
  assert.equal(api.serverState(), "stopped");
  assert.match(status?.text ?? "", /stopped/);
  assert.deepEqual([status?.severity, status?.command?.command], [2, "mapspace.restartServer"]);
  void editor.run("mapspace.restartServer");
  await turn();
  assert.equal(editor.clients.length, 2);
  editor.clients[1].started();
  await turn();
  assert.equal(api.serverState(), "running");
  assert.equal(status?.severity, 0);
});

test("the status tells the cost, and the files where there is room for their names", async () => {
  const editor = new FakeEditor();
  editor.shown.document = editor.open("file:///w/map.yaml", "timeloop", mapping);
  await editor.activate();
  await turn();
  editor.clients[0].started();
  await turn();
  const item = editor.statusItems.get("mapspace.design");
  const name = (n: number) => `file:///w/${"a-long-name-".repeat(9)}${n}.yaml`;
  const parts = [0, 1, 2].map((n) => ({ uri: name(n), kinds: ["problem"], foundBy: "nearest" }));
  const unread = { large: [], files: 0 };
  const told = { uri: "file:///w/map.yaml", summary: "12 cycles", parts, severity: "information", cut: [], unread };
  editor.clients[0].hears.get("mapspace/status")!({ ...told, ambiguous: [] });
  assert.deepEqual([item?.text, item?.detail, item?.command?.command], ["12 cycles", "", "mapspace.chooseFiles"]);
  const ambiguous = [{ kind: "problem", taken: "file:///w/one.yaml", others: ["file:///w/two.yaml"] }];
  editor.clients[0].hears.get("mapspace/status")!({ ...told, ambiguous });
  assert.equal(item?.detail, "problem: one.yaml, one of 2");
  const cut = [
    { what: "folding", after: 5000 },
    { what: "problems", after: 1000 },
  ];
  const left = { large: ["file:///w/ert.yaml"], files: 1234 };
  editor.clients[0].hears.get("mapspace/status")!({ ...told, ambiguous: [], cut, unread: left });
  assert.equal(
    item?.detail,
    "Folding ends after 5,000 ranges · Only the first 1,000 problems are shown · ert.yaml is too large to be read · 1,234 files farther away were not read",
  );
});

describe("fights with other YAML extensions", () => {
  const started = async () => {
    const editor = new FakeEditor();
    await editor.activate();
    editor.open("file:///w/own.yaml", "timeloop", mapping);
    await turn();
    return { editor, middleware: editor.clients[0].options.middleware };
  };

  test("in plain YAML another extension answers all but what the design means; other YAML is none of our business", async () => {
    const { editor, middleware } = await started();
    const next = async () => "ours";
    const asked = (method: string, uri: string) =>
      middleware.sendRequest(method, { textDocument: { uri } }, undefined, next);
    const languages = { own: "timeloop", plain: "yaml", compose: "yaml" };
    for (const [name, language] of Object.entries(languages)) {
      const uri = `file:///w/${name}.yaml`;
      // Whoever put a file back to plain YAML wants it so.
      const document = {
        uri: { toString: () => uri },
        languageId: language,
        getText: () => (name === "compose" ? other : mapping),
      };
      editor.documents.push(document as never);
      await middleware.didOpen(document, async () => {});
    }
    for (const method of ["textDocument/hover", "textDocument/completion", "textDocument/documentSymbol"]) {
      assert.equal(await asked(method, "file:///w/own.yaml"), "ours");
      assert.equal(await asked(method, "file:///w/plain.yaml"), null);
      assert.equal(await asked(method, "file:///w/compose.yaml"), null);
    }
    for (const method of ["textDocument/diagnostic", "textDocument/codeAction"]) {
      assert.equal(await asked(method, "file:///w/plain.yaml"), "ours");
      assert.notEqual(await asked(method, "file:///w/compose.yaml"), "ours");
    }
  });

  test("a recognised file gets its own language once; who changes it back to YAML is left alone", async () => {
    const { editor } = await started();
    const document = editor.open("file:///w/map.yaml", "yaml", mapping);
    await turn();
    const now = () => editor.documents.find(({ uri }) => uri.text === document.uri.text)!;
    assert.equal(now().languageId, "timeloop");
    editor.setLanguage(now(), "yaml");
    await turn();
    await turn();
    assert.equal(now().languageId, "yaml");
  });
});

describe("the Explorer's window", () => {
  const opened = async () => {
    const editor = new FakeEditor();
    const uri = "file:///w/<map>.yaml";
    editor.open(uri, "timeloop", mapping);
    await editor.activate();
    await turn();
    editor.clients[0].started();
    await turn();
    editor.clients[0].answers.set("mapspace/search/offer", { uri, home: uri, name: "map", obstacle: null });
    for (let i = 0; i < 3; i++) {
      editor.run("mapspace.openExplorer", uri);
      await turn();
    }
    return editor.panels;
  };

  test("panel steals focus or multiplies: one for each design, beside the editor, the focus stays", async () => {
    const panels = await opened();
    assert.equal(panels.length, 1);
    assert.deepEqual(panels[0].show, { viewColumn: -2, preserveFocus: true });
    assert.deepEqual(panels[0].revealed, [
      [undefined, true],
      [undefined, true],
    ]);
  });

  test("missing CSP: nothing is allowed but the two bundled files, by a nonce that never comes again", async () => {
    const [first] = await opened();
    const [second] = await opened();
    const nonces = [first, second].map(({ html, options }) => {
      const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "";
      const nonce = /'nonce-([0-9a-f]{32})'/.exec(policy)?.[1];
      assert.equal(
        policy,
        `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}' https://webview.test; img-src data: blob:`,
      );
      const loaded = [...html.matchAll(/<(?:script|link)\b[^>]*>/g)].map(([tag]) => tag);
      assert.equal(loaded.length, 2);
      for (const tag of loaded) {
        assert.ok(tag.includes(`nonce="${nonce}"`), tag);
        assert.match(tag, /(?:src|href)="https:\/\/webview\.test\/extension\/dist\/webview\/explorer\.(?:js|css)"/);
      }
      assert.doesNotMatch(html, /\son\w+=|\sstyle=|<style|javascript:|<map>/, "nothing inline, names are escaped");
      assert.match(html, /<script [^>]*><\/script>/);
      assert.deepEqual(options.localResourceRoots.map(String), ["file:///extension/dist/webview"]);
      return nonce;
    });
    assert.notEqual(nonces[0], nonces[1]);
  });
});
