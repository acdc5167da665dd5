import type { DataSpace, Workload } from "../types.ts";
import type { Nest } from "./nest.ts";

/** How the nest moves and sizes the tile of one data space. */
export interface Projection {
  ranks: number;
  dimensions: number;
  /** `coefficient[rank · dimensions + d]`. */
  coefficient: Float64Array;
  /** Per loop of the nest: the ranks it moves and by how much per pass. */
  moves: readonly Move[];
}

export interface Move {
  ranks: Int32Array;
  steps: Float64Array;
}

export function project(workload: Workload, space: DataSpace, nest: Nest): Projection {
  const dimensions = workload.dimensions.length;
  const ranks = space.ranks.length;
  const coefficient = new Float64Array(ranks * dimensions);
  space.ranks.forEach((terms, r) => {
    for (const term of terms) coefficient[r * dimensions + term.dimension] += term.coefficient;
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
  return { ranks, dimensions, coefficient, moves };
}

/** Moves a position by `by` passes of a loop. */
export function shiftBy(position: Float64Array, move: Move, by: number): void {
  for (let k = 0; k < move.ranks.length; k++) position[move.ranks[k]] += by * move.steps[k];
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

/** Words in a tile with these extents. */
export function tileSize(extents: Float64Array): number {
  let size = 1;
  for (const extent of extents) size *= extent;
  return size;
}
