/** A search by a command of the user, in a thread of Node.js: it hears and says what every other search does. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createMapspace } from "../engine/mapspace/build.ts";
import type { Mapspace } from "../engine/mapspace/mapspace.ts";
import { evaluate } from "../engine/model/evaluate.ts";
import { defaultEvaluationOptions } from "../engine/model/types.ts";
import type { Influence } from "../engine/search/progress.ts";
import { hash, logHeader } from "../external/identity.ts";
import { EvaluationLog, LogError } from "../external/log.ts";
import { type ExternalEvent, ExternalSearch } from "../external/search.ts";
import type { CommandEvaluator, ExploreProgress, ExploreState, FromExplorer, LayerJob } from "./explore.ts";

export type ExternalJob = LayerJob & { evaluator: CommandEvaluator };

const defaultEvaluations = 100;
/** Evaluations in a row without a number after which the search gives up. */
const patience = 10;
/** What the cost hangs on is told after so many evaluations first, then after twice as many. */
const firstLook = 10;
const postMs = 100;

export class ExternalExplorer {
  private readonly job: ExternalJob;
  private readonly post: (message: FromExplorer) => void;
  private search: ExternalSearch | null = null;
  private mapspace: Mapspace | null = null;
  private state: ExploreState = "running";
  private spentMs = 0;
  private since = performance.now();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private evaluations = 0;
  private failures = 0;
  private resumed = 0;
  private lastFailure = "";
  private logPath = "";
  private lookedAt = 0;
  /** What was not told yet, and when it will be. */
  private pending: Partial<ExploreProgress> = {};
  private telling: ReturnType<typeof setTimeout> | undefined;

  constructor(job: ExternalJob, post: (message: FromExplorer) => void) {
    this.job = job;
    this.post = post;
  }

  start(): void {
    this.run().catch((error: unknown) => {
      clearTimeout(this.timer);
      if (error instanceof LogError) this.end("stopped", error.message);
      else
        this.post({ type: "failed", error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    });
  }

  pause(): void {
    if (this.state !== "running") return;
    this.spentMs = this.elapsed();
    this.state = "paused";
    clearTimeout(this.timer);
    this.search?.pause();
    this.tellNow();
  }

  resume(): void {
    if (this.state !== "paused") return;
    this.state = "running";
    this.since = performance.now();
    this.limitTime();
    this.search?.resume();
    this.tellNow();
  }

  cancel(): void {
    this.end("stopped");
  }

  private async run(): Promise<void> {
    const { architecture, workload, kind, constraints, evaluator, seed } = this.job;
    const { mapspace, conflict } = createMapspace(architecture, workload, kind, constraints);
    if (mapspace === undefined) {
      this.state = "stopped";
      this.post({ type: "conflict", layer: 0, conflict });
      return;
    }
    this.mapspace = mapspace;
    const header = logHeader(mapspace, evaluator.command);
    mkdirSync(evaluator.folder, { recursive: true });
    this.logPath = join(evaluator.folder, `evaluations-${hash(header)}.jsonl`);
    const log = EvaluationLog.open(this.logPath, header);
    const options = { ...evaluator, evaluations: this.job.evaluations ?? defaultEvaluations, seed, patience };
    const hear = (event: ExternalEvent) => this.heard(event);
    const onProcess = (pid: number, runs: boolean) => this.post({ type: "process", pid, runs });
    this.search = new ExternalSearch(mapspace, options, log, hear, [], onProcess);
    if (this.state === "paused") this.search.pause();
    else this.limitTime();
    const { gaveUp, sensitivity } = await this.search.run().finally(() => log.log.close());
    if (this.state === "stopped" || this.state === "done") return;
    if (gaveUp !== null) this.end("stopped", `Gave up: ${gaveUp}.`, sensitivity);
    else this.end("done", undefined, sensitivity);
  }

  private limitTime(): void {
    const { milliseconds } = this.job;
    if (milliseconds !== null) this.timer = setTimeout(() => this.end("done"), milliseconds - this.spentMs);
  }

  private heard({ evaluations, value, failure, mapping, resumed }: ExternalEvent): void {
    this.evaluations = evaluations;
    if (resumed) this.resumed = evaluations;
    if (value === null) {
      this.failures++;
      this.lastFailure = failure ?? "";
    }
    const progress = this.pending;
    if (mapping !== undefined && value !== null && this.mapspace !== null) {
      const { architecture, workload } = this.mapspace;
      const { evaluation } = evaluate(architecture, workload, mapping, defaultEvaluationOptions("exact"));
      const { energyPj = 0, cycles = 0 } = evaluation ?? {};
      progress.best = { energyPj, cycles, mapping, measured: value };
      progress.curve = [...(progress.curve ?? []), evaluations, this.elapsed(), value];
      progress.cloud = [...(progress.cloud ?? []), energyPj, cycles];
    }
    const due = evaluations >= Math.max(firstLook, 2 * this.lookedAt);
    if (due && !resumed && this.search !== null) {
      this.lookedAt = evaluations;
      progress.sensitivity = this.search.sensitivity() ?? undefined;
    }
    this.telling ??= setTimeout(() => this.tellNow(), postMs);
  }

  private end(state: "done" | "stopped", message?: string, sensitivity?: readonly Influence[] | null): void {
    if (this.state !== "running" && this.state !== "paused") return;
    this.spentMs = this.elapsed();
    this.state = state;
    clearTimeout(this.timer);
    this.search?.stop();
    if (sensitivity) this.pending.sensitivity = sensitivity;
    this.tellNow([message, this.account()].filter(Boolean).join(" "));
  }

  /** What was taken over, what failed, and where the results are. */
  private account(): string {
    if (this.logPath === "") return "";
    const parts = [
      this.resumed > 0 ? `${this.resumed} evaluations were taken over from an earlier search.` : "",
      this.failures > 0 ? `${this.failures} gave no number; the last: ${this.lastFailure}.` : "",
      `Log: ${this.logPath}`,
    ];
    return parts.filter(Boolean).join(" ");
  }

  private elapsed(): number {
    return this.spentMs + (this.state === "running" ? performance.now() - this.since : 0);
  }

  private tellNow(message = this.account()): void {
    clearTimeout(this.telling);
    this.telling = undefined;
    const { pending, state, evaluations } = this;
    this.pending = {};
    this.post({
      type: "progress",
      state,
      evaluations,
      valid: evaluations - this.failures,
      elapsedMs: this.elapsed(),
      bound: null,
      curve: [],
      cloud: [],
      message,
      ...pending,
    });
  }
}
