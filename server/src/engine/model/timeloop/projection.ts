import type { Workload } from "../types.ts";
import type { Nest } from "./nest.ts";

/** All ranks of all data spaces in one flat list: data space p owns ranks `start[p]` up to `start[p + 1]`. */
export interface Projection {
  dataSpaces: number;
  ranks: number;
  start: Int32Array;
  /** `coefficient[rank · dimensions + d]`. */
  coefficient: Float64Array;
  dimensions: number;
  /** Per loop of the nest: the ranks it moves and by how much per pass. */
  moves: readonly Move[];
}

export interface Move {
  ranks: Int32Array;
  steps: Float64Array;
}

export function project(workload: Workload, nest: Nest): Projection {
  const dimensions = workload.dimensions.length;
  const start = new Int32Array(workload.dataSpaces.length + 1);
  workload.dataSpaces.forEach((space, p) => {
    start[p + 1] = start[p] + space.ranks.length;
  });
  const ranks = start[workload.dataSpaces.length];
  const coefficient = new Float64Array(ranks * dimensions);
  workload.dataSpaces.forEach((space, p) => {
    space.ranks.forEach((terms, r) => {
      for (const term of terms) coefficient[(start[p] + r) * dimensions + term.dimension] += term.coefficient;
    });
  });
  const moves: Move[] = [];
  for (let i = 0; i < nest.length; i++) {
    const d = nest.dimension[i];
    const moved: number[] = [];
    for (let r = 0; r < ranks; r++) if (coefficient[r * dimensions + d] !== 0) moved.push(r);
    moves.push({
      ranks: Int32Array.from(moved),
      steps: Float64Array.from(moved, (r) => coefficient[r * dimensions + d] * nest.stride[i]),
    });
  }
  return { dataSpaces: workload.dataSpaces.length, ranks, start, coefficient, dimensions, moves };
}

/**
 * Extent of every rank of the tile that the loops up to `level` cover. `lastMask` tells which imperfect dimensions are
 * in their very last pass and have their residual extent (Timeloop `GetCurrentWorkingSet`).
 */
export function rankExtents(projection: Projection, nest: Nest, level: number, lastMask: number): Float64Array {
  const { dimensions, coefficient, ranks } = projection;
  const extents = new Float64Array(ranks).fill(1);
  for (let d = 0; d < dimensions; d++) {
    const of = (lastMask & nest.lastBit[d]) !== 0 ? nest.residualExtent : nest.extent;
    const reach = of[level * dimensions + d] - 1;
    if (reach === 0) continue;
    for (let r = 0; r < ranks; r++) extents[r] += coefficient[r * dimensions + d] * reach;
  }
  return extents;
}

/** Words of each data space in a tile with these extents. */
export function tileSizes(projection: Projection, extents: Float64Array): Float64Array {
  const sizes = new Float64Array(projection.dataSpaces);
  for (let p = 0; p < projection.dataSpaces; p++) {
    let size = 1;
    for (let r = projection.start[p]; r < projection.start[p + 1]; r++) size *= extents[r];
    sizes[p] = size;
  }
  return sizes;
}
