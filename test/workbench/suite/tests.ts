import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import {
  type CodeLens,
  commands,
  DiagnosticSeverity,
  type DocumentSymbol,
  languages,
  Position,
  Range,
  type TextDocument,
  type TextEdit,
  type Uri,
  WorkspaceEdit,
  window,
  workspace,
} from "vscode";
import { api, eventually, file, show } from "./support.ts";

const mapping = "three-level/resnet50-conv3x3.map.yaml";

const replace = async (document: TextDocument, from: string | RegExp, to: string) => {
  const text = document.getText();
  const found = typeof from === "string" ? { index: text.indexOf(from), 0: from } : from.exec(text);
  assert.ok(found && found.index >= 0, `${from} is in the file`);
  const edit = new WorkspaceEdit();
  const range = new Range(document.positionAt(found.index), document.positionAt(found.index + found[0].length));
  edit.replace(document.uri, range, to);
  assert.ok(await workspace.applyEdit(edit));
};

/** Servers that this extension host started. */
const serverProcesses = () =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        const parent = /\nPPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return Number(parent) === process.pid && command.includes("server.cjs");
      } catch {
        return false;
      }
    })
    .map(Number);

const errors = (uri: Uri) =>
  languages.getDiagnostics(uri).filter(({ severity }) => severity === DiagnosticSeverity.Error);

describe("before any Timeloop file is open", () => {
  it("YAML that does not concern us starts no server", async () => {
    const content = "variables:\n  CACHE: yes\nstages: [build]\n";
    const other = await workspace.openTextDocument({ language: "yaml", content });
    const mapspace = await api();
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(other.languageId, "yaml");
    assert.equal(mapspace.serverState(), "idle");
  });
});

describe("in VS Code", () => {
  before(async () => {
    await show(mapping);
    const mapspace = await api();
    await eventually("the server runs", () => mapspace.serverState() === "running");
  });

  afterEach(async () => {
    await commands.executeCommand("workbench.action.files.revert");
  });

  it("recognises Timeloop files by content and leaves other YAML alone", async () => {
    assert.equal((await show("three-level/arch.yaml")).languageId, "timeloop");
    const other = await workspace.openTextDocument({ language: "yaml", content: "components:\n  schemas: {}\n" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(other.languageId, "yaml");
    assert.deepEqual(languages.getDiagnostics(other.uri), []);
  });

  it("finds the files of a design and says what they cost", async () => {
    const document = await show(mapping);
    const mapspace = await api();
    const parts = ["arch.yaml", "ert.yaml", "resnet50-conv3x3.map.yaml", "resnet50-conv3x3.yaml"];
    await eventually("the status names an estimate and the files of the design", () => {
      const status = mapspace.status(document.uri);
      const names = status?.parts.map(({ uri }) => uri.slice(uri.lastIndexOf("/") + 1)).sort();
      return status?.summary.includes("cycles") && names?.join() === parts.join();
    });
    const lenses = await eventually("there is a code lens", async () => {
      const lenses = await commands.executeCommand<CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 20);
      return lenses.some((lens) => lens.command?.title.includes("cycles")) && lenses;
    });
    const commandsThere = new Set(await commands.getCommands(true));
    for (const { command } of lenses) assert.ok(!command?.command || commandsThere.has(command.command));
  });

  it("reports a broken factor product at once, and nothing after the cure", async () => {
    const document = await show(mapping);
    await eventually("there are no errors", () => errors(document.uri).length === 0);
    await replace(document, /\bK=\d+/, "K=31");
    const [problem] = await eventually("there is an error", () => {
      const found = errors(document.uri);
      return found.length > 0 && found;
    });
    assert.match(problem.message, /\bK\b/);
    assert.equal(problem.source?.toLowerCase(), "mapspace");
    const { target } = problem.code as { target: Uri };
    const page = await workspace.openTextDocument(target.with({ fragment: "" }));
    const line = Number(/^L(\d+)$/.exec(target.fragment)?.[1]) - 1;
    assert.match(page.lineAt(line).text, /`factor-product`/, "the code leads to what the documentation says of it");
    await commands.executeCommand("undo");
    await eventually("the error is gone", () => errors(document.uri).length === 0);
  });

  it("answers the editor's questions", async () => {
    const document = await show(mapping);
    const symbols = await commands.executeCommand<DocumentSymbol[]>(
      "vscode.executeDocumentSymbolProvider",
      document.uri,
    );
    assert.ok(symbols.some((symbol) => symbol.name === "mapping"));
    const edits = await commands.executeCommand<TextEdit[] | undefined>(
      "vscode.executeFormatDocumentProvider",
      document.uri,
      { tabSize: 2, insertSpaces: true },
    );
    assert.deepEqual(edits ?? [], [], "the examples are formatted");
  });

  it("registers every command it contributes", async () => {
    const there = new Set(await commands.getCommands(true));
    const { contributes } = (await import("../../../package.json", { with: { type: "json" } })).default;
    for (const { command } of contributes.commands) assert.ok(there.has(command), command);
  });

  it("restarts the server once for many requests", async () => {
    const mapspace = await api();
    await Promise.all([1, 2, 3].map(() => commands.executeCommand("mapspace.restartServer")));
    await eventually("the server runs again", () => mapspace.serverState() === "running");
    const document = await show(mapping);
    await eventually("the estimate is back", () => mapspace.status(document.uri)?.summary.includes("cycles"));
  });

  it("comes back when the server dies", async function () {
    if (process.platform !== "linux") this.skip();
    const mapspace = await api();
    const document = await show(mapping);
    await eventually("the estimate is there", () => mapspace.status(document.uri)?.summary.includes("cycles"));
    const before = serverProcesses();
    assert.equal(before.length, 1);
    process.kill(before[0], "SIGKILL");
    await eventually("another server runs", () => {
      const now = serverProcesses();
      return now.length === 1 && now[0] !== before[0] && mapspace.serverState() === "running";
    });
    await replace(document, /\bK=\d+/, "K=31");
    await eventually("it reports errors", () => errors(document.uri).length > 0);
  });

  it("shows the report of a design", async () => {
    const document = await show(mapping);
    await commands.executeCommand("mapspace.showReport", document.uri.toString());
    const report = await eventually("the report is open", () =>
      workspace.textDocuments.find((open) => open.uri.scheme === "mapspace-report" && open.getText().length > 100),
    );
    assert.match(report.getText(), /cycles/i);
    await commands.executeCommand("workbench.action.closeActiveEditor");
  });

  it("recognises a mapping while it is typed into a document that was never saved, and finds its files", async () => {
    const document = await workspace.openTextDocument({ language: "yaml", content: "" });
    const { editor, uri } = { editor: await window.showTextDocument(document), uri: document.uri.toString() };
    const text = readFileSync(file(mapping).fsPath, "utf8").replace(/^# mapspace:.*\n/gm, "");
    assert.ok(await editor.edit((edit) => edit.insert(new Position(0, 0), text)));
    await eventually("it has its language", () =>
      workspace.textDocuments.some((open) => open.uri.toString() === uri && open.languageId === "timeloop"),
    );
    const mapspace = await api();
    const kinds = () => mapspace.status(document.uri)?.parts.flatMap(({ kinds }) => kinds) ?? [];
    await eventually("it has an architecture", () => kinds().includes("architecture") && kinds().includes("problem"));
  });

  it("keeps a file plain YAML when the user says so", async () => {
    const settings = workspace.getConfiguration("mapspace");
    await settings.update("detectLanguage", false, true);
    try {
      const uri = file("gemmini-like/gemm.map.yaml");
      const document = await workspace.openTextDocument(uri);
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(document.languageId, "yaml");
    } finally {
      await settings.update("detectLanguage", undefined, true);
    }
  });
});
