/** Language status items: what the design of the file at hand costs, what the server is doing, where its log is. */
import { type Disposable, LanguageStatusSeverity, l10n, languages, Uri, window, workspace } from "vscode";
import type { StatusParams } from "../../server/src/lsp/protocol.ts";
import { languageId } from "./selector.ts";
import type { Server, ServerState } from "./server.ts";

const severities = {
  information: LanguageStatusSeverity.Information,
  warning: LanguageStatusSeverity.Warning,
  error: LanguageStatusSeverity.Error,
};

export class Status implements Disposable {
  private readonly known = new Map<string, StatusParams>();
  private readonly server = languages.createLanguageStatusItem("mapspace.server", { language: languageId });
  private readonly design = languages.createLanguageStatusItem("mapspace.design", { language: languageId });
  private readonly log = languages.createLanguageStatusItem("mapspace.log", { language: languageId });
  private readonly listeners: Disposable[];

  constructor(server: Server) {
    this.server.name = l10n.t("Mapspace Server");
    this.design.name = l10n.t("Mapspace Design");
    this.server.command = { command: "mapspace.restartServer", title: l10n.t("Restart") };
    this.log.name = l10n.t("Mapspace Log");
    this.log.text = l10n.t("Mapspace log");
    this.log.command = { command: "mapspace.showLog", title: l10n.t("Show") };
    this.showServer(server.state);
    this.showDesign();
    this.listeners = [
      server.onDidChangeState((state) => this.showServer(state)),
      window.onDidChangeActiveTextEditor(() => this.showDesign()),
      workspace.onDidCloseTextDocument((document) => this.known.delete(document.uri.toString())),
    ];
  }

  /** What the server last said of a document. */
  of(uri: string): StatusParams | undefined {
    return this.known.get(uri);
  }

  update(status: StatusParams): void {
    this.known.set(Uri.parse(status.uri).toString(), status);
    this.showDesign();
  }

  dispose(): void {
    for (const item of [this.server, this.design, this.log, ...this.listeners]) item.dispose();
  }

  private showServer(state: ServerState): void {
    const item = this.server;
    item.busy = state === "starting";
    item.severity = state === "stopped" ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
    item.text = {
      idle: l10n.t("Mapspace"),
      starting: l10n.t("Mapspace is starting"),
      running: l10n.t("Mapspace is running"),
      stopped: l10n.t("Mapspace has stopped"),
    }[state];
  }

  private showDesign(): void {
    const item = this.design;
    const uri = window.activeTextEditor?.document.uri.toString();
    const status = uri === undefined ? undefined : this.known.get(uri);
    item.severity = severities[status?.severity ?? "information"];
    item.text = status?.summary ?? l10n.t("No estimate yet");
    // The pop-up cuts what is long: all names of files have a list of their own.
    const details = (status?.ambiguous ?? [])
      .slice(0, 1)
      .map(({ kind, taken, others }) =>
        l10n.t("{0}: {1}, one of {2}", kind, baseName(taken), (others.length + 1).toString()),
      );
    for (const { what, after } of status?.cut ?? []) {
      const count = after.toLocaleString("en-US");
      details.push(
        {
          outline: l10n.t("The outline ends after {0} items", count),
          folding: l10n.t("Folding ends after {0} ranges", count),
          colours: l10n.t("Colours by meaning end after {0} names", count),
          problems: l10n.t("Only the first {0} problems are shown", count),
        }[what],
      );
    }
    for (const uri of status?.unread.large ?? []) details.push(l10n.t("{0} is too large to be read", baseName(uri)));
    const files = status?.unread.files ?? 0;
    if (files > 0) details.push(l10n.t("{0} files farther away were not read", files.toLocaleString("en-US")));
    item.detail = details.join(" · ");
    item.command =
      status === undefined || (status.parts.length < 2 && status.ambiguous.length === 0)
        ? undefined
        : {
            command: "mapspace.chooseFiles",
            title: status.ambiguous.length > 0 ? l10n.t("Choose Files") : l10n.t("Files"),
            tooltip: l10n.t("The files of this design"),
          };
  }
}

const baseName = (uri: string) => decodeURIComponent(uri.slice(uri.lastIndexOf("/") + 1));
