/** Shows which files belong to the design of the file at hand, and takes others of those equally near. */
import {
  ConfigurationTarget,
  l10n,
  QuickPickItemKind,
  Range,
  type TextDocument,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from "vscode";
import type { StatusParams } from "../../server/src/lsp/protocol.ts";
import { relativePath, withModelineEntry } from "./modeline.ts";

/** Lists the files of the design, to look at one or to take another in its place. */
export async function chooseFiles(document: TextDocument, status: StatusParams): Promise<void> {
  const found: Readonly<Record<string, string>> = {
    opened: l10n.t("this file"),
    modeline: l10n.t("named in the file"),
    setting: l10n.t("from the settings"),
    nearest: l10n.t("the nearest"),
  };
  const label = (uri: string) => workspace.asRelativePath(Uri.parse(uri));
  const taken = status.parts.map(({ uri, kinds, foundBy }) => ({
    label: label(uri),
    description: `${kinds.join(", ")} · ${found[foundBy] ?? foundBy}`,
    instead: undefined,
    uri,
  }));
  const others = status.ambiguous.flatMap(({ kind, others }) =>
    others.map((uri) => ({ label: label(uri), description: kind, instead: kind, uri })),
  );
  const heading = (label: string) => ({ label, kind: QuickPickItemKind.Separator, instead: undefined, uri: "" });
  const chosen = await window.showQuickPick(
    others.length === 0 ? taken : [heading(l10n.t("in use")), ...taken, heading(l10n.t("take instead")), ...others],
    { title: l10n.t("Files of this design"), matchOnDescription: true },
  );
  if (chosen === undefined) return;
  if (chosen.instead === undefined) {
    await window.showTextDocument(Uri.parse(chosen.uri));
    return;
  }
  const value = document.isUntitled ? chosen.uri : relativePath(document.uri.path, Uri.parse(chosen.uri).path);
  const inFile = { label: l10n.t("Write “# mapspace: {0}” at the top of the file", `${chosen.instead}=${value}`) };
  const inSettings = { label: l10n.t("Remember it in the workspace setting “mapspace.designs”") };
  const saved = workspace.getWorkspaceFolder(document.uri) !== undefined;
  const where = saved ? await window.showQuickPick([inFile, inSettings], { title: chosen.label }) : inFile;
  if (where === inFile) await writeModeline(document, chosen.instead, value);
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
