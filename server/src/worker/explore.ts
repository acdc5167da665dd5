/**
 * One search in slices of time, so that whoever runs it can pause or stop it between two of them. Clock, messages
 * and the pause between slices come from outside: the same code runs in a thread, in a Web Worker and in place.
 */

import { createMapspace } from "../engine/mapspace/build.ts";
import type { MapspaceConstraints, MapspaceKind } from "../engine/mapspace/constraints.ts";
import type { LatencyModelFile } from "../engine/model/learned/latency-model.ts";
import type { Architecture, Mapping, Workload } from "../engine/model/types.ts";
import { ParetoFront } from "../engine/numeric/pareto.ts";
import { isBlockStrategy } from "../engine/search/blocks.ts";
import type { Objective } from "../engine/search/objective.ts";
import type { Incumbent, Influence, SearchProgress as LayerProgress } from "../engine/search/progress.ts";
import { type TrafficPoint, trafficCurve } from "../engine/search/traffic-curve.ts";
import { type Contradiction, type NetworkFound, type NetworkSubject, networkSearch } from "./network.ts";
import { ContradictionError, type RunningPool, type SpawnPoolWorker, startPool } from "./pool.ts";
import { poolInPlace } from "./pool-in-place.ts";
import { strategies } from "./strategies.ts";

/** What bounds every search. */
export interface SearchLimits {
  strategy: string;
  objective: Objective;
  seed: number;
  /** Mappings tried at most; `null` is no limit. */
  evaluations: number | null;
  milliseconds: number | null;
}

/** A command of the user as evaluator, and where its results are kept. */
export interface CommandEvaluator {
  /** With `{mapping}` or `{design}` and whatever else it needs. */
  command: string;
  timeoutMs: number;
  retries: number;
  /** Commands that run at a time. */
  jobs: number;
  /** Folder it runs in. */
  cwd?: string;
  /** Folder of the logs that interrupted searches go on from. */
  folder: string;
}

/** A search on one layer. */
export interface LayerJob extends SearchLimits {
  architecture: Architecture;
  workload: Workload;
  kind: MapspaceKind;
  constraints: MapspaceConstraints;
  /** A command instead of our model says what a mapping costs. */
  evaluator?: CommandEvaluator;
  /** Gradient search: cycles are those that this model expects. */
  latency?: LatencyModelFile;
}

/** A search on all layers of a network and the hardware. */
export interface NetworkJob extends SearchLimits, NetworkSubject {
  evaluator?: undefined;
  /** Cycles are those that this model expects. */
  latency?: LatencyModelFile;
}

export type ExploreJob = LayerJob | NetworkJob;

export interface FoundMapping {
  energyPj: number;
  cycles: number;
  mapping: Mapping;
  /** What the command said of it. */
  measured?: number;
}

export type ExploreState = "running" | "paused" | "done" | "stopped";

export interface ExploreProgress {
  type: "progress";
  state: ExploreState;
  evaluations: number;
  valid: number;
  elapsedMs: number;
  bound: number | null;
  /** Parts that changed since the last message. */
  best?: FoundMapping;
  /** The best of a search on a network. */
  network?: NetworkFound;
  /** Improvements: evaluations, milliseconds, value in turn. */
  curve: number[];
  front?: FoundMapping[];
  /** Mappings seen: energy, cycles in turn. */
  cloud: number[];
  sensitivity?: readonly Influence[];
  /** Something to be said of the run. */
  message?: string;
}

export type FromExplorer =
  | ExploreProgress
  | { type: "traffic"; points: TrafficPoint[]; complete: boolean }
  | ({ type: "conflict" } & Contradiction)
  | { type: "failed"; error: string }
  /** A process of the user's command starts or ends: whoever ends the thread ends those that run. */
  | { type: "process"; pid: number; runs: boolean };
export type ToExplorer =
  | { type: "start"; job: ExploreJob }
  | { type: "pause" | "resume" | "cancel" }
  | { type: "traffic"; architecture: Architecture; workload: Workload; milliseconds: number };

export interface Surroundings {
  now(): number;
  post(message: FromExplorer): void;
  /** Runs the next slice after messages that wait. */
  later(slice: () => void): void;
  /** Workers, where they can be had, for a search that several can share. */
  helpers?: { spawn: SpawnPoolWorker; count: number; afterMs: number };
}

type SearchProgress = LayerProgress & { network?: NetworkFound };

/** A stop waits for at most one slice. */
const sliceMs = 25;
const postMs = 100;
/** Of many workers' mappings, numbers in the cloud of one message: a picture shows no more. */
const mostCloud = 2000;

export class Explorer {
  private readonly job: ExploreJob;
  private readonly around: Surroundings;
  private search: Iterator<SearchProgress> | null = null;
  /** A search that others share, instead of `search`. */
  private pool: RunningPool | null = null;
  private last: SearchProgress | null = null;
  private state: ExploreState = "running";
  /** Time spent before the present stretch of running, and when that began. */
  private spentMs = 0;
  private since: number;
  private posted = Number.NEGATIVE_INFINITY;
  private value = Number.POSITIVE_INFINITY;
  private best: Incumbent | null = null;
  private improved = false;
  private curve: number[] = [];
  private cloud: number[] = [];
  private readonly front = new ParetoFront<Mapping>();
  private frontChanged = false;
  /** The front of the strategy that was taken over last. */
  private told: SearchProgress["front"];
  private sensitivityTold: SearchProgress["sensitivity"];

  constructor(job: ExploreJob, around: Surroundings) {
    this.job = job;
    this.around = around;
    this.since = around.now();
  }

  start(): void {
    this.around.later(() => this.guarded(() => this.prepare()));
  }

  pause(): void {
    if (this.state !== "running") return;
    this.spentMs = this.elapsed();
    this.state = "paused";
    this.pool?.hold(true);
    this.post();
  }

  resume(): void {
    if (this.state !== "paused") return;
    this.state = "running";
    this.since = this.around.now();
    this.post();
    if (this.pool !== null) this.pool.hold(false);
    else this.next();
  }

  cancel(): void {
    if (!this.ended()) this.finish("stopped");
  }

  private prepare(): void {
    if (this.state === "stopped") return;
    const { job } = this;
    if ("space" in job || !this.share(job)) this.searchAlone();
  }

  private searchAlone(): void {
    const { job } = this;
    const begun = "space" in job ? networkSearch(job, job) : layerSearch(job);
    if ("conflict" in begun) this.contradicted(begun);
    else {
      this.search = begun;
      this.slice();
    }
  }

  /** Searches with the helpers; false where there are none or the search cannot be shared. */
  private share({ strategy, objective, seed, evaluations, ...job }: LayerJob): boolean {
    const { helpers } = this.around;
    if (helpers === undefined || helpers.count < 2 || !isBlockStrategy(strategy)) return false;
    const { architecture, workload, kind, constraints } = job;
    const pool = startPool(
      helpers.spawn,
      { architecture, workload, kind, constraints },
      { strategy, objective, seed, evaluations, victory: null, milliseconds: null, jobs: helpers.count },
      (progress, tried) => this.hear(progress, tried),
      { spawn: poolInPlace, aloneMs: helpers.afterMs },
    );
    this.pool = pool;
    pool.outcome.then(
      ({ progress }) => {
        if (this.ended()) return;
        this.take(progress);
        this.finish("done");
      },
      (error) => {
        if (this.ended()) return;
        this.pool = null;
        if (error instanceof ContradictionError) this.contradicted({ layer: 0, conflict: error.conflict });
        // Not everybody who may be a worker may have some.
        else this.guarded(() => this.searchAlone());
      },
    );
    return true;
  }

  private hear(progress: SearchProgress, tried: readonly number[]): void {
    if (this.ended()) return;
    if (this.cloud.length < mostCloud) this.cloud.push(...tried);
    this.take(progress);
    const { milliseconds } = this.job;
    if (milliseconds !== null && this.elapsed() >= milliseconds) this.finish("done");
    else if (this.around.now() - this.posted >= postMs) this.post();
  }

  private contradicted(contradiction: Contradiction): void {
    this.state = "stopped";
    this.around.post({ type: "conflict", ...contradiction });
  }

  private ended(): boolean {
    return this.state === "done" || this.state === "stopped";
  }

  private next(): void {
    this.around.later(() => this.guarded(() => this.slice()));
  }

  private slice(): void {
    if (this.state !== "running" || this.search === null) return;
    const { evaluations, milliseconds } = this.job;
    const until = this.around.now() + sliceMs;
    do {
      const { value, done } = this.search.next();
      if (value !== undefined) this.take(value);
      const spent =
        (evaluations !== null && value !== undefined && value.evaluations >= evaluations) ||
        (milliseconds !== null && this.elapsed() >= milliseconds);
      if (done || value?.done || spent) {
        this.finish("done");
        return;
      }
    } while (this.around.now() < until);
    if (this.around.now() - this.posted >= postMs) this.post();
    this.next();
  }

  private take(progress: SearchProgress): void {
    this.last = progress;
    const { best, front, tried } = progress;
    if (tried !== undefined && this.cloud.length < mostCloud) this.cloud.push(...tried);
    if (front !== undefined && front !== this.told) {
      this.told = front;
      for (const { energyPj, cycles, mapping } of front) {
        if (!this.front.add(energyPj, cycles, () => mapping)) continue;
        this.frontChanged = true;
        this.cloud.push(energyPj, cycles);
      }
    }
    if (best === null || best.value > this.value) return;
    if (best.energyPj === this.best?.energyPj && best.cycles === this.best.cycles) return;
    this.best = best;
    this.improved = true;
    if (best.value < this.value) this.curve.push(progress.evaluations, this.elapsed(), best.value);
    this.value = best.value;
    this.cloud.push(best.energyPj, best.cycles);
    // A front holds mappings of one layer.
    if (progress.network !== undefined) return;
    if (this.front.add(best.energyPj, best.cycles, () => best.mapping)) this.frontChanged = true;
  }

  private finish(state: "done" | "stopped"): void {
    this.spentMs = this.elapsed();
    this.state = state;
    this.pool?.cancel();
    this.post();
  }

  private elapsed(): number {
    return this.spentMs + (this.state === "running" ? this.around.now() - this.since : 0);
  }

  private post(): void {
    const { last } = this;
    const message: ExploreProgress = {
      type: "progress",
      state: this.state,
      evaluations: last?.evaluations ?? 0,
      valid: last?.valid ?? 0,
      elapsedMs: this.elapsed(),
      bound: last?.bound ?? null,
      curve: this.curve,
      cloud: this.cloud,
    };
    if (this.improved && last?.best) {
      const { energyPj, cycles, mapping } = last.best;
      message.best = { energyPj, cycles, mapping };
      if (last.network !== undefined) message.network = last.network;
    }
    if (this.frontChanged) {
      message.front = this.front.points.map(({ x, y, value }) => ({ energyPj: x, cycles: y, mapping: value }));
    }
    if (last?.sensitivity !== this.sensitivityTold) {
      this.sensitivityTold = last?.sensitivity;
      message.sensitivity = last?.sensitivity;
    }
    this.improved = false;
    this.frontChanged = false;
    this.curve = [];
    this.cloud = [];
    this.posted = this.around.now();
    this.around.post(message);
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.state = "stopped";
      this.around.post({ type: "failed", error: error instanceof Error ? error.message : String(error) });
    }
  }
}

function layerSearch(job: LayerJob): Iterator<SearchProgress> | Contradiction {
  const { mapspace, conflict } = createMapspace(job.architecture, job.workload, job.kind, job.constraints);
  if (mapspace === undefined) return { layer: 0, conflict };
  const strategy = strategies.find(({ id }) => id === job.strategy);
  if (strategy === undefined) throw new Error(`there is no strategy “${job.strategy}”`);
  return strategy.search(mapspace, job);
}

/** Short searches are over sooner without helpers, which take a second to start and to become fast. */
export const helpersAfterMs = 2000;

/** Connects an explorer to messages: a thread's, a Web Worker's, or none but its owner's. */
export function explorerFor(around: Surroundings): (message: ToExplorer) => void {
  let explorer: Explorer | null = null;
  return (message) => {
    if (message.type === "start") {
      explorer = new Explorer(message.job, around);
      explorer.start();
    } else if (message.type === "traffic") exploreTraffic(message, around);
    else explorer?.[message.type]();
  };
}

/** The whole curve, or what is known of it when the time is over. */
function exploreTraffic(
  { architecture, workload, milliseconds }: Extract<ToExplorer, { type: "traffic" }>,
  { now, later, post }: Surroundings,
): void {
  const steps = trafficCurve(architecture, workload);
  const end = now() + milliseconds;
  const slice = () => {
    const until = now() + sliceMs;
    try {
      for (;;) {
        const { value, done } = steps.next();
        if (done || now() >= end) {
          post({ type: "traffic", points: value, complete: done === true });
          return;
        }
        if (now() >= until) break;
      }
    } catch (error) {
      post({ type: "failed", error: error instanceof Error ? error.message : String(error) });
      return;
    }
    later(slice);
  };
  later(slice);
}
