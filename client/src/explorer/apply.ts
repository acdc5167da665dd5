/** Brings a mapping found into the user's files: one edit that one undo takes back, or a new file. */
import {
  commands,
  type Disposable,
  l10n,
  Range,
  type Tab,
  TabInputText,
  type TextDocument,
  TextEdit,
  Uri,
  ViewColumn,
  WorkspaceEdit,
  window,
  workspace,
} from "vscode";
import { fingerprint } from "../../../server/src/features/explorer/fingerprint.ts";
import type { Candidate, Run, TextChange, WriteParams } from "../../../server/src/features/explorer/protocol.ts";
import { previewScheme } from "../selector.ts";
import type { Searches } from "./searches.ts";
import type { Written } from "./store.ts";

/** `remarks` counts the changed lines that have a comment, which may speak of what stood there. */
export type Applied =
  | { kind: "done"; remarks: number }
  | { kind: "changed"; message: string }
  | { kind: "refused"; message: string };

export class Apply implements Disposable {
  private readonly previews = new Map<string, string>();
  private readonly registration: Disposable;

  constructor(private readonly searches: Searches) {
    this.registration = workspace.registerTextDocumentContentProvider(previewScheme, {
      provideTextDocumentContent: (uri) => this.previews.get(uri.query) ?? "",
    });
  }

  /** Everything in one edit, which one undo takes back. */
  async apply(run: Run, candidate: Candidate): Promise<Applied> {
    const { store } = this.searches;
    const basis = [store.basisOf(run)];
    const result = await this.searches.write({ uri: run.design, found: found(run, candidate), basis });
    if (result.kind !== "write") return result;
    const { changes, creates } = result;
    const edit = new WorkspaceEdit();
    let remarks = 0;
    for (const { uri, edits } of changes) {
      edit.set(Uri.parse(uri), edits.map(asTextEdit));
      remarks += remarkedLines(await workspace.openTextDocument(Uri.parse(uri)), edits);
    }
    const written = changes.map(({ uri, before, text }): Written => ({ uri, before, after: fingerprint(text) }));
    const created: Uri[] = [];
    for (const { uri, text } of creates) {
      const free = await freeName(Uri.parse(uri));
      edit.createFile(free, { contents: new TextEncoder().encode(text) });
      created.push(free);
      written.push({ uri: free.toString(), before: null, after: fingerprint(text) });
    }
    for (const { uri } of changes) await openInFirstGroup(Uri.parse(uri));
    const differs = creates.length > 0 || changes.some(({ edits }) => edits.length > 0);
    if (differs && !(await workspace.applyEdit(edit))) {
      return { kind: "refused", message: l10n.t("The editor did not take the change.") };
    }
    store.wrote(run, written);
    const changed = changes.find(({ uri }) => uri === run.design) ?? changes[0];
    if (created.length > 0) await show(created[0], false);
    else if (changed !== undefined && !isShown(Uri.parse(changed.uri))) await show(Uri.parse(changed.uri), true);
    return { kind: "done", remarks };
  }

  async showDiff(run: Run, candidate: Candidate): Promise<Applied> {
    const result = await this.searches.write({ uri: run.design, found: found(run, candidate), basis: null });
    if (result.kind !== "write") return result;
    const pairs = [
      ...result.changes.map(({ uri, text }) => ({ name: baseName(uri), left: Uri.parse(uri), text })),
      ...result.creates.map(({ uri, text }) => ({ name: baseName(uri), left: this.preview(baseName(uri), ""), text })),
    ].map(({ name, left, text }) => ({ name, left, right: this.preview(name, text) }));
    const [first] = pairs;
    if (first === undefined) return { kind: "done", remarks: 0 };
    const beside = { viewColumn: ViewColumn.One, preserveFocus: true };
    if (pairs.length === 1) {
      const title = l10n.t("{0}: now ↔ {1}", first.name, run.label);
      await commands.executeCommand("vscode.diff", first.left, first.right, title, beside);
    } else {
      const title = l10n.t("{0}: {1} files", run.label, pairs.length);
      const resources = pairs.map(({ left, right }) => [left, left, right]);
      await commands.executeCommand("vscode.changes", title, resources);
    }
    return { kind: "done", remarks: 0 };
  }

  private preview(name: string, text: string): Uri {
    const query = String(this.previews.size);
    this.previews.set(query, text);
    return Uri.from({ scheme: previewScheme, path: `/${name}`, query });
  }

  dispose(): void {
    this.registration.dispose();
  }
}

const baseName = (uri: string) => decodeURIComponent(uri.slice(uri.lastIndexOf("/") + 1));

function found({ network, layer }: Run, { mapping }: Candidate): WriteParams["found"] {
  if (network === null) return { mappings: [{ layer, mapping }] };
  const { architecture, layers } = network;
  return { architecture, mappings: layers.map((one, index) => ({ layer: index, mapping: one.mapping })) };
}

const shows = (tab: Tab | undefined, uri: Uri) =>
  tab?.input instanceof TabInputText && tab.input.uri.toString() === uri.toString();

/** As itself: one side of a diff does not count. */
const isShown = (uri: Uri) => window.tabGroups.all.some(({ activeTab }) => shows(activeTab, uri));

/** The editor opens what an edit changes, and would do so beside the panel. */
async function openInFirstGroup(uri: Uri): Promise<void> {
  const isOpen = window.tabGroups.all.some(({ tabs }) => tabs.some((tab) => shows(tab, uri)));
  if (!isOpen) await show(uri, true);
}

/** What is written anew takes the focus; what changed leaves the panel or editor at hand in front. */
async function show(uri: Uri, preserveFocus: boolean): Promise<void> {
  await window.showTextDocument(uri, { viewColumn: ViewColumn.One, preserveFocus, preview: false });
}

function remarkedLines(document: TextDocument, edits: readonly TextChange[]): number {
  const remarked = edits.filter(({ end }) => /(^|\s)#/.test(document.lineAt(end.line).text.slice(end.character)));
  return new Set(remarked.map(({ end }) => end.line)).size;
}

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
