/** Tells the client what its status item shows. */

import type { Connection } from "vscode-languageserver";
import type { CheckedContext } from "../features/context.ts";
import { networkTotals } from "../workspace/analysis.ts";
import { formatCount, formatEnergy } from "../workspace/quantities.ts";
import { type StatusParams, statusNotification } from "./protocol.ts";
import type { Log } from "./run-safe.ts";

const delay = 100;

export class StatusReporter {
  private readonly waiting = new Set<string>();
  private disposed = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly sent = new Map<string, string>();

  constructor(
    private readonly connection: Connection,
    private readonly log: Log,
    private readonly contextOf: (uri: string) => Promise<CheckedContext | null>,
    /** `null` where the text has changed meanwhile. */
    private readonly cutsOf: (context: CheckedContext) => Promise<StatusParams["cut"] | null>,
  ) {}

  refresh(uris: readonly string[]): void {
    if (this.disposed) return;
    for (const uri of uris) this.waiting.add(uri);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      const uris = [...this.waiting];
      this.waiting.clear();
      for (const uri of uris) {
        this.report(uri).catch((error) => {
          if (!this.disposed) this.log.error(`status failed: ${(error as Error)?.stack ?? error}`);
        });
      }
    }, delay);
  }

  dispose(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.waiting.clear();
    this.disposed = true;
  }

  forget(uri: string): void {
    this.waiting.delete(uri);
    this.sent.delete(uri);
  }

  private async report(uri: string): Promise<void> {
    const context = await this.contextOf(uri);
    const cut = context && (await this.cutsOf(context));
    if (cut === null || context === null || this.disposed) return;
    const status = describe(context, cut);
    const text = JSON.stringify(status);
    if (this.sent.get(uri) === text) return;
    this.sent.set(uri, text);
    this.connection.sendNotification(statusNotification, status).catch(() => {});
  }
}

function describe({ file, snapshot, problems }: CheckedContext, cut: StatusParams["cut"]): StatusParams {
  const { design, analysis, leftOut } = snapshot;
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const totals = networkTotals(analysis);
  const costed = analysis.layers.length - totals.missingLayers;
  const summary =
    design.missing.length > 0
      ? `no ${design.missing.join(", no ")} found for this file`
      : costed > 0
        ? `${formatCount(totals.cycles)} cycles, ${formatEnergy(totals.energyPj)} (${analysis.options.counting})`
        : `no estimate: ${errors} error${errors === 1 ? "" : "s"}`;
  return {
    uri: file.uri,
    summary,
    parts: design.parts.map(({ uri, kinds, foundBy }) => ({ uri, kinds, foundBy })),
    ambiguous: design.ambiguous.map(({ kind, taken, others }) => ({ kind, taken, others })),
    severity:
      errors > 0
        ? "error"
        : design.missing.length > 0 || leftOut?.large.length || design.ambiguous.some(({ clear }) => !clear)
          ? "warning"
          : "information",
    cut,
    unread: { large: (leftOut?.large ?? []).map(({ uri }) => uri), files: leftOut?.files ?? 0 },
  };
}
