/** The worker's side of a search that many workers share: blocks on demand, or one search that cannot be shared. */

import { createMapspace } from "../engine/mapspace/build.ts";
import type { Conflict, MapspaceConstraints, MapspaceKind } from "../engine/mapspace/constraints.ts";
import type { Mapspace } from "../engine/mapspace/mapspace.ts";
import type { LatencyModelFile } from "../engine/model/learned/latency-model.ts";
import type { Architecture, Workload } from "../engine/model/types.ts";
import { bayesSearch } from "../engine/search/bayes/bayes.ts";
import { type BlockSettings, runBlock } from "../engine/search/blocks.ts";
import { exactSearch } from "../engine/search/exact/exact.ts";
import { gpSearch } from "../engine/search/gp/gp.ts";
import { gradientSearch } from "../engine/search/gradient/strategy.ts";
import type { Objective } from "../engine/search/objective.ts";
import type { SearchProgress } from "../engine/search/progress.ts";
import { type BlockResult, Trial } from "../engine/search/sampler.ts";

export interface MapspaceJob {
  architecture: Architecture;
  workload: Workload;
  kind: MapspaceKind;
  constraints: MapspaceConstraints;
}

/** Strategies that one worker runs from beginning to end. */
const alone = { exact: exactSearch, gradient: gradientSearch, gp: gpSearch, bayes: bayesSearch } as const;
export type LoneStrategy = keyof typeof alone;

export function isLone(strategy: string): strategy is LoneStrategy {
  return Object.hasOwn(alone, strategy);
}

export type ToBlocks =
  | { type: "mapspace"; job: MapspaceJob }
  | { type: "block"; settings: BlockSettings; index: number }
  /** Nothing is tried while held. */
  | { type: "hold"; held: boolean }
  | {
      type: "alone";
      strategy: LoneStrategy;
      objective: Objective;
      seed: number;
      evaluations: number | null;
      certify: boolean;
      /** Gradient search: cycles are those that this model expects. */
      latency?: LatencyModelFile;
    };

/** `tried`: energy and cycles, in turn, of some mappings tried since the last message. */
export type FromBlocks =
  | { type: "block-done"; index: number; result: BlockResult; tried: number[] }
  /** What an unfinished block has found so far. */
  | { type: "block-progress"; index: number; result: BlockResult; tried: number[] }
  | { type: "progress-alone"; progress: SearchProgress }
  | { type: "contradiction"; conflict: Conflict }
  | { type: "broken"; error: string };

const postMs = 100;

/** Numbers in `tried` at most: a picture needs no more. */
const mostTried = 32;

/** True for messages of this protocol; the others are an explorer's. */
export function isForBlocks(message: { type: string }): message is ToBlocks {
  return ["mapspace", "block", "hold", "alone"].includes(message.type);
}

/** What the worker's surroundings give it. */
export interface BlockSurroundings {
  now(): number;
  post(message: FromBlocks): void;
  /** Runs the next slice of a search after messages that wait. */
  later(slice: () => void): void;
}

const sliceMs = 25;

/** Answers messages. Who wants work stopped ends the worker. */
export function blocksFor({ now, post, later }: BlockSurroundings): (message: ToBlocks) => void {
  let mapspace: Mapspace | undefined;
  let trial: Trial | undefined;
  let held = false;
  /** The slice to go on with. */
  let waiting: (() => void) | null = null;
  const answer = (message: ToBlocks): void => {
    if (message.type === "mapspace") {
      const { architecture, workload, kind, constraints } = message.job;
      const built = createMapspace(architecture, workload, kind, constraints);
      mapspace = built.mapspace;
      trial = undefined;
      if (built.conflict !== undefined) post({ type: "contradiction", conflict: built.conflict });
      return;
    }
    if (message.type === "hold") {
      held = message.held;
      const slice = waiting;
      if (held || slice === null) return;
      waiting = null;
      slice();
      return;
    }
    if (mapspace === undefined) return;
    if (message.type === "block") {
      const tried = trial ?? new Trial(mapspace, message.settings.objective);
      trial = tried;
      const { settings, index } = message;
      const block = runBlock(mapspace, tried, settings, index);
      let told = now();
      let costs: number[] = [];
      inSlices(() => {
        const { value: result, done } = block.next();
        const { energyPj, cycles } = tried.cost;
        if (costs.length < mostTried && energyPj !== costs.at(-2)) costs.push(energyPj, cycles);
        if (done) post({ type: "block-done", index, result, tried: costs });
        else if (now() - told >= postMs) {
          told = now();
          post({ type: "block-progress", index, result: tried.result(), tried: costs });
          costs = [];
        }
        return done === true;
      });
      return;
    }
    const search = alone[message.strategy](mapspace, message);
    let posted = now();
    let value = Number.POSITIVE_INFINITY;
    inSlices(() => {
      const { value: progress, done } = search.next();
      if (done) return true;
      const better = (progress.best?.value ?? Number.POSITIVE_INFINITY) < value;
      if (!better && !progress.done && now() - posted < postMs) return false;
      value = progress.best?.value ?? value;
      posted = now();
      post({ type: "progress-alone", progress });
      return false;
    });
  };
  /** Steps until one says it is done, in slices between messages. */
  const inSlices = (step: () => boolean): void => {
    const slice = (): void => {
      if (held) {
        waiting = slice;
        return;
      }
      const until = now() + sliceMs;
      while (now() < until) if (step()) return;
      later(() => guarded(slice));
    };
    slice();
  };
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      post({ type: "broken", error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  };
  return (message) => guarded(() => answer(message));
}
