/** How large a tile is by its loops alone: exact where no loop has a residual and no network divides the tile. */

import type { DataSpace, Mapping, Workload } from "../engine/model/types.ts";

/** Trips of each dimension within a level and at it, at most the bound. */
export function extentsAt({ dimensions }: Workload, { levels }: Mapping, level: number): number[] {
  const extents = dimensions.map(() => 1);
  for (const { temporal, spatialX, spatialY } of levels.slice(0, level + 1)) {
    for (const { dimension, factor } of [...temporal, ...spatialX, ...spatialY]) extents[dimension] *= factor;
  }
  return extents.map((extent, dimension) => Math.min(extent, dimensions[dimension].bound));
}

/** Words along one rank of a data space. */
export function rankWords(rank: DataSpace["ranks"][number], extents: readonly number[]): number {
  return rank.reduce((sum, { dimension, coefficient }) => sum + coefficient * (extents[dimension] - 1), 1);
}

/** Words of the data spaces that a level keeps: of its tiles, or with other extents. */
export function keptWords(
  workload: Workload,
  mapping: Mapping,
  level: number,
  extents: readonly number[] = extentsAt(workload, mapping, level),
): number {
  return workload.dataSpaces.reduce((sum, { ranks }, dataSpace) => {
    if (!mapping.levels[level].keep[dataSpace]) return sum;
    return sum + ranks.reduce((words, rank) => words * rankWords(rank, extents), 1);
  }, 0);
}
