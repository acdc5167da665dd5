/** The language server: wires documents, designs and features to a connection. Node and browser entries share it. */

import {
  type CancellationToken,
  CodeActionKind,
  type Connection,
  DidChangeWatchedFilesNotification,
  FileChangeType,
  type FileEvent,
  type GenericRequestHandler,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { documentDiagnostics } from "../features/diagnostics.ts";
import { semanticTokenLegend } from "../features/semantic-tokens.ts";
import { maxFileLength } from "../syntax/limits.ts";
import type { SourceFile } from "../syntax/source.ts";
import { readModeline } from "../workspace/modeline.ts";
import { baseName, resolvePath } from "../workspace/paths.ts";
import { DesignStore } from "../workspace/store.ts";
import { cutsOf } from "./cuts.ts";
import { Designs, overtaken } from "./designs.ts";
import { DiagnosticsPublisher } from "./diagnostics.ts";
import { allFeatures, type Features, registerFeatures } from "./handlers.ts";
import type { Host } from "./host.ts";
import { LastGood } from "./last-good.ts";
import { LatencyModels } from "./latency-models.ts";
import { type Files, Neighbours } from "./neighbours.ts";
import { ProblemLinks } from "./problem-links.ts";
import {
  type ListFilesParams,
  type ListFilesResult,
  listFilesRequest,
  type ReadFileParams,
  type ReadFileResult,
  readFileRequest,
} from "./protocol.ts";
import type { Searches } from "./search.ts";
import { searchRequests } from "./search-methods.ts";
import { defaultSettings, readSettings, type Settings } from "./settings.ts";
import { StatusReporter } from "./status.ts";

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

export function startServer(connection: Connection, host: Host, features: Features = allFeatures): void {
  const documents = new TextDocuments(TextDocument);
  const store = new DesignStore();
  const files: Files = {
    list: (near, limit) =>
      connection
        .sendRequest<ListFilesResult>(listFilesRequest, { near, limit } satisfies ListFilesParams)
        .catch(() => []),
    read: (uri) =>
      connection
        .sendRequest<ReadFileResult>(readFileRequest, { uri, limit: maxFileLength } satisfies ReadFileParams)
        .catch(() => null),
  };
  const readText = async (uri: string) => {
    const found = await files.read(uri);
    return typeof found === "string" ? found : null;
  };
  const neighbours = new Neighbours(store, files, readyForTemplates);
  const latencyModels = new LatencyModels(readText);
  /** Takes back the watching of the latency models named before. */
  let unwatchModels: { dispose(): void } | null = null;
  let closed = false;
  let loadingEngine: Promise<void> | undefined;
  const log = {
    error: (message: string) => {
      if (!closed) connection.console.error(message);
    },
  };
  /** Work nobody waits for: its failure is a line in the log, and nothing at all once the connection is gone. */
  const inBackground = (work: Promise<void>): void => {
    work.catch((error) => log.error(`work in the background failed: ${(error as Error)?.stack ?? error}`));
  };
  /** What is told from outside, such as settings and changed files, is taken in one after the other. */
  let news: Promise<unknown> = Promise.resolve();
  /** Documents while files of their design are being read: no number is shown of them, since it may be wrong. */
  const settling = new Map<string, Promise<void>>();
  /** Those of them whose diagnostics were wanted before the reading came to its end. */
  const withheld = new Set<string>();
  const designs = new Designs(store, allRead);
  let searches: Searches | undefined;
  const lastGood = new LastGood();
  const problemLinks = new ProblemLinks(host.problemsPage);
  let settings: Settings = defaultSettings;
  let can = { configuration: false, watch: false, disabledActions: false, folders: [] as string[] };

  const languageOf = (uri: string) => documents.get(uri)?.languageId ?? "timeloop";
  const publisher = new DiagnosticsPublisher(connection, log, {
    diagnose: async (uri) => {
      const linked = await problemLinks.ready();
      const early = settling.has(uri) ? await designs.earlyContext(uri) : null;
      const reading = early !== null && settling.has(uri);
      if (reading) withheld.add(uri);
      const context = reading ? { ...early, problems: early.tree.problems } : await designs.checked(uri);
      return context === null ? [] : linked(documentDiagnostics(context, settings, languageOf(uri)));
    },
    state: (uri) => `${store.revision}${settling.has(uri) ? " reading" : ""}`,
    openUris: () => store.openUris(),
    version: (uri) => documents.get(uri)?.version,
  });
  const status = new StatusReporter(
    connection,
    log,
    (uri) => designs.checked(uri),
    async (context) => {
      const cuts = await designs.run(cutsOf(context, settings, languageOf(context.file.uri)));
      return cuts === overtaken ? null : cuts;
    },
  );

  /** Another file of the design changed: what editors show of the others is out of date. */
  function refreshAll(): void {
    publisher.refresh();
    status.refresh(store.openUris());
  }

  async function readyForTemplates(): Promise<void> {
    if (!store.needsTemplateEngine()) return;
    loadingEngine ??= host.loadTemplateEngine().then(
      (engine) => store.useTemplateEngine(engine),
      (error) => {
        log.error(`the template engine was not loaded: ${error}`);
        store.useTemplateEngine(`the engine that renders it was not loaded (${error})`);
      },
    );
    await loadingEngine;
  }

  /** Reads the files around a document; what waits for them goes on when that is done. */
  function settle(uri: string): Promise<void> {
    const before = store.revision;
    const reading = news.then(() => neighbours.complete(uri, settings.designs));
    const settled = reading
      .catch(() => {})
      .then(() => {
        // A change of language closes and opens again: the first reading must not end the wait for the second.
        if (settling.get(uri) !== settled) return;
        settling.delete(uri);
        const overdue = withheld.delete(uri);
        if (overdue || store.revision !== before) refreshAll();
        else {
          publisher.changed(uri);
          status.refresh([uri]);
        }
      });
    settling.set(uri, settled);
    return reading;
  }

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    host.initialize?.(params.initializationOptions);
    const { workspace, textDocument } = params.capabilities;
    can = {
      configuration: workspace?.configuration === true,
      watch: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
      disabledActions: textDocument?.codeAction?.disabledSupport === true,
      folders: (params.workspaceFolders ?? []).map((folder) => folder.uri),
    };
    problemLinks.initialize(params.capabilities);
    const pull = textDocument?.diagnostic !== undefined;
    publisher.initialize({ pull, refreshable: workspace?.diagnostics?.refreshSupport === true, workspace });
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        ...(pull ? { diagnosticProvider: { interFileDependencies: true, workspaceDiagnostics: false } } : {}),
        hoverProvider: true,
        completionProvider: { triggerCharacters: [" ", ":", "=", "[", ",", "-"] },
        codeLensProvider: {},
        inlayHintProvider: true,
        codeActionProvider: {
          codeActionKinds: [
            CodeActionKind.QuickFix,
            CodeActionKind.Refactor,
            CodeActionKind.RefactorRewrite,
            `${CodeActionKind.SourceFixAll}.mapspace`,
          ],
        },
        definitionProvider: true,
        referencesProvider: true,
        documentHighlightProvider: true,
        renameProvider: { prepareProvider: true },
        documentSymbolProvider: true,
        foldingRangeProvider: true,
        selectionRangeProvider: true,
        documentLinkProvider: {},
        documentFormattingProvider: true,
        semanticTokensProvider: { legend: semanticTokenLegend, full: true },
      },
      serverInfo: { name: "Mapspace" },
    };
  });

  connection.onInitialized(() => inBackground(hear(begin)));

  async function begin(): Promise<void> {
    if (can.watch) {
      const watchers = [{ globPattern: "**/*.{yaml,yml,jinja2}" }];
      await connection.client
        .register(DidChangeWatchedFilesNotification.type, { watchers })
        .catch((error) => log.error(`files are not watched: ${error}`));
    }
    await configure();
  }

  /** Takes something in. Until then, and until the files that it makes wanted are read, nothing is shown. */
  async function hear(what: () => Promise<unknown>): Promise<void> {
    const heard = news.then(what);
    news = heard.catch(() => {});
    await Promise.all([heard, ...store.openUris().map(settle)]);
    refreshAll();
  }

  async function configure(): Promise<void> {
    const section: unknown = can.configuration
      ? await connection.workspace.getConfiguration("mapspace").catch(() => null)
      : null;
    const root = can.folders[0];
    settings = readSettings(section, (path) => (root === undefined ? path : resolvePath(`${root}/.`, path)));
    await chooseModels(section);
    store.configure(storeSettings());
  }

  const storeSettings = () => ({
    designs: settings.designs,
    evaluation: settings.evaluation,
    latency: (uri: string) => latencyModels.of(uri),
  });

  /** Each workspace folder may name a model of its own; without folders the one of all. */
  async function chooseModels(section: unknown): Promise<void> {
    const [first, ...others] = can.folders;
    const own = (section as { latencyModel?: unknown } | null)?.latencyModel;
    const paths = new Map<string, unknown>([[first ?? "", own]]);
    if (can.configuration && others.length > 0) {
      const items = can.folders.map((scopeUri) => ({ scopeUri, section: "mapspace.latencyModel" }));
      const values = await connection.workspace.getConfiguration(items).catch(() => []);
      can.folders.forEach((folder, i) => void paths.set(folder, values[i]));
    }
    await latencyModels.configure(paths);
    unwatchModels?.dispose();
    unwatchModels = null;
    const watchers = latencyModels.uris().map((uri) => ({
      globPattern: { baseUri: uri.slice(0, uri.lastIndexOf("/")), pattern: baseName(uri) },
    }));
    if (can.watch && watchers.length > 0) {
      unwatchModels = await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    }
  }

  connection.onShutdown(() => {
    closed = true;
    publisher.dispose();
    status.dispose();
    designs.dispose();
    searches?.dispose();
  });
  connection.onDidChangeConfiguration(() => inBackground(hear(configure)));
  connection.onDidChangeWatchedFiles(({ changes }) => {
    const deleted = ({ type }: FileEvent) => type === FileChangeType.Deleted;
    const others = changes.filter((change) => deleted(change) || !store.isOpen(change.uri));
    if (others.length === 0) return;
    const takeIn = async () => {
      for (const change of others) {
        if (await latencyModels.changed(change.uri)) store.configure(storeSettings());
        else await neighbours.changed(change.uri, deleted(change));
      }
    };
    inBackground(hear(takeIn));
  });

  /** An estimate without its energy tables would be wrong: it waits for the files however long they take. */
  async function allRead(uri: string, patience = Number.POSITIVE_INFINITY): Promise<void> {
    const end = performance.now() + patience;
    for (;;) {
      const work = settling.get(uri);
      const left = end - performance.now();
      if (work === undefined || left <= 0) return;
      await (Number.isFinite(left) ? Promise.race([work, pause(left)]) : work);
    }
  }

  documents.onDidOpen(({ document }) => {
    const { uri } = document;
    store.open(uri, document.getText());
    inBackground(settle(uri));
  });
  documents.onDidChangeContent(({ document }) => {
    if (store.file(document.uri)?.text === document.getText()) return;
    const couldNotMatter = !store.concerns(document.uri);
    const named = namedBy(store.file(document.uri));
    store.open(document.uri, document.getText());
    const now = store.file(document.uri);
    // A file that begins to matter, or names others: they may not have been read.
    const others = (couldNotMatter && store.concerns(document.uri)) || namedBy(now) !== named;
    if (others || store.needsTemplateEngine()) inBackground(settle(document.uri));
    else {
      publisher.changed(document.uri);
      status.refresh(store.openUris());
    }
  });
  documents.onDidClose(({ document }) => {
    store.close(document.uri);
    lastGood.forget(document.uri);
    designs.forget(document.uri);
    status.forget(document.uri);
    publisher.closed(document.uri);
    if (store.openUris().length === 0) {
      store.forgetDisk();
      neighbours.forget();
    } else if (!document.uri.startsWith("untitled:")) {
      // The design of another open document may use the text on disk from here on.
      inBackground(hear(() => neighbours.changed(document.uri, false)));
    }
  });

  connection.languages.diagnostics.on((params, token) => publisher.pull(params, token));
  const onDemand = () =>
    host.loadOnDemand().catch((error) => {
      log.error(`what searches and converts was not loaded: ${error}`);
      throw new ResponseError(LSPErrorCodes.RequestFailed, `A part of Mapspace was not loaded (${error}).`);
    });
  registerFeatures(
    connection,
    { designs, lastGood, settings: () => settings, showsDisabled: () => can.disabledActions, log, onDemand },
    features,
  );

  const around = { connection, log, designs, store, settings: () => settings, read: readText, host };
  for (const method of searchRequests) {
    const handler: GenericRequestHandler<unknown, unknown> = async (params: object, token: CancellationToken) => {
      const { Searches } = await onDemand();
      searches ??= new Searches(around);
      return searches.answers.get(method)?.(params, token);
    };
    connection.onRequest(method, handler);
  }

  documents.listen(connection);
  connection.listen();
}

/** What the modeline of a file names. */
function namedBy(file: SourceFile | undefined): string {
  return file === undefined
    ? ""
    : readModeline(file)
        .map(({ key, value }) => `${key}=${value}`)
        .join(" ");
}
