/** Lets the user say which of several equally near files belongs to the design of the file at hand. */
import { ConfigurationTarget, l10n, Range, type TextDocument, Uri, WorkspaceEdit, window, workspace } from "vscode";
import type { StatusParams } from "../../server/src/lsp/protocol.ts";
import { relativePath, withModelineEntry } from "./modeline.ts";

export async function chooseFiles(document: TextDocument, status: StatusParams): Promise<void> {
  const choices = status.ambiguous.flatMap(({ kind, taken, others }) =>
    [taken, ...others].map((uri) => ({
      label: workspace.asRelativePath(Uri.parse(uri)),
      description: uri === taken ? l10n.t("{0}, in use", kind) : kind,
      part: kind,
      uri,
    })),
  );
  if (choices.length === 0) {
    void window.showInformationMessage(l10n.t("Every part of this design has only one candidate."));
    return;
  }
  const chosen = await window.showQuickPick(choices, {
    title: l10n.t("Files of this design"),
    matchOnDescription: true,
  });
  if (!chosen) return;
  const value = relativePath(document.uri.path, Uri.parse(chosen.uri).path);
  const inFile = { label: l10n.t("Write “# mapspace: {0}” at the top of the file", `${chosen.part}=${value}`) };
  const inSettings = { label: l10n.t("Remember it in the workspace setting “mapspace.designs”") };
  const saved = workspace.getWorkspaceFolder(document.uri) !== undefined;
  const where = saved ? await window.showQuickPick([inFile, inSettings], { title: chosen.label }) : inFile;
  if (where === inFile) await writeModeline(document, chosen.part, value);
  else if (where === inSettings) await writeSetting(document, chosen.uri);
}

async function writeModeline(document: TextDocument, key: string, value: string): Promise<void> {
  const { start, end, text } = withModelineEntry(document.getText(), key, value);
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(document.positionAt(start), document.positionAt(end)), text);
  await workspace.applyEdit(edit);
}

/** Adds the chosen file to the design that names this document, or begins one. */
async function writeSetting(document: TextDocument, chosen: string): Promise<void> {
  const settings = workspace.getConfiguration("mapspace");
  const designs = settings.get<string[][]>("designs", []);
  const main = workspace.asRelativePath(document.uri, false);
  const file = workspace.asRelativePath(Uri.parse(chosen), false);
  const known = designs.find((files) => files.includes(main));
  const next = known
    ? designs.map((files) => (files === known ? [...new Set([...files, file])] : files))
    : [...designs, [main, file]];
  await settings.update("designs", next, ConfigurationTarget.Workspace);
}
