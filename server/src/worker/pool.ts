/** One search over several workers. The result does not depend on how many there are. */

import type { Conflict } from "../engine/mapspace/constraints.ts";
import type { LatencyModelFile } from "../engine/model/learned/latency-model.ts";
import { BlockMerge, type BlockSettings, type BlockStrategy, blockEvaluations } from "../engine/search/blocks.ts";
import type { SearchProgress } from "../engine/search/progress.ts";
import type { BlockResult } from "../engine/search/sampler.ts";
import { type FromBlocks, isLone, type LoneStrategy, type MapspaceJob, type ToBlocks } from "./blocks.ts";

/** A worker as the pool sees it: a thread of Node.js or a Web Worker. */
export interface PoolWorker {
  post(message: ToBlocks): void;
  /** Ends it at once, whatever it does. */
  end(): void;
}

export type SpawnPoolWorker = (receive: (message: FromBlocks) => void, died: (reason: string) => void) => PoolWorker;

export interface PoolSettings extends Omit<BlockSettings, "strategy"> {
  strategy: BlockStrategy | LoneStrategy;
  jobs: number;
  milliseconds: number | null;
  /** Exact search: labels with every progress, for a certificate of what is proven when it is stopped. */
  certify?: boolean;
  /** Gradient search: cycles are those that this model expects. */
  latency?: LatencyModelFile;
}

export interface PoolOutcome {
  progress: SearchProgress;
  /** False where time or the user ended it. */
  complete: boolean;
}

export class ContradictionError extends Error {
  readonly conflict: Conflict;

  constructor(conflict: Conflict) {
    super("the constraints leave no mapping");
    this.conflict = conflict;
  }
}

export interface RunningPool {
  outcome: Promise<PoolOutcome>;
  /** Nothing is tried while held; time goes on. */
  hold(held: boolean): void;
  /** Stops at once and keeps the best so far. */
  cancel(): void;
}

export interface Starter {
  spawn: SpawnPoolWorker;
  /** The others begin after so many milliseconds: whoever is done by then has not waited for them to start. */
  aloneMs: number;
}

/** Progress is told this often at most. */
const tellMs = 50;

/** Workers that are still starting when time is over may have this much more for a first mapping. */
const graceMs = 5_000;

/**
 * Starts a search.
 *
 * @param onProgress hears of it when something came in, with energy and cycles, in turn, of some mappings tried
 * @param starter works alone at first, and until one of the others has something to tell
 */
export function startPool(
  spawn: SpawnPoolWorker,
  job: MapspaceJob,
  settings: PoolSettings,
  onProgress: (progress: SearchProgress, tried: readonly number[]) => void,
  starter?: Starter,
): RunningPool {
  const workers: PoolWorker[] = [];
  let held = false;
  let cancel = () => {};
  const outcome = new Promise<PoolOutcome>((resolve, reject) => {
    let over = false;
    /** Time is over, but nothing is found yet. */
    let late = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let others: ReturnType<typeof setTimeout> | undefined;
    const close = () => {
      over = true;
      clearTimeout(timer);
      clearTimeout(others);
      for (const worker of workers) worker.end();
    };
    const fail = (error: Error) => {
      if (over) return;
      close();
      reject(error);
    };
    const { strategy } = settings;
    const run = isLone(strategy) ? new LoneRun(strategy) : new BlockRun({ ...settings, strategy });
    const finish = (complete: boolean) => {
      if (over) return;
      close();
      resolve({ progress: run.last(), complete });
    };
    cancel = () => finish(false);
    const timeIsOver = () => {
      if (run.last().best !== null) return finish(false);
      late = true;
      timer = setTimeout(() => finish(false), graceMs);
    };
    if (settings.milliseconds !== null) timer = setTimeout(timeIsOver, settings.milliseconds);
    /** Have others than the starter come to work? */
    let started = false;
    let tried: number[] = [];
    let told = Number.NEGATIVE_INFINITY;
    const add = (spawnOne: SpawnPoolWorker, starts: boolean) => {
      const receive = (message: FromBlocks) => {
        if (over) return;
        if (message.type === "broken") return fail(new Error(message.error));
        if (message.type === "contradiction") return fail(new ContradictionError(message.conflict));
        started ||= !starts;
        run.take(message);
        if ("tried" in message) tried.push(...message.tried);
        // Small blocks come by the hundred a second, and putting together what is not yet merged takes time.
        if (run.done || performance.now() - told >= tellMs) {
          onProgress(run.last(), tried);
          tried = [];
          told = performance.now();
        }
        if (run.done) finish(true);
        else if (late && run.last().best !== null) finish(false);
        else if (message.type === "block-done" && !(starts && started)) run.feed(worker);
      };
      let worker: PoolWorker;
      try {
        worker = spawnOne(receive, (reason) => fail(new Error(reason)));
      } catch (error) {
        return fail(error as Error);
      }
      workers.push(worker);
      worker.post({ type: "mapspace", job });
      if (held) worker.post({ type: "hold", held });
      run.feed(worker, settings);
    };
    const addOthers = () => {
      for (let i = isLone(strategy) ? 1 : Math.max(1, settings.jobs); i > 0; i--) add(spawn, false);
    };
    if (starter === undefined) addOthers();
    else {
      add(starter.spawn, true);
      others = setTimeout(addOthers, starter.aloneMs);
    }
    if (run.done) finish(true);
  });
  return {
    outcome,
    hold: (whether) => {
      held = whether;
      for (const worker of workers) worker.post({ type: "hold", held });
    },
    cancel: () => cancel(),
  };
}

interface Run {
  readonly done: boolean;
  last(): SearchProgress;
  take(message: FromBlocks): void;
  feed(worker: PoolWorker, settings?: PoolSettings): void;
}

class LoneRun implements Run {
  private readonly strategy: LoneStrategy;
  private progress: SearchProgress;

  constructor(strategy: LoneStrategy) {
    this.strategy = strategy;
    this.progress = { evaluations: 0, valid: 0, best: null, bound: strategy === "exact" ? 0 : null, done: false };
  }

  get done(): boolean {
    return this.progress.done;
  }

  last(): SearchProgress {
    return this.progress;
  }

  take(message: FromBlocks): void {
    if (message.type === "progress-alone") this.progress = message.progress;
  }

  feed(worker: PoolWorker, settings?: PoolSettings): void {
    if (settings === undefined) return;
    const { objective, seed, evaluations, certify = false, latency } = settings;
    worker.post({ type: "alone", strategy: this.strategy, objective, seed, evaluations, certify, latency });
  }
}

/** Hands out blocks in order and merges them in order, holding back those that come early. */
class BlockRun implements Run {
  private readonly settings: BlockSettings;
  private readonly merge: BlockMerge;
  /** Blocks done before one that comes first, and what unfinished ones have found. */
  private readonly early = new Map<number, BlockResult>();
  private readonly unfinished = new Map<number, BlockResult>();
  private next = 0;
  private merged = 0;

  constructor(settings: BlockSettings) {
    const { strategy, objective, seed, evaluations, victory } = settings;
    this.settings = { strategy, objective, seed, evaluations, victory };
    this.merge = new BlockMerge(this.settings);
  }

  get done(): boolean {
    return this.merge.won || (this.merged >= this.next && blockEvaluations(this.settings, this.next) === null);
  }

  /** Whoever stops the search here keeps what blocks have found that are not yet merged. */
  last(): SearchProgress {
    return this.done
      ? this.merge.progress(true)
      : this.merge.preview([...this.early.values(), ...this.unfinished.values()]);
  }

  take(message: FromBlocks): void {
    if (message.type === "block-progress") this.unfinished.set(message.index, message.result);
    if (message.type !== "block-done") return;
    this.unfinished.delete(message.index);
    this.early.set(message.index, message.result);
    for (let block = this.early.get(this.merged); block !== undefined; block = this.early.get(this.merged)) {
      this.early.delete(this.merged++);
      this.merge.add(block);
    }
  }

  feed(worker: PoolWorker): void {
    if (blockEvaluations(this.settings, this.next) === null) return;
    worker.post({ type: "block", settings: this.settings, index: this.next++ });
  }
}
