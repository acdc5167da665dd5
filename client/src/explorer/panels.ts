/** One panel for each design, beside the editor; it never takes the focus. */
import {
  type Disposable,
  l10n,
  Range,
  type TextEditorSelectionChangeEvent,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from "vscode";
import type {
  DesignOffer,
  FromPanel,
  PanelState,
  Place,
  Run,
  Selection,
  ToPanelBody,
} from "../../../server/src/features/explorer/protocol.ts";
import { candidateOf, isLive } from "../../../webview/src/run.ts";
import type { Applied, Apply } from "./apply.ts";
import { explorerPage } from "./html.ts";
import type { Searches } from "./searches.ts";

export const viewType = "mapspace.explorer";
const offerDelay = 250;

export interface PanelActions {
  compare(uri: string, layer: number): Promise<Run | undefined>;
}

export class Panels implements Disposable {
  private readonly open = new Map<string, Panel>();
  private readonly listeners: Disposable[];

  constructor(
    private readonly extension: Uri,
    private readonly searches: Searches,
    private readonly apply: Apply,
    private readonly actions: PanelActions,
  ) {
    this.listeners = [
      window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (webview: WebviewPanel, state: PanelState | undefined) => {
          if (state?.design === undefined || this.open.has(state.design)) webview.dispose();
          else this.adopt(webview, state.design, state);
        },
      }),
      searches.store.onDidChange(({ run, progress, removed }) => {
        const panel = this.open.get(run.design);
        if (removed) panel?.post({ type: "removed", run: run.id });
        else if (progress) panel?.post({ type: "progress", progress });
        else panel?.post({ type: "run", run });
      }),
      workspace.onDidGrantWorkspaceTrust(() => {
        for (const [design, panel] of this.open) panel.mayHaveChanged(design);
      }),
      window.onDidChangeTextEditorSelection((event) => {
        for (const panel of this.open.values()) panel.follow(event);
      }),
    ];
  }

  /** Shows the panel of a design and what it shall look at. */
  show(design: string, selection?: Selection): void {
    const known = this.open.get(design);
    if (known === undefined) {
      const showOptions = { viewColumn: ViewColumn.Beside, preserveFocus: true };
      const webview = window.createWebviewPanel(viewType, l10n.t("Explorer"), showOptions, {
        enableScripts: true,
        retainContextWhenHidden: true,
        localResourceRoots: [Uri.joinPath(this.extension, "dist/webview")],
      });
      this.adopt(webview, design, null, selection);
    } else {
      known.reveal();
      if (selection) known.post({ type: "select", selection });
    }
  }

  /** Something of this design may have changed. */
  refresh(uri: string): void {
    for (const panel of this.open.values()) panel.mayHaveChanged(uri);
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
  }

  private adopt(webview: WebviewPanel, design: string, state: PanelState | null, selection?: Selection): void {
    const panel = new Panel(webview, design, state, this.extension, this.searches, this.apply, this.actions, selection);
    this.open.set(design, panel);
    webview.onDidDispose(() => {
      if (this.open.get(design) === panel) this.open.delete(design);
      panel.dispose();
    });
  }
}

class Panel {
  private readonly session = globalThis.crypto.randomUUID();
  private sequence = 0;
  private ready = false;
  private offer: DesignOffer | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private cursor: number | null = null;

  constructor(
    private readonly webview: WebviewPanel,
    private readonly design: string,
    private readonly state: PanelState | null,
    extension: Uri,
    private readonly searches: Searches,
    private readonly apply: Apply,
    private readonly actions: PanelActions,
    private selection?: Selection,
  ) {
    webview.iconPath = Uri.joinPath(extension, "client/media/icon.png");
    webview.title = l10n.t("Explorer: {0}", state?.name ?? fileName(design));
    webview.webview.options = {
      enableScripts: true,
      localResourceRoots: [Uri.joinPath(extension, "dist/webview")],
    };
    webview.webview.onDidReceiveMessage((message: FromPanel) => {
      if (message.design === design) void this.received(message);
    });
    webview.webview.html = explorerPage(webview.webview, extension, design);
  }

  /** Before the panel says that it is ready, the welcome will tell it everything. */
  post(body: ToPanelBody): void {
    if (!this.ready && body.type !== "welcome") return;
    const { design, session } = this;
    void this.webview.webview.postMessage({ ...body, design, session, sequence: this.sequence++ });
  }

  reveal(): void {
    this.webview.reveal(undefined, true);
  }

  dispose(): void {
    this.ready = false;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  mayHaveChanged(uri: string): void {
    const concerns = uri === this.design || this.offer === null || uri in this.offer.files;
    if (!concerns || this.timer !== null) return;
    this.timer = setTimeout(async () => {
      this.timer = null;
      const offer = await this.ask();
      if (offer !== null) this.post({ type: "offer", offer });
    }, offerDelay);
  }

  /** The editor's cursor in the mapping, shown in the loop nest. */
  follow({ textEditor, selections }: TextEditorSelectionChangeEvent): void {
    const uri = textEditor.document.uri.toString();
    const line = selections[0]?.active.line;
    if (this.offer === null || line === undefined || uri !== this.offer.mappingUri) return;
    const found = this.offer.places.find(({ place }) => place.start.line <= line && line <= place.end.line);
    const level = found?.level ?? null;
    if (level === this.cursor) return;
    this.cursor = level;
    this.post({ type: "cursor", level });
  }

  private async ask(): Promise<DesignOffer | null> {
    try {
      this.offer = await this.searches.offer(this.design);
    } catch {
      // The server is starting; the next status brings the offer.
    }
    if (this.offer !== null) this.webview.title = l10n.t("Explorer: {0}", this.offer.name);
    return this.offer;
  }

  private async received(message: FromPanel): Promise<void> {
    const { searches, design } = this;
    switch (message.type) {
      case "ready": {
        // The file must be open for the server to know it.
        await workspace.openTextDocument(Uri.parse(design)).then(undefined, () => undefined);
        const offer = await this.ask();
        this.ready = true;
        this.post({ type: "welcome", offer, runs: searches.store.of(design), state: this.state });
        if (this.selection) this.post({ type: "select", selection: this.selection });
        this.selection = undefined;
        break;
      }
      case "start": {
        for (const layer of message.layers) {
          const { run, refusal } = await searches.start(design, layer, message.options);
          if (run === undefined) {
            this.notice(refusal, true);
            break;
          }
          if (message.layers.length === 1)
            this.post({ type: "select", selection: { layer, run: run.id, front: null } });
        }
        break;
      }
      case "control":
        await searches.control(message.run, message.action);
        break;
      case "remove": {
        const run = searches.store.get(message.run);
        if (run && isLive(run)) await searches.control(run.id, "cancel");
        searches.store.remove(message.run);
        break;
      }
      case "view": {
        const { request, layer, mapping, architecture } = message;
        const view = await searches.view({ uri: design, layer, mapping, architecture }).catch(() => null);
        this.post({ type: "view", request, view });
        break;
      }
      case "traffic": {
        const { request, layer } = message;
        const curve = await searches.traffic({ uri: design, layer }).catch(() => null);
        this.post({ type: "traffic", request, curve });
        break;
      }
      case "compare": {
        const run = await this.actions.compare(design, message.layer);
        if (run) this.post({ type: "select", selection: { layer: run.layer, run: run.id, front: null } });
        break;
      }
      case "apply":
      case "diff": {
        const run = searches.store.get(message.run);
        const candidate = candidateOf(run, message.front, run?.layer ?? 0);
        if (run === undefined || candidate === null) break;
        if (message.type === "apply") this.told(await this.apply.apply([{ run, candidate }]), appliedText);
        else this.told(await this.apply.showDiff([{ run, candidate }]));
        break;
      }
      case "reveal": {
        const of = (part: string) =>
          this.offer?.places.find((place) => place.level === message.level && place.part === part);
        const found = of(message.part) ?? this.offer?.places.find(({ level }) => level === message.level);
        if (found) await revealPlace(found.place);
        break;
      }
      case "reveal-place":
        await revealPlace(message.place);
        break;
      case "save":
        await this.save(message.name, message.base64);
        break;
    }
  }

  private told(applied: Applied, good?: (remarks: number) => string): void {
    if (applied.kind !== "done") this.notice(applied.message, true, applied.kind === "changed");
    else if (good !== undefined) this.notice(good(applied.remarks), false);
  }

  private notice(text: string, problem: boolean, again = false): void {
    this.post({ type: "notice", text, problem, again });
  }

  private async save(name: string, base64: string): Promise<void> {
    const uri = await window.showSaveDialog({ defaultUri: Uri.joinPath(Uri.parse(this.design), "..", name) });
    if (!uri) return;
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    await workspace.fs.writeFile(uri, bytes);
    this.notice(l10n.t("Saved {0}.", fileName(uri.toString())), false);
  }
}

const appliedText = (remarks: number): string =>
  remarks === 0
    ? l10n.t("Applied.")
    : l10n.t("Applied. Comments stay as they are; check those on changed lines ({0}).", remarks);

/** Shows a place without taking the focus from the panel. */
async function revealPlace({ uri, start, end }: Place): Promise<void> {
  const target = Uri.parse(uri);
  const shown = window.visibleTextEditors.find((editor) => editor.document.uri.toString() === target.toString());
  await window.showTextDocument(target, {
    viewColumn: shown?.viewColumn ?? ViewColumn.One,
    preserveFocus: true,
    preview: false,
    selection: new Range(start.line, start.character, end.line, end.character),
  });
}

const fileName = (uri: string) => decodeURIComponent(uri.slice(uri.lastIndexOf("/") + 1));
