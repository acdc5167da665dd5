/** Brings a mapping found into the user's files: one edit that one undo takes back, or a new file. */
import {
  commands,
  type Disposable,
  l10n,
  Range,
  TextEdit,
  Uri,
  ViewColumn,
  WorkspaceEdit,
  window,
  workspace,
} from "vscode";
import type { Candidate, Run, TextChange, WriteResult } from "../../../server/src/features/explorer/protocol.ts";
import { previewScheme } from "../selector.ts";
import type { Searches } from "./searches.ts";

export type Applied = { kind: "done" } | { kind: "changed"; message: string } | { kind: "refused"; message: string };

export class Apply implements Disposable {
  private readonly previews = new Map<string, string>();
  private readonly registration: Disposable;

  constructor(private readonly searches: Searches) {
    this.registration = workspace.registerTextDocumentContentProvider(previewScheme, {
      provideTextDocumentContent: (uri) => this.previews.get(uri.query) ?? "",
    });
  }

  /** @param quiet leaves the panel or editor at hand in front */
  async apply(run: Run, candidate: Candidate): Promise<Applied> {
    const { uri, files } = asked(run);
    const result = await this.searches.write({ uri, layer: run.layer, mapping: candidate.mapping, files });
    if (result.kind === "changed" || result.kind === "refused") return result;
    if (result.kind === "create") return this.create(result);
    const edit = new WorkspaceEdit();
    const target = Uri.parse(result.uri);
    edit.set(target, result.edits.map(asTextEdit));
    if (result.edits.length > 0 && !(await workspace.applyEdit(edit))) {
      return { kind: "refused", message: l10n.t("The editor did not take the change.") };
    }
    // The next result of the same search may replace this one.
    this.searches.store.put({ ...run, files: { ...run.files, [result.uri]: result.fingerprint } });
    if (!window.visibleTextEditors.some((editor) => editor.document.uri.toString() === target.toString())) {
      await window.showTextDocument(target, { viewColumn: ViewColumn.One, preserveFocus: true, preview: false });
    }
    return { kind: "done" };
  }

  async showDiff(run: Run, candidate: Candidate): Promise<Applied> {
    const { uri } = asked(run);
    const result = await this.searches.write({ uri, layer: run.layer, mapping: candidate.mapping, files: null });
    if (result.kind === "changed" || result.kind === "refused") return result;
    const name = result.uri.slice(result.uri.lastIndexOf("/") + 1);
    const query = `${run.id} ${this.previews.size}`;
    this.previews.set(query, result.text);
    const preview = Uri.from({ scheme: previewScheme, path: `/${name}`, query });
    const empty = Uri.from({ scheme: previewScheme, path: `/${name}`, query: "" });
    const left = result.kind === "edit" ? Uri.parse(result.uri) : empty;
    await commands.executeCommand("vscode.diff", left, preview, l10n.t("{0}: now ↔ {1}", name, run.label), {
      viewColumn: ViewColumn.One,
      preserveFocus: true,
    });
    return { kind: "done" };
  }

  private async create(result: Extract<WriteResult, { kind: "create" }>): Promise<Applied> {
    const uri = await freeName(Uri.parse(result.uri));
    const edit = new WorkspaceEdit();
    edit.createFile(uri, { contents: new TextEncoder().encode(result.text) });
    if (!(await workspace.applyEdit(edit))) {
      return { kind: "refused", message: l10n.t("The file could not be written.") };
    }
    await window.showTextDocument(uri, { viewColumn: ViewColumn.One, preview: false });
    return { kind: "done" };
  }

  dispose(): void {
    this.registration.dispose();
  }
}

/** The design's file now, and the texts the search rests on. */
const asked = (run: Run) => ({ uri: run.design, files: run.files });

function asTextEdit({ start, end, newText }: TextChange): TextEdit {
  return new TextEdit(new Range(start.line, start.character, end.line, end.character), newText);
}

/** The name itself, or the first of `name-2`, `name-3`… that is free. */
async function freeName(uri: Uri): Promise<Uri> {
  for (let i = 1; ; i++) {
    const path = i === 1 ? uri.path : uri.path.replace(/(\.map)?\.yaml$/, `-${i}$&`);
    const candidate = uri.with({ path });
    try {
      await workspace.fs.stat(candidate);
    } catch {
      return candidate;
    }
  }
}
