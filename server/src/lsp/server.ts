/** The language server: wires documents, designs and features to a connection. Node and browser entries share it. */

import {
  CodeActionKind,
  type Connection,
  DidChangeWatchedFilesNotification,
  FileChangeType,
  type InitializeParams,
  type InitializeResult,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { codeActions } from "../features/code-actions.ts";
import { codeLenses } from "../features/code-lens.ts";
import { completions } from "../features/completion.ts";
import type { FeatureContext } from "../features/context.ts";
import { documentDiagnostics } from "../features/diagnostics.ts";
import { foldingRanges } from "../features/folding.ts";
import { formatting } from "../features/formatting.ts";
import { hover } from "../features/hover.ts";
import { inlayHints } from "../features/inlay-hints.ts";
import { documentLinks } from "../features/links.ts";
import { definitions, highlights, references } from "../features/navigation.ts";
import { prepareRename, rename } from "../features/rename.ts";
import { designReport } from "../features/report.ts";
import { selectionRanges } from "../features/selection.ts";
import { semanticTokenLegend, semanticTokens } from "../features/semantic-tokens.ts";
import { documentSymbols } from "../features/symbols.ts";
import { checkDesign } from "../rules/check.ts";
import type { Problem } from "../syntax/source.ts";
import { parseYaml } from "../syntax/yaml.ts";
import { resolvePath } from "../workspace/paths.ts";
import { DesignStore, type Snapshot } from "../workspace/store.ts";
import { DiagnosticsPublisher } from "./diagnostics.ts";
import { LastGood } from "./last-good.ts";
import { type Files, Neighbours } from "./neighbours.ts";
import {
  type ListFilesParams,
  type ListFilesResult,
  listFilesRequest,
  type ReadFileParams,
  type ReadFileResult,
  type ReportParams,
  readFileRequest,
  reportRequest,
} from "./protocol.ts";
import { runSafe } from "./run-safe.ts";
import { defaultSettings, readSettings, type Settings } from "./settings.ts";
import { StatusReporter } from "./status.ts";

export function startServer(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const store = new DesignStore();
  const files: Files = {
    list: (near, limit) =>
      connection
        .sendRequest<ListFilesResult>(listFilesRequest, { near, limit } satisfies ListFilesParams)
        .catch(() => []),
    read: (uri) =>
      connection.sendRequest<ReadFileResult>(readFileRequest, { uri } satisfies ReadFileParams).catch(() => null),
  };
  const neighbours = new Neighbours(store, files);
  const log = { error: (message: string) => connection.console.error(message) };
  const problemsOf = new WeakMap<Snapshot, Problem[]>();
  const lastGood = new LastGood();
  let settings: Settings = defaultSettings;
  let can = { configuration: false, watch: false, folders: [] as string[] };

  /** Everything a feature needs to know about a document; `null` for documents that do not concern us. */
  function contextOf(uri: string): FeatureContext | null {
    if (!store.concerns(uri)) return null;
    const file = store.file(uri);
    const snapshot = store.snapshot(uri);
    if (file === undefined || snapshot === null) return null;
    let problems = problemsOf.get(snapshot);
    if (problems === undefined) {
      problems = checkDesign(snapshot.analysis, snapshot.files);
      problemsOf.set(snapshot, problems);
    }
    return { file, tree: parseYaml(file), snapshot, problems };
  }

  const publisher = new DiagnosticsPublisher(connection, log, {
    diagnose: (uri) => {
      const context = contextOf(uri);
      return context === null ? [] : documentDiagnostics(context, settings);
    },
    revision: () => store.revision,
    openUris: () => store.openUris(),
  });
  const status = new StatusReporter(connection, log, contextOf);

  /** Another file of the design changed: what editors show of the others is out of date. */
  function refreshAll(): void {
    publisher.refresh();
    status.refresh(store.openUris());
  }

  async function settle(uri: string): Promise<void> {
    const before = store.revision;
    await neighbours.complete(uri, settings.designs);
    if (store.revision !== before) refreshAll();
    else {
      publisher.changed(uri);
      status.refresh([uri]);
    }
  }

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    const { workspace, textDocument } = params.capabilities;
    can = {
      configuration: workspace?.configuration === true,
      watch: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
      folders: (params.workspaceFolders ?? []).map((folder) => folder.uri),
    };
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

  connection.onInitialized(async () => {
    if (can.watch) {
      await connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [{ globPattern: "**/*.{yaml,yml,jinja2}" }],
      });
    }
    await configure();
  });

  async function configure(): Promise<void> {
    const section: unknown = can.configuration
      ? await connection.workspace.getConfiguration("mapspace").catch(() => null)
      : null;
    const root = can.folders[0];
    settings = readSettings(section, (path) => (root === undefined ? path : resolvePath(`${root}/.`, path)));
    store.configure({ designs: settings.designs, evaluation: settings.evaluation });
    for (const uri of store.openUris()) await neighbours.complete(uri, settings.designs);
    refreshAll();
  }

  connection.onShutdown(() => {
    publisher.dispose();
    status.dispose();
  });
  connection.onDidChangeConfiguration(() => void configure());
  connection.onDidChangeWatchedFiles(async ({ changes }) => {
    let matters = false;
    for (const { uri, type } of changes) {
      if (store.isOpen(uri) && type !== FileChangeType.Deleted) continue;
      if (await neighbours.changed(uri, type === FileChangeType.Deleted)) matters = true;
    }
    if (!matters) return;
    for (const uri of store.openUris()) await neighbours.complete(uri, settings.designs);
    refreshAll();
  });

  documents.onDidOpen(({ document }) => {
    store.open(document.uri, document.getText());
    void settle(document.uri);
  });
  documents.onDidChangeContent(({ document }) => {
    if (store.file(document.uri)?.text === document.getText()) return;
    const couldNotMatter = !store.concerns(document.uri);
    store.open(document.uri, document.getText());
    if (couldNotMatter && store.concerns(document.uri)) void settle(document.uri);
    else {
      publisher.changed(document.uri);
      status.refresh(store.openUris());
    }
  });
  documents.onDidClose(({ document }) => {
    store.close(document.uri);
    lastGood.forget(document.uri);
    publisher.closed(document.uri);
    if (store.openUris().length === 0) {
      store.forgetDisk();
      neighbours.forget();
    } else if (!document.uri.startsWith("untitled:")) {
      // The design of another open document may use the text on disk from here on.
      void neighbours.changed(document.uri, false).then(() => refreshAll());
    }
  });

  connection.languages.diagnostics.on((params, token) => publisher.pull(params, token));
  connection.onHover(({ textDocument, position }, token) =>
    runSafe("hover", token, log, null, () => withContext(textDocument.uri, null, (c) => hover(c, position))),
  );
  connection.onCompletion(({ textDocument, position }, token) =>
    runSafe("completion", token, log, [], () => withContext(textDocument.uri, [], (c) => completions(c, position))),
  );
  connection.onCodeLens(({ textDocument }, token) =>
    runSafe("code lens", token, log, [], () =>
      settings.estimates.codeLens ? withContext(textDocument.uri, [], (c) => lastGood.lenses(c, codeLenses(c))) : [],
    ),
  );
  connection.languages.inlayHint.on(({ textDocument, range }, token) =>
    runSafe("inlay hints", token, log, [], () =>
      withContext(textDocument.uri, [], (c) => lastGood.hints(c, range, inlayHints(c, range, settings.inlayHints))),
    ),
  );
  connection.onCodeAction(({ textDocument, range, context: request }, token) =>
    runSafe("code actions", token, log, [], () =>
      withContext(textDocument.uri, [], (c) => codeActions(c, range, request)),
    ),
  );
  connection.onDefinition(({ textDocument, position }, token) =>
    runSafe("definition", token, log, [], () => withContext(textDocument.uri, [], (c) => definitions(c, position))),
  );
  connection.onReferences(({ textDocument, position, context }, token) =>
    runSafe("references", token, log, [], () =>
      withContext(textDocument.uri, [], (c) => references(c, position, context.includeDeclaration)),
    ),
  );
  connection.onDocumentHighlight(({ textDocument, position }, token) =>
    runSafe("highlights", token, log, [], () => withContext(textDocument.uri, [], (c) => highlights(c, position))),
  );
  connection.onPrepareRename(({ textDocument, position }, token) =>
    runSafe("prepare rename", token, log, null, () =>
      withContext(textDocument.uri, null, (c) => prepareRename(c, position)),
    ),
  );
  connection.onRenameRequest(({ textDocument, position, newName }, token) =>
    runSafe("rename", token, log, null, () =>
      withContext(textDocument.uri, null, (c) => {
        const result = rename(c, position, newName);
        if (typeof result === "string") throw new ResponseError(-32803, result);
        return result;
      }),
    ),
  );
  connection.onDocumentSymbol(({ textDocument }, token) =>
    runSafe("outline", token, log, [], () => withContext(textDocument.uri, [], documentSymbols)),
  );
  connection.onFoldingRanges(({ textDocument }, token) =>
    runSafe("folding", token, log, [], () => withContext(textDocument.uri, [], foldingRanges)),
  );
  connection.onSelectionRanges(({ textDocument, positions }, token) =>
    runSafe("selection", token, log, [], () => withContext(textDocument.uri, [], (c) => selectionRanges(c, positions))),
  );
  connection.onDocumentLinks(({ textDocument }, token) =>
    runSafe("links", token, log, [], () => withContext(textDocument.uri, [], documentLinks)),
  );
  connection.onDocumentFormatting(({ textDocument }, token) =>
    runSafe("formatting", token, log, [], () => withContext(textDocument.uri, [], formatting)),
  );
  connection.languages.semanticTokens.on(({ textDocument }, token) =>
    runSafe("semantic tokens", token, log, { data: [] }, () =>
      withContext(textDocument.uri, { data: [] as number[] }, semanticTokens),
    ),
  );
  connection.onRequest(reportRequest, ({ uri }: ReportParams, token) =>
    runSafe("report", token, log, "", () => withContext(uri, "", designReport)),
  );

  function withContext<T>(uri: string, neutral: T, work: (context: FeatureContext) => T): T {
    const context = contextOf(uri);
    return context === null ? neutral : work(context);
  }

  documents.listen(connection);
  connection.listen();
}
