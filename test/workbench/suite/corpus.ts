/** Examples and reference cases in the editor: what it shows of each is what `mapspace evaluate` says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  type CodeLens,
  commands,
  type Diagnostic,
  DiagnosticSeverity,
  languages,
  TabInputText,
  type TextDocument,
  Uri,
  window,
  workspace,
} from "vscode";
import type { CorpusCase } from "../corpus.ts";
import { eventually } from "./support.ts";

const all = JSON.parse(readFileSync(process.env.MAPSPACE_CORPUS ?? "", "utf8")) as CorpusCase[];
const isExample = ({ path }: CorpusCase) => path.startsWith(workspace.workspaceFolders![0].uri.fsPath);
const examples = all.filter(isExample);
const cases = all.filter((each) => !isExample(each));
/** Tabs that are opened at once: one after another the window is waited for most of the time. */
const atOnce = 24;

describe("examples", () => {
  it(`are shown as they are evaluated (${examples.length})`, async () => {
    assert.ok(examples.length > 18, `${examples.length} examples`);
    await showCosts(examples);
  });
});

describe("reference cases", () => {
  it(`are shown as they are evaluated (${cases.length === 0 ? "skipped: ../shared is absent" : cases.length})`, async function () {
    if (cases.length === 0) this.skip();
    this.timeout(900_000);
    assert.ok(cases.length > 1000, `${cases.length} cases`);
    await showCosts(cases);
  });
});

async function showCosts(designs: readonly CorpusCase[]): Promise<void> {
  const start = new Date().toISOString();
  for (let i = 0; i < designs.length; i += atOnce) {
    await Promise.all(designs.slice(i, i + atOnce).map(showsCost));
    await window.tabGroups.close(window.tabGroups.all.flatMap(({ tabs }) => tabs));
  }
  // Lines begin with their time; other tests end servers.
  const lines = (await log()).split("\n").filter((line) => line >= start);
  assert.deepEqual(
    lines.filter((line) => /\[(error|warning)\]/.test(line)),
    [],
  );
  await commands.executeCommand("workbench.action.closeAllEditors");
}

/** The lens over the mapping and the diagnostic on it tell what the case costs, and nothing is an error. */
async function showsCost({ path, figures }: CorpusCase): Promise<void> {
  const document = await workspace.openTextDocument(Uri.file(path));
  await openTab(document);
  await eventually(`the lens of ${path} tells ${figures.join(", ")}`, async () => tells(await lensText(document)));
  // The mapping of a template lies in the file that it includes, and its estimate stands there.
  if (!path.endsWith(".jinja2")) {
    const estimate = await eventually(`${path} has an estimate`, () => diagnosed().find(isEstimate));
    assert.ok(tells(estimate.message), `${path}: ${estimate.message} lacks ${figures.join(", ")}`);
  }
  const errors = diagnosed().filter(({ severity }) => severity === DiagnosticSeverity.Error);
  assert.deepEqual(errors, [], path);

  function tells(text: string): boolean {
    return figures.every((figure) => text.includes(figure));
  }
  function diagnosed(): Diagnostic[] {
    return languages.getDiagnostics(document.uri);
  }
}

const isEstimate = ({ code }: Diagnostic) => (typeof code === "object" ? code.value : code) === "estimate";

/** Of the editors that are opened at once only the last is drawn; the others fail and leave their tabs, which is enough. */
async function openTab(document: TextDocument): Promise<void> {
  await eventually(`${document.uri.path} has a tab`, async () => {
    await window.showTextDocument(document, { preview: false }).then(undefined, () => {});
    return window.tabGroups.all.some(({ tabs }) =>
      tabs.some(({ input }) => input instanceof TabInputText && input.uri.toString() === document.uri.toString()),
    );
  });
}

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
