/** Reference cases in the editor: what it shows of each is what `mapspace evaluate` says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  type CodeLens,
  commands,
  DiagnosticSeverity,
  languages,
  type TextDocument,
  Uri,
  window,
  workspace,
} from "vscode";
import type { CorpusCase } from "../corpus.ts";
import { eventually } from "./support.ts";

const cases = JSON.parse(readFileSync(process.env.MAPSPACE_CORPUS ?? "", "utf8")) as CorpusCase[];

describe("reference cases", () => {
  it(`are shown as they are evaluated (${cases.length === 0 ? "skipped: ../shared is absent" : cases.length})`, async function () {
    if (cases.length === 0) this.skip();
    this.timeout(180_000);
    assert.ok(cases.length >= 20, `${cases.length} cases`);
    const start = new Date().toISOString();
    for (const { path, figures } of cases) {
      const document = await workspace.openTextDocument(Uri.file(path));
      await window.showTextDocument(document, { preview: true });
      await eventually(`${path} shows ${figures.join(", ")}`, async () => {
        const text = await lensText(document);
        return figures.every((figure) => text.includes(figure));
      });
      const errors = languages
        .getDiagnostics(document.uri)
        .filter(({ severity }) => severity === DiagnosticSeverity.Error);
      assert.deepEqual(errors, [], path);
    }
    // Lines begin with their time; other tests end servers.
    const lines = (await log()).split("\n").filter((line) => line >= start);
    assert.deepEqual(
      lines.filter((line) => /\[(error|warning)\]/.test(line)),
      [],
    );
    await commands.executeCommand("workbench.action.closeAllEditors");
  });
});

async function lensText({ uri }: TextDocument): Promise<string> {
  const lenses = await commands.executeCommand<CodeLens[]>("vscode.executeCodeLensProvider", uri, 20);
  return lenses.map(({ command }) => command?.title).join(" | ");
}

/** All that the extension has logged. */
async function log(): Promise<string> {
  await commands.executeCommand("mapspace.showLog");
  const channel = await eventually("the log is shown", () =>
    workspace.textDocuments.find(({ uri }) => uri.scheme === "output" && /mapspace/i.test(uri.path)),
  );
  return channel.getText();
}
