/** What the node and the browser entry share: everything but the way a server is launched. */
import { commands, type ExtensionContext, l10n, type TextDocument, Uri, window, workspace } from "vscode";
import { type StatusParams, statusNotification } from "../../server/src/lsp/protocol.ts";
import { chooseFiles } from "./choose-files.ts";
import { afterTyping, detectLanguage } from "./detection.ts";
import { type Explorer, registerExplorer } from "./explorer/commands.ts";
import { Reports } from "./report.ts";
import { concernsServer } from "./selector.ts";
import { type LaunchServer, Server, type ServerState } from "./server.ts";
import { Status } from "./status.ts";

/** For tests and other extensions. */
export interface MapspaceApi {
  serverState(): ServerState;
  /** What the server last said of a document. */
  status(uri: Uri): StatusParams | undefined;
}

/** Returns at once: the server starts in the background, when the first document that concerns it is open. */
export function activateShared(context: ExtensionContext, launch: LaunchServer): MapspaceApi {
  const log = window.createOutputChannel(l10n.t("Mapspace"), { log: true });
  const server: Server = new Server(launch, log, (client) => {
    explorer.searches.wire(client);
    client.onNotification(statusNotification, (params: StatusParams) => {
      status.update(params);
      reports.refresh(params.uri);
      explorer.panels.refresh(params.uri);
    });
  });
  const status = new Status(server);
  const reports = new Reports(server);
  const explorer: Explorer = registerExplorer(context, server);
  const startFor = (document: TextDocument) => {
    if (server.state === "idle" && concernsServer(document)) void server.ensureStarted();
  };
  const active = () => window.activeTextEditor?.document;

  context.subscriptions.push(
    log,
    server,
    status,
    reports,
    workspace.onDidOpenTextDocument(startFor),
    workspace.onDidSaveTextDocument(startFor),
    ...afterTyping(startFor),
    commands.registerCommand("mapspace.restartServer", () => server.restart()),
    commands.registerCommand("mapspace.showLog", () => log.show()),
    commands.registerCommand("mapspace.showReport", async (uri?: string | Uri) => {
      const of = typeof uri === "string" ? Uri.parse(uri) : (uri ?? active()?.uri);
      if (of) await reports.show(of);
    }),
    commands.registerCommand("mapspace.chooseFiles", async () => {
      const document = active();
      const known = document && status.of(document.uri.toString());
      if (document && known) await chooseFiles(document, known);
    }),
    ...detectLanguage(),
  );
  workspace.textDocuments.forEach(startFor);
  return { serverState: () => server.state, status: (uri) => status.of(uri.toString()) };
}
