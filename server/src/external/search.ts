/** Bayesian search with a command as its evaluator: slow, parallel, interruptible. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mapspace } from "../engine/mapspace/mapspace.ts";
import type { Mapping, Workload } from "../engine/model/types.ts";
import { Prng } from "../engine/numeric/prng.ts";
import { MappingSpace, sensitivity } from "../engine/search/bayes/bayes.ts";
import { BayesianOptimiser, type Proposal, type SourceObservations } from "../engine/search/bayes/optimiser.ts";
import type { Influence } from "../engine/search/progress.ts";
import { printCompact } from "../spec/formats/dosa-compact.ts";
import { exportTimeloopParts } from "../spec/formats/timeloop-export.ts";
import { type CommandHooks, type CommandLimits, type CommandResult, fillTemplate, runCommand } from "./command.ts";
import type { EvaluationLog, LogContents } from "./log.ts";

export interface ExternalOptions extends CommandLimits {
  /** With `{arch}`, `{problem}`, `{mapping}`, `{tables}` or `{design}` (all in one file). */
  command: string;
  jobs: number;
  evaluations: number;
  seed: number;
  /** Evaluations without a number in a row after which the search gives up. */
  patience: number;
  /** A mapping to compare with: measured first, beside `evaluations`. */
  given?: Mapping;
}

export interface ExternalEvent {
  evaluations: number;
  value: number | null;
  failure?: string;
  best: number | null;
  /** Where this one is the best so far. */
  mapping?: Mapping;
  resumed: boolean;
}

export interface ExternalResult {
  evaluations: number;
  failures: number;
  /** `workload` has the bounds that the mapping covers, padding included. */
  best: { value: number; mapping: Mapping; workload: Workload } | null;
  /** What the command says of the given mapping; `null` where it said no number, or none was given. */
  given: number | null;
  /** Why it ended early. */
  gaveUp: string | null;
  sensitivity: readonly Influence[] | null;
}

export class ExternalSearch {
  private readonly mapspace: Mapspace;
  private readonly options: ExternalOptions;
  private readonly log: EvaluationLog | null;
  private readonly tell: (event: ExternalEvent) => void;
  private readonly space: MappingSpace;
  private readonly optimiser: BayesianOptimiser;
  private readonly folder = mkdtempSync(join(tmpdir(), "mapspace-evaluate-"));
  private readonly waiting: Proposal[] = [];
  private best: ExternalResult["best"] = null;
  private given: number | null = null;
  private evaluations = 0;
  private failures = 0;
  private inARow = 0;
  private started = 0;
  private readonly stopped = new AbortController();
  private readonly hooks: CommandHooks;
  private pauseOver: Promise<void> | null = null;
  private goOn = () => {};

  constructor(
    mapspace: Mapspace,
    options: ExternalOptions,
    log: { log: EvaluationLog; contents: LogContents } | null,
    tell: (event: ExternalEvent) => void,
    sources: readonly SourceObservations[] = [],
    onProcess?: CommandHooks["onProcess"],
  ) {
    this.hooks = { signal: this.stopped.signal, onProcess };
    this.mapspace = mapspace;
    this.options = options;
    this.log = log?.log ?? null;
    this.tell = tell;
    if (options.given !== undefined)
      this.given = log?.contents.given.get(printCompact(options.given, mapspace.workload)) ?? null;
    const random = new Prng(options.seed);
    this.space = new MappingSpace(mapspace, random);
    this.optimiser = new BayesianOptimiser(this.space, { random }, sources);
    for (const { point, value, failure } of log?.contents.results ?? []) {
      const proposal = this.recall(point);
      if (proposal !== null) this.take(proposal, value, failure, true);
    }
    for (const { point } of log?.contents.unfinished ?? []) {
      const proposal = this.recall(point);
      if (proposal === null) continue;
      this.optimiser.expect(proposal);
      this.waiting.push(proposal);
    }
    this.inARow = 0;
  }

  async run(): Promise<ExternalResult> {
    const { jobs, evaluations, patience } = this.options;
    let gaveUp: string | null = null;
    const worker = async (first: boolean) => {
      if (first) await this.measureGiven();
      for (;;) {
        await this.pauseOver;
        if (this.stopped.signal.aborted || gaveUp !== null || this.evaluations + this.started >= evaluations) return;
        const again = this.waiting.shift();
        const proposal = again ?? this.optimiser.ask(1)[0];
        if (proposal === undefined) return;
        if (again === undefined) this.log?.asked({ point: [...proposal.u] });
        this.started++;
        const failure = await this.evaluate(proposal);
        this.started--;
        if (failure !== null && this.inARow >= patience) {
          gaveUp = `${this.inARow} evaluations in a row gave no number; the last: ${failure}`;
        }
      }
    };
    try {
      await Promise.all(Array.from({ length: jobs }, (_, i) => worker(i === 0)));
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
    return {
      evaluations: this.evaluations,
      failures: this.failures,
      best: this.best,
      given: this.given,
      gaveUp,
      sensitivity: this.best === null || this.stopped.signal.aborted ? null : this.sensitivity(),
    };
  }

  /** Ends every command at once. Their points have no result in the log, so that the next search runs them again. */
  stop(): void {
    this.stopped.abort();
    this.resume();
  }

  /** No further command starts; those that run come to their end. */
  pause(): void {
    this.pauseOver ??= new Promise((resolve) => {
      this.goOn = resolve;
    });
  }

  resume(): void {
    this.pauseOver = null;
    this.goOn();
  }

  /** What the cost hangs on, as far as it is known. */
  sensitivity(): readonly Influence[] | null {
    return sensitivity(this.space, this.optimiser);
  }

  /** A point of the log, unless the space no longer knows it. */
  private recall(point: readonly number[]): Proposal | null {
    if (point.length !== this.space.variables) return null;
    const u = Float64Array.from(point);
    const look = this.space.look(u);
    return look === null ? null : { u, ...look };
  }

  private mappingOf(proposal: Proposal): Mapping {
    this.space.encoder.decode(proposal.u, this.space.point);
    return this.mapspace.mapping(this.space.point);
  }

  private async measureGiven(): Promise<void> {
    const { given } = this.options;
    if (given === undefined || this.given !== null) return;
    await this.pauseOver;
    const { workload } = this.mapspace;
    const result = await this.measure(given, workload);
    if (!("value" in result)) return;
    this.given = result.value;
    this.log?.given({ given: printCompact(given, workload), value: result.value });
  }

  /** Runs the command for one mapping. */
  private async measure(mapping: Mapping, workload: Workload): Promise<CommandResult> {
    const parts = exportTimeloopParts(this.mapspace.architecture, workload, mapping);
    const folder = mkdtempSync(join(this.folder, "point-"));
    const write = (name: string, text: string) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    const paths = {
      arch: write("architecture.yaml", parts.architecture),
      problem: write("problem.yaml", parts.problem),
      mapping: write("mapping.yaml", parts.mapping),
      tables: write("tables.yaml", parts.tables),
      design: write("design.yaml", parts.architecture + parts.problem + parts.mapping + parts.tables),
    };
    const result = await runCommand(fillTemplate(this.options.command, paths), this.options, this.hooks);
    rmSync(folder, { recursive: true, force: true });
    return result;
  }

  /** Runs the command for one point; the failure, where there is one. */
  private async evaluate(proposal: Proposal): Promise<string | null> {
    const mapping = this.mappingOf(proposal);
    const workload = this.mapspace.workloadOf(this.space.point);
    const begin = performance.now();
    const result = await this.measure(mapping, workload);
    if (this.stopped.signal.aborted) return null;
    const value = "value" in result ? result.value : null;
    const failure = "failure" in result ? result.failure : undefined;
    this.log?.finished({
      point: [...proposal.u],
      value,
      ...(failure === undefined ? {} : { failure }),
      seconds: Math.round(performance.now() - begin) / 1000,
      mapping: printCompact(mapping, workload),
      features: [...proposal.features],
    });
    this.take(proposal, value, failure, false);
    return failure ?? null;
  }

  private take(proposal: Proposal, value: number | null, failure: string | undefined, resumed: boolean): void {
    this.optimiser.tell(proposal, value);
    this.evaluations++;
    let mapping: Mapping | undefined;
    if (value === null) {
      this.failures++;
      this.inARow++;
    } else {
      this.inARow = 0;
      if (this.best === null || value < this.best.value) {
        mapping = this.mappingOf(proposal);
        this.best = { value, mapping, workload: this.mapspace.workloadOf(this.space.point) };
      }
    }
    this.tell({ evaluations: this.evaluations, value, failure, best: this.best?.value ?? null, mapping, resumed });
  }
}
