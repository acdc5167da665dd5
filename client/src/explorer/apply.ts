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
import type {
  Candidate,
  Run,
  TextChange,
  WriteParams,
  WriteResult,
} from "../../../server/src/features/explorer/protocol.ts";
import { previewScheme } from "../selector.ts";
import type { Searches } from "./searches.ts";
import type { Written } from "./store.ts";

/** `remarks` counts the changed lines that have a comment, which may speak of what stood there. */
export type Applied =
  | { kind: "done"; remarks: number }
  | { kind: "changed"; message: string }
  | { kind: "refused"; message: string };

/** What a search found, as far as it is to be written. */
export interface Result {
  run: Run;
  candidate: Candidate;
}

type Write = Extract<WriteResult, { kind: "write" }>;

const mostAttempts = 2;
/** Name of the empty side of a diff. */
const noText = "none";
/** Tabs outlive the window that made them; what they showed does not. */
const gone = () =>
  `# ${l10n.t("This preview ended with its window. Choose Show diff in the Explorer to see it again.")}\n`;

export class Apply implements Disposable {
  private readonly previews = new Map<string, string>();
  private readonly registration: Disposable;

  constructor(private readonly searches: Searches) {
    this.registration = workspace.registerTextDocumentContentProvider(previewScheme, {
      provideTextDocumentContent: ({ query }) => (query === noText ? "" : (this.previews.get(query) ?? gone())),
    });
  }

  /** Everything in one edit, which one undo takes back. */
  async apply(results: readonly Result[]): Promise<Applied> {
    const [{ run }] = results;
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const basis = results.map((result) => this.searches.store.basisOf(result.run));
      const answer = await this.searches.write({ uri: run.design, found: found(results), basis });
      if (answer.kind !== "write") return answer;
      const applied = await this.write(results, answer);
      // Overtaken by what the user typed: the server says what that means for the result.
      if (applied !== null) return applied;
    }
    return { kind: "refused", message: l10n.t("The file is being edited, so nothing was written. Try again.") };
  }

  /** `null` where a file no longer reads as the edits expect. */
  private async write(results: readonly Result[], { changes, creates }: Write): Promise<Applied | null> {
    const edit = new WorkspaceEdit();
    const written: Written[] = [];
    const created: Uri[] = [];
    for (const { uri, text } of creates) {
      const free = await freeName(Uri.parse(uri));
      edit.createFile(free, { contents: new TextEncoder().encode(text) });
      created.push(free);
      written.push({ uri: free.toString(), before: null, after: fingerprint(text) });
    }
    const documents: TextDocument[] = [];
    for (const { uri, before, edits, text } of changes) {
      const target = Uri.parse(uri);
      documents.push(await workspace.openTextDocument(target));
      await openInFirstGroup(target);
      edit.set(target, edits.map(asTextEdit));
      written.push({ uri, before, after: fingerprint(text) });
    }
    // From here to the edit nothing may be waited for.
    if (changes.some(({ before }, i) => fingerprint(documents[i].getText()) !== before)) return null;
    const remarks = changes.reduce((sum, { edits }, i) => sum + remarkedLines(documents[i], edits), 0);
    const differs = creates.length > 0 || changes.some(({ edits }) => edits.length > 0);
    if (differs && !(await workspace.applyEdit(edit))) {
      return { kind: "refused", message: l10n.t("The editor did not take the change.") };
    }
    for (const { run } of results) this.searches.store.wrote(run, written);
    const { design } = results[0].run;
    const changed = changes.find(({ uri }) => uri === design) ?? changes[0];
    if (created.length > 0) await show(created[0], results.length > 1);
    else if (changed !== undefined && !isShown(Uri.parse(changed.uri))) await show(Uri.parse(changed.uri), true);
    return { kind: "done", remarks };
  }

  async showDiff(results: readonly Result[]): Promise<Applied> {
    const [{ run }] = results;
    const result = await this.searches.write({ uri: run.design, found: found(results), basis: null });
    if (result.kind !== "write") return result;
    const pairs = [
      ...result.changes.map(({ uri, text }) => ({ name: baseName(uri), left: Uri.parse(uri), text })),
      ...result.creates.map(({ uri, text }) => ({ name: baseName(uri), left: preview(baseName(uri), noText), text })),
    ].map(({ name, left, text }) => ({ name, left, right: this.keep(name, text) }));
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

  private keep(name: string, text: string): Uri {
    const id = globalThis.crypto.randomUUID();
    this.previews.set(id, text);
    return preview(name, id);
  }

  dispose(): void {
    this.registration.dispose();
  }
}

const preview = (name: string, query: string) => Uri.from({ scheme: previewScheme, path: `/${name}`, query });

const baseName = (uri: string) => decodeURIComponent(uri.slice(uri.lastIndexOf("/") + 1));

function found(results: readonly Result[]): WriteParams["found"] {
  const { network } = results[0].run;
  if (network === null) {
    return { mappings: results.map(({ run, candidate }) => ({ layer: run.layer, mapping: candidate.mapping })) };
  }
  const { architecture, layers } = network;
  return { architecture, mappings: layers.map(({ mapping }, layer) => ({ layer, mapping })) };
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
