import type { Mapping } from "../model/types.ts";
import type { Variable } from "./bayes/variables.ts";

/** A mapping found, with its cost by the reference model. */
export interface Incumbent {
  mapping: Mapping;
  /** Bounds per dimension, above the workload's where the mapspace pads. */
  bounds: readonly number[];
  energyPj: number;
  cycles: number;
  /** Value of the objective. */
  value: number;
}

export interface FrontPoint {
  energyPj: number;
  cycles: number;
  mapping: Mapping;
}

/** How much of the variance of a surrogate's values one choice explains (Sobol indices, 0..1). */
export interface Influence {
  variable: Variable;
  /** Alone. */
  first: number;
  /** Together with all others. */
  total: number;
}

/** What every strategy tells while it runs; the last one is the result. */
export interface SearchProgress {
  /** Mappings tried, and those of them the hardware can hold. */
  evaluations: number;
  valid: number;
  best: Incumbent | null;
  /** No mapping of the mapspace is better than this, as far as proven; `null` where the strategy proves nothing. */
  bound: number | null;
  done: boolean;
  /** Best energies for each number of cycles and the reverse, by ascending energy; strategies that keep one tell it. */
  front?: readonly FrontPoint[];
  /** Costs of some mappings tried since the last progress, for pictures of where a search is: energy in pJ and cycles in turn. */
  tried?: readonly number[];
  /** What the objective hangs on, most first; strategies with a surrogate tell it now and then. */
  sensitivity?: readonly Influence[];
}

/** A search in steps: whoever iterates owns the time and stops by ceasing to. */
export type Search<R extends SearchProgress = SearchProgress> = Generator<R, R>;
