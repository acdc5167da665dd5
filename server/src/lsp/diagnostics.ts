/** Diagnostics: pulled where the client can, pushed where it cannot, never both. */

import type {
  CancellationToken,
  ClientCapabilities,
  Connection,
  Diagnostic,
  DocumentDiagnosticParams,
  DocumentDiagnosticReport,
  ResponseError,
} from "vscode-languageserver";
import { type Log, runSafe } from "./run-safe.ts";

export interface DiagnosticsSource {
  diagnose(uri: string): Promise<Diagnostic[]>;
  /** Equal states give equal diagnostics. */
  state(uri: string): string;
  openUris(): string[];
  /** Of an open document. */
  version(uri: string): number | undefined;
}

/** A pause in typing before pushed diagnostics are computed; pulling clients have a pause of their own. */
const pushDelay = 60;
/** Refresh requests are sent at most this often, so that lenses and hints do not flicker. */
const refreshDelay = 250;

export class DiagnosticsPublisher {
  private pulls = false;
  private disposed = false;
  private can = { diagnostics: false, lenses: false, hints: false, tokens: false };
  private readonly pending = new Map<string, ReturnType<typeof setTimeout>>();
  private refreshTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly connection: Connection,
    private readonly log: Log,
    private readonly source: DiagnosticsSource,
  ) {}

  initialize({
    pull,
    refreshable,
    workspace,
  }: {
    pull: boolean;
    refreshable: boolean;
    workspace: ClientCapabilities["workspace"];
  }): void {
    this.pulls = pull;
    this.can = {
      diagnostics: pull && refreshable,
      lenses: workspace?.codeLens?.refreshSupport === true,
      hints: workspace?.inlayHint?.refreshSupport === true,
      tokens: workspace?.semanticTokens?.refreshSupport === true,
    };
  }

  /** One document changed. */
  changed(uri: string): void {
    if (this.pulls) {
      // The client pulls this document itself; the others of the design may show something else now.
      if (this.source.openUris().length > 1) this.refresh();
      return;
    }
    for (const open of this.source.openUris()) this.schedule(open);
    if (!this.source.openUris().includes(uri)) this.schedule(uri);
  }

  closed(uri: string): void {
    clearTimeout(this.pending.get(uri));
    this.pending.delete(uri);
    if (!this.pulls) this.connection.sendDiagnostics({ uri, diagnostics: [] }).catch(() => {});
  }

  /** Anything shown may be out of date. */
  refresh(): void {
    if (!this.pulls) for (const uri of this.source.openUris()) this.schedule(uri);
    if (this.refreshTimer !== null || this.disposed) return;
    this.refreshTimer = setTimeout(() => {
      this.refreshTimer = null;
      const { languages } = this.connection;
      const quiet = () => {};
      if (this.can.diagnostics) languages.diagnostics.refresh().catch(quiet);
      if (this.can.lenses) this.connection.sendRequest("workspace/codeLens/refresh").catch(quiet);
      if (this.can.hints) languages.inlayHint.refresh().catch(quiet);
      if (this.can.tokens) this.connection.sendRequest("workspace/semanticTokens/refresh").catch(quiet);
    }, refreshDelay);
  }

  dispose(): void {
    for (const timer of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
    if (this.refreshTimer !== null) clearTimeout(this.refreshTimer);
    this.disposed = true;
  }

  pull(
    { textDocument, previousResultId }: DocumentDiagnosticParams,
    token: CancellationToken,
  ): Promise<DocumentDiagnosticReport | ResponseError<never>> {
    return runSafe<DocumentDiagnosticReport>("diagnostics", token, this.log, { kind: "full", items: [] }, async () => {
      const { uri } = textDocument;
      const state = this.source.state(uri);
      if (state === previousResultId) return { kind: "unchanged", resultId: state };
      const items = await this.source.diagnose(uri);
      return { kind: "full", resultId: this.source.state(uri), items };
    });
  }

  private schedule(uri: string): void {
    if (this.disposed) return;
    clearTimeout(this.pending.get(uri));
    this.pending.set(
      uri,
      setTimeout(() => {
        this.pending.delete(uri);
        this.push(uri).catch((error) => this.log.error(`diagnostics failed: ${(error as Error)?.stack ?? error}`));
      }, pushDelay),
    );
  }

  /** Sends what holds for the text as it is now; what a later edit has overtaken is dropped. */
  private async push(uri: string): Promise<void> {
    const version = this.source.version(uri);
    let diagnostics: Diagnostic[] = [];
    try {
      diagnostics = await this.source.diagnose(uri);
    } catch (error) {
      this.log.error(`diagnostics failed: ${(error as Error)?.stack ?? error}`);
    }
    const current = !this.disposed && this.source.openUris().includes(uri) && this.source.version(uri) === version;
    if (current) this.connection.sendDiagnostics({ uri, version, diagnostics }).catch(() => {});
  }
}
