/** What bounds the speed of a mapping. */

import type { Architecture, Evaluation } from "../engine/model/types.ts";

export interface Bottleneck {
  /** "compute", or the storage level that is slowest. */
  by: "compute" | "bandwidth" | "network";
  /** Storage level index for `bandwidth`. */
  level?: number;
  name: string;
  cycles: number;
  /** Cycles the array alone would take. */
  computeCycles: number;
}

/** The largest of compute cycles and the levels' cycles; networks add theirs to the total. */
export function bottleneck(evaluation: Evaluation, architecture: Architecture): Bottleneck {
  const computeCycles = evaluation.compute.cycles;
  let slowest: Bottleneck = { by: "compute", name: architecture.compute.name, cycles: computeCycles, computeCycles };
  evaluation.levels.forEach((level, index) => {
    if (level.cycles > slowest.cycles) {
      slowest = { by: "bandwidth", level: index, name: level.name, cycles: level.cycles, computeCycles };
    }
  });
  return slowest;
}
