import type { Evaluation, Mapping, Workload } from "../types.ts";

/**
 * What a latency model sees of a mapping, all in natural logarithms (flags as 0 or 1): the model's own cycles and those of
 * the MACs, bounds, strides, every tiling factor, and which dimension stands innermost where.
 * Positions depend on the numbers of levels and dimensions alone, so gradients by factors can be read off.
 */
export interface FeatureLayout {
  levels: number;
  dimensions: number;
  size: number;
}

export function featureLayout(levels: number, dimensions: number): FeatureLayout {
  return { levels, dimensions, size: cyclesFeatures + 2 * dimensions + 3 * levels * dimensions };
}

/** Positions of the analytical cycles and of those of the MACs; how many such features there are. */
export const analyticalAt = 0;
export const computeAt = 1;
export const cyclesFeatures = 2;

/** Log factor of dimension `d` at `level`; `kind` 0 is spatial, 1 temporal. */
export function factorAt({ dimensions }: FeatureLayout, level: number, kind: 0 | 1, d: number): number {
  return cyclesFeatures + 2 * dimensions + (2 * level + kind) * dimensions + d;
}

export interface AnalyticalCycles {
  cycles: number;
  computeCycles: number;
}

export function analyticalCycles(evaluation: Evaluation): AnalyticalCycles {
  return { cycles: evaluation.cycles, computeCycles: evaluation.compute.cycles };
}

export function latencyFeatures(workload: Workload, mapping: Mapping, analytical: AnalyticalCycles): Float64Array {
  const levels = mapping.levels.length;
  const nd = workload.dimensions.length;
  const layout = featureLayout(levels, nd);
  const x = new Float64Array(layout.size);
  x[analyticalAt] = Math.log(Math.max(1, analytical.cycles));
  x[computeAt] = Math.log(Math.max(1, analytical.computeCycles));
  writeLayer(workload, x);
  const innermostAt = factorAt(layout, levels, 0, 0);
  mapping.levels.forEach((level, l) => {
    for (const loop of [...level.spatialX, ...level.spatialY]) {
      x[factorAt(layout, l, 0, loop.dimension)] += Math.log(loop.factor);
    }
    for (const loop of level.temporal) x[factorAt(layout, l, 1, loop.dimension)] += Math.log(loop.factor);
    const first = level.temporal.find((loop) => loop.factor > 1);
    if (first !== undefined) x[innermostAt + l * nd + first.dimension] = 1;
  });
  return x;
}

/** The part of the features that the layer alone decides. */
export function writeLayer({ dimensions, dataSpaces }: Workload, x: Float64Array): void {
  const nd = dimensions.length;
  dimensions.forEach(({ bound }, d) => {
    x[cyclesFeatures + d] = Math.log(bound);
  });
  // Strides and dilations: what one step of a dimension moves in any tensor.
  for (const { ranks } of dataSpaces) {
    for (const { dimension, coefficient } of ranks.flat()) {
      const at = cyclesFeatures + nd + dimension;
      x[at] = Math.max(x[at], Math.log(coefficient));
    }
  }
}
