/** The full report of a design, shown as rendered Markdown and kept up to date while it is open. */
import { commands, type Disposable, EventEmitter, Uri, window, workspace } from "vscode";
import { type ReportParams, type ReportResult, reportRequest } from "../../server/src/lsp/protocol.ts";
import type { Server } from "./server.ts";

const scheme = "mapspace-report";

export class Reports implements Disposable {
  private readonly changed = new EventEmitter<Uri>();
  private readonly registration: Disposable;

  constructor(server: Server) {
    this.registration = workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: this.changed.event,
      provideTextDocumentContent: (uri) =>
        server.request<ReportResult>(reportRequest, { uri: uri.query } satisfies ReportParams),
    });
  }

  async show(uri: Uri): Promise<void> {
    const report = reportOf(uri);
    this.changed.fire(report);
    try {
      await commands.executeCommand("markdown.showPreviewToSide", report);
    } catch {
      await window.showTextDocument(report, { preview: true });
    }
  }

  /** The design of this document has new figures. */
  refresh(uri: string): void {
    const report = reportOf(Uri.parse(uri));
    if (workspace.textDocuments.some((document) => document.uri.toString() === report.toString()))
      this.changed.fire(report);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}

const reportOf = (uri: Uri) =>
  Uri.from({ scheme, path: `${uri.path.replace(/\.(ya?ml)$/, "")} – report.md`, query: uri.toString() });
