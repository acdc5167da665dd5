/** As much of VS Code as the extension needs to start, so that its own part of the work can be watched in a test. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import type { MapspaceApi } from "../../client/src/extension.ts";
import { repositoryRoot } from "../support/shared.ts";

type Listener = (value: unknown) => unknown;
type Handler = (...args: never[]) => unknown;

class Emitter {
  private readonly listeners = new Set<Listener>();
  readonly event = (listener: Listener) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(value: unknown): void {
    for (const listener of this.listeners) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

class Uri {
  constructor(readonly text: string) {}
  static parse = (text: string) => new Uri(text);
  with = ({ fragment, path }: { fragment?: string; path?: string }) =>
    new Uri(path === undefined ? `${this.text}#${fragment}` : this.text.replace(this.path, path));
  static from = ({ scheme, path, query }: { scheme: string; path: string; query: string }) =>
    new Uri(`${scheme}:${path}?${query}`);
  static joinPath = (base: Uri, ...parts: string[]) =>
    new Uri(new URL(parts.join("/"), base.text.replace(/\/?$/, "/")).href);
  get scheme(): string {
    return this.text.slice(0, this.text.indexOf(":"));
  }
  get path(): string {
    return new URL(this.text).pathname;
  }
  toString(): string {
    return this.text;
  }
}

export interface FakeDocument {
  uri: Uri;
  languageId: string;
  isClosed?: boolean;
  getText(): string;
  lineAt(line: number): { text: string };
}

/** What an edit of the editor's would do. */
class WorkspaceEdit {
  readonly sets: string[] = [];
  readonly creates: { uri: string; text: string }[] = [];
  set = (uri: Uri) => void this.sets.push(uri.text);
  createFile = (uri: Uri, { contents }: { contents: Uint8Array }) =>
    void this.creates.push({ uri: uri.text, text: new TextDecoder().decode(contents) });
}

export interface StatusItem {
  text: string;
  severity: number;
  busy: boolean;
  detail?: string;
  command?: { command: string };
}

/** The editor's end of a webview, and the page's: what it is told and what it says. */
export class FakePanel {
  html = "";
  readonly revealed: unknown[][] = [];
  /** Messages to the page, in order. */
  readonly told: { type: string; session: string; sequence: number; [key: string]: unknown }[] = [];
  private readonly said = new Emitter();
  private readonly closed = new Emitter();
  readonly onDidDispose = this.closed.event;
  readonly webview;

  constructor(
    readonly viewType: string,
    readonly show: unknown,
    readonly options: { localResourceRoots: Uri[] },
  ) {
    const panel = this;
    this.webview = {
      cspSource: "https://webview.test",
      asWebviewUri: (uri: Uri) => new Uri(uri.text.replace("file://", "https://webview.test")),
      onDidReceiveMessage: this.said.event,
      postMessage: async (message: FakePanel["told"][number]) => {
        panel.told.push(message);
        return true;
      },
      set html(html: string) {
        panel.html = html;
      },
    };
  }
  reveal = (...args: unknown[]) => void this.revealed.push(args);
  dispose = () => this.closed.fire(undefined);
  /** The page speaks. */
  say(message: object): void {
    this.said.fire(message);
  }
}

/** A stand-in for vscode-languageclient's client: it starts when the test says so. */
export class FakeClient {
  readonly requests: string[] = [];
  /** What the server answers, by method: a value, or what makes one of the question. */
  readonly answers = new Map<string, unknown>();
  /** What hears the server, by method. */
  readonly hears = new Map<string, (params: unknown) => void>();
  private readonly state = new Emitter();
  readonly onDidChangeState = this.state.event;
  started = () => {};

  // biome-ignore lint/suspicious/noExplicitAny: the middleware has the types of the real library
  constructor(readonly options: any) {}

  start(): Promise<void> {
    this.become(3);
    return new Promise((resolve) => {
      this.started = () => {
        this.become(2);
        resolve();
      };
    });
  }
  /** 1 stopped, 2 running, 3 starting. */
  become(newState: number): void {
    this.state.fire({ newState });
  }
  needsStop = () => false;
  stop = async () => {};
  dispose = async () => {};
  /** What answers the server, by method. */
  readonly served = new Map<string, (params: unknown) => unknown>();
  onRequest(method: string, answer: (params: unknown) => unknown): void {
    this.served.set(method, answer);
  }
  onNotification(method: string, hears: (params: unknown) => void): void {
    this.hears.set(method, hears);
  }
  async sendRequest(method: string, params?: unknown): Promise<unknown> {
    this.requests.push(method);
    const answer = this.answers.get(method);
    return (typeof answer === "function" ? answer(params) : answer) ?? null;
  }
  async sendNotification(method: string): Promise<void> {
    this.requests.push(method);
  }
  readonly code2ProtocolConverter = { asOpenTextDocumentParams: () => ({}) };
}

const severity = { Information: 0, Warning: 1, Error: 2 };

interface Serializer {
  deserializeWebviewPanel(panel: FakePanel, state: unknown): Promise<void>;
}

export class FakeEditor {
  readonly documents: FakeDocument[] = [];
  /** Addresses of the workspace folders, and of files on disk. */
  readonly folders = ["file:///w"];
  readonly disk: string[] = [];
  /** What the editor at the front shows. */
  readonly shown: { document?: FakeDocument } = {};
  readonly statusItems = new Map<string, StatusItem>();
  readonly commands = new Map<string, Handler>();
  readonly panels: FakePanel[] = [];
  readonly clients: FakeClient[] = [];
  /** Everything that was asked of the editor beyond registering, e.g. a search for files. */
  readonly calls: string[] = [];
  /** What brings panels back after a reload, by their type. */
  readonly serializers = new Map<string, Serializer>();
  /** Notifications, each with its buttons. */
  readonly notifications: string[][] = [];
  /** What a user presses on the next notifications; nothing on those that follow. */
  readonly presses: string[] = [];
  /** Edits that the editor took. */
  readonly edits: WorkspaceEdit[] = [];
  /** What progress said. */
  readonly reports: string[] = [];
  /** What gives the texts beside a file in a diff, by scheme. */
  readonly contents = new Map<string, { provideTextDocumentContent(uri: object): string }>();
  /** What commands of the editor's own were given, and how documents were shown. */
  readonly given: unknown[][] = [];
  private readonly subscriptions: { dispose(): unknown }[] = [];
  private readonly opened = new Emitter();
  private readonly closed = new Emitter();
  private readonly typed = new Emitter();

  /** @param kept what the workspace remembers, as JSON: outlives the editor */
  constructor(private readonly kept = new Map<string, string>()) {}

  /** As when the window is closed or loaded anew. */
  close(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  open(uri: string, languageId: string, text: string): FakeDocument {
    const document: FakeDocument = {
      uri: new Uri(uri),
      languageId,
      getText: () => text,
      lineAt: (line) => ({ text: document.getText().split("\n")[line] }),
    };
    this.documents.push(document);
    this.opened.fire(document);
    return document;
  }

  /** Another text in the place of the old one, not saved. */
  type(document: FakeDocument, text: string): void {
    document.getText = () => text;
    this.typed.fire({ document, contentChanges: [{ text }] });
  }

  setLanguage(document: FakeDocument, languageId: string): FakeDocument {
    this.documents.splice(this.documents.indexOf(document), 1);
    document.isClosed = true;
    this.closed.fire(document);
    return this.open(document.uri.text, languageId, document.getText());
  }

  run(command: string, ...args: unknown[]): unknown {
    return (this.commands.get(command) as (...args: unknown[]) => unknown)(...args);
  }

  async activate(): Promise<MapspaceApi> {
    const { activateShared } = await extension(this.api());
    const memento = {
      get: (key: string, otherwise: unknown) => JSON.parse(this.kept.get(key) ?? "null") ?? otherwise,
      update: async (key: string, value: unknown) => void this.kept.set(key, JSON.stringify(value)),
    };
    const context = {
      subscriptions: this.subscriptions,
      extensionUri: new Uri("file:///extension"),
      storageUri: undefined,
      globalStorageUri: new Uri("file:///storage"),
      workspaceState: memento,
    };
    return activateShared(context, async (options: unknown) => {
      const client = new FakeClient(options);
      this.clients.push(client);
      return client;
    });
  }

  private api() {
    const nothing = { dispose: () => {} };
    /** What is not named here does nothing and gives something to dispose of. */
    const lenient = <T extends object>(room: string, own: T): T =>
      new Proxy(own, {
        get: (target, name) => {
          if (name in target) return Reflect.get(target, name);
          return () => {
            if (!/^(on|register)/.test(String(name))) this.calls.push(`${room}.${String(name)}`);
            return nothing;
          };
        },
      });
    const { documents, shown, folders, disk } = this;
    const inside = (uri: Uri) => folders.find((folder) => `${uri}`.startsWith(`${folder}/`));
    return {
      Uri,
      WorkspaceEdit,
      TextEdit: class {},
      Range: class {},
      TabInputText: class {},
      EventEmitter: Emitter,
      ViewColumn: { Beside: -2, One: 1 },
      LanguageStatusSeverity: severity,
      ProgressLocation: {},
      FileType: { File: 1 },
      RelativePattern: class {
        constructor(
          readonly folder: object,
          readonly pattern: string,
        ) {}
      },
      l10n: {
        t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[index])),
      },
      languages: {
        createLanguageStatusItem: (id: string) => {
          const item = { text: "", severity: 0, busy: false, dispose: () => {} };
          this.statusItems.set(id, item);
          return item;
        },
        setTextDocumentLanguage: async (document: FakeDocument, language: string) =>
          this.setLanguage(document, language),
      },
      commands: lenient("commands", {
        executeCommand: async (...args: unknown[]) => void this.given.push(args),
        registerCommand: (name: string, handler: Handler) => {
          this.commands.set(name, handler);
          return nothing;
        },
      }),
      window: lenient("window", {
        get activeTextEditor() {
          return shown.document && { document: shown.document };
        },
        tabGroups: { all: [] },
        showQuickPick: async (items: unknown) => void this.given.push(["pick", await items]),
        showTextDocument: async (uri: Uri, options: object) => void this.given.push(["show", uri.text, options]),
        createOutputChannel: () => lenient("log", {}),
        showInformationMessage: async (...told: string[]) => {
          this.notifications.push(told);
          return this.presses.shift();
        },
        withProgress: (_: unknown, work: (progress: object, token: object) => unknown) =>
          work(
            { report: ({ message }: { message: string }) => this.reports.push(message) },
            { onCancellationRequested: () => nothing },
          ),
        createWebviewPanel: (viewType: string, _title: string, show: unknown, options: FakePanel["options"]) => {
          const panel = new FakePanel(viewType, show, options);
          this.panels.push(panel);
          return panel;
        },
        registerWebviewPanelSerializer: (viewType: string, serializer: Serializer) => {
          this.serializers.set(viewType, serializer);
          return nothing;
        },
      }),
      workspace: lenient("workspace", {
        get textDocuments() {
          return documents;
        },
        isTrusted: true,
        registerTextDocumentContentProvider: (scheme: string, provider: never) => {
          this.contents.set(scheme, provider);
          return nothing;
        },
        applyEdit: async (edit: WorkspaceEdit) => this.edits.push(edit) > 0,
        get workspaceFolders() {
          return folders.map((folder) => ({ uri: new Uri(folder) }));
        },
        getWorkspaceFolder: (uri: Uri) => inside(uri) && { uri: new Uri(inside(uri)!) },
        findFiles: async (wanted: string | { folder: { uri: Uri } }) => {
          if (typeof wanted === "string") return documents.map(({ uri }) => uri);
          const { folder } = wanted;
          this.calls.push(`workspace.findFiles ${folder.uri}`);
          return disk.filter((file) => file.startsWith(`${folder.uri}/`)).map(Uri.parse);
        },
        asRelativePath: ({ path }: Uri) => path.slice(1),
        fs: {
          // The extension's own files are those of the repository, and there are no others to read.
          readFile: ({ path }: Uri) => readFile(join(repositoryRoot, path.replace("/extension/", ""))),
          stat: async ({ text }: Uri) => Promise.reject(new Error(`no ${text}`)),
          readDirectory: async ({ text }: Uri) => {
            const start = text.replace(/\/?$/, "/");
            const names = disk.filter((file) => file.startsWith(start)).map((file) => file.slice(start.length));
            return names.filter((name) => !name.includes("/")).map((name) => [name, 1]);
          },
          isWritableFileSystem: (scheme: string) => ({ file: true, git: false })[scheme],
        },
        onDidOpenTextDocument: this.opened.event,
        onDidCloseTextDocument: this.closed.event,
        onDidChangeTextDocument: this.typed.event,
        openTextDocument: async (uri: Uri) => documents.find((document) => document.uri.text === uri.text),
        getConfiguration: () => ({ get: (_: string, otherwise: unknown) => otherwise }),
      }),
    };
  }
}

let bundle: Promise<string> | undefined;

/** The extension's own code, bundled as it ships, with this editor in place of VS Code. */
// biome-ignore lint/suspicious/noExplicitAny: the fake has not the types of the real editor
async function extension(vscode: object): Promise<any> {
  bundle ??= build({
    entryPoints: [join(repositoryRoot, "client/src/extension.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode", "vscode-languageclient"],
    supported: { "dynamic-import": false },
    write: false,
    logLevel: "error",
  }).then(({ outputFiles }) => outputFiles[0].text);
  const library = { State: { Stopped: 1, Running: 2, Starting: 3 }, RevealOutputChannelOn: { Never: 4 } };
  const modules: Record<string, object> = { vscode, "vscode-languageclient": library };
  const plain = createRequire(import.meta.url);
  const module = { exports: {} };
  new Function("module", "exports", "require", await bundle)(
    module,
    module.exports,
    (name: string) => modules[name] ?? plain(name),
  );
  return module.exports;
}
