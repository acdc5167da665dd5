import type { HardwareSizes } from "../../model/relaxed/hardware.ts";
import type { Architecture, Mapping } from "../../model/types.ts";

/** A network on the smallest hardware its mappings need, costed by the reference model. */
export interface NetworkResult {
  architecture: Architecture;
  sizes: HardwareSizes;
  /** One per layer. */
  mappings: readonly Mapping[];
  /** Sums over layers times their counts; the objective's value is made of these. */
  energyPj: number;
  cycles: number;
  value: number;
}

export interface CosearchProgress {
  /** Evaluations of the whole network: layers costed / layers. */
  evaluations: number;
  /** Least value found so far, `Infinity` before the first. */
  value: number;
  /** Set whenever `value` improved. */
  best: NetworkResult | null;
  /** Starts begun so far. */
  start: number;
  /** Where a run may be resumed so that it ends as if never stopped; set between starts. */
  checkpoint?: CosearchCheckpoint;
  done: boolean;
}

export interface CosearchCheckpoint {
  /** Next start to run, and what the ones before it spent. */
  start: number;
  evaluations: number;
  /** Value of the best start point so far; starts far above it are drawn again (as published). */
  bestStart: number;
}

export type Cosearch = Generator<CosearchProgress, NetworkResult | null>;
