import type { Mapspace } from "../../mapspace/mapspace.ts";
import type { TileRoom } from "./tiles.ts";

/** What one coordinate of (0, 1] (or one category) of a search decides. */
export type Variable =
  /** Weight of a dimension when it shares a fan-out; `slot` counts the levels with one. */
  | { kind: "spread"; slot: number; level: number; dimension: number }
  /** Share of a dimension in a tile; `bound` where the tile's capacity decides the common factor. */
  | { kind: "tile"; level: number; dimension: number; bound: boolean }
  /** Larger scores stand further out. */
  | { kind: "score"; level: number; dimension: number }
  /** Index of a permutation of the level's free loops. */
  | { kind: "order"; level: number; choices: number }
  | { kind: "keep"; level: number; dataSpace: number; choices: 2 };

/** Up to this many free loops, an order is a category; above, one score per loop. */
const mostPermuted = 3;

/** The choices that a mapspace leaves open, inner to outer. */
export function variablesOf(mapspace: Mapspace, room: TileRoom): Variable[] {
  const { workload, rules } = mapspace;
  const nd = workload.dimensions.length;
  const levels = rules.keep.length;
  const found: Variable[] = [];
  const each = (d: number) => workload.dimensions[d].bound > 1;
  for (let level = 0; level < levels; level++) {
    rules.keep[level].forEach((keep, dataSpace) => {
      if (keep === null) found.push({ kind: "keep", level, dataSpace, choices: 2 });
    });
    const slot = rules.spreads.findIndex((s) => s.level === level);
    if (slot >= 0) {
      const spread = workload.dimensions
        .map((_, d) => d)
        .filter((d) => mapspace.profiles[d].some(({ factors }) => factors[slot] > 1));
      if (spread.length > 1) for (const dimension of spread) found.push({ kind: "spread", slot, level, dimension });
    }
    if (level < levels - 1) {
      for (let dimension = 0; dimension < nd; dimension++) {
        if (!each(dimension) || rules.factors[(2 * level + 1) * nd + dimension].max <= 1) continue;
        const kept = rules.keep[level];
        const bound = kept.some((keep, v) => keep !== false && room.depends(v, dimension));
        const sure = kept.reduce((mask, keep, v) => (keep === true ? mask | (1 << v) : mask), 0);
        const least = Array.from({ length: nd }, (_, d) => (d === dimension ? 2 : 1));
        if (room.fits(level, sure, least)) found.push({ kind: "tile", level, dimension, bound });
      }
    }
    const free = rules.orders[level].free.filter(each);
    if (free.length > mostPermuted) for (const dimension of free) found.push({ kind: "score", level, dimension });
    else if (free.length > 1) found.push({ kind: "order", level, choices: free.length === 2 ? 2 : 6 });
  }
  return found;
}
