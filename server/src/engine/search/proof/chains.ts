import type { Mapspace } from "../../mapspace/mapspace.ts";

/** One dimension with its spatial factors and the product its factors come to fixed; what is left are the temporal ones. */
export interface Chain {
  profile: number;
  bound: number;
  /** Spatial factor by level. */
  spatial: readonly number[];
  /** Product of all factors: the bound, or more where a spatial loop has a remainder. */
  top: number;
  /** Product of the temporal factors. */
  trips: number;
  /** Product of the spatial factors outside boundary b; boundary b lies inside everything of level b. */
  outside: readonly number[];
  /** Tile sizes that occur at each boundary: products of all factors inside it. */
  tiles: readonly (readonly number[])[];
  /** `next[b][i]`: which tiles at boundary b + 1 follow tile i, and `still[b][i]` the one with temporal factor 1, or −1. */
  next: readonly (readonly (readonly number[])[])[];
  still: readonly (readonly number[])[];
}

/** All chains of a dimension's profile, found by going through every factorisation. */
export function chainsOf(mapspace: Mapspace, d: number, profile: number): Chain[] {
  const { rules, workload, architecture } = mapspace;
  const nd = workload.dimensions.length;
  const levels = architecture.storage.length;
  const { bound: boundIndex, factors } = mapspace.profiles[d][profile];
  const bound = rules.bounds[d][boundIndex];
  const spatial = new Array<number>(levels).fill(1);
  rules.spreads.forEach(({ level }, s) => {
    spatial[level] = factors[s];
  });
  // By end: for each boundary the tiles, and for each tile those that follow it.
  const found = new Map<number, Map<number, Set<number>>[]>();
  const path = [1];
  const visit = (level: number, passes: number): void => {
    if (level === levels) {
      if (passes !== 1) return;
      const top = path[levels];
      let steps = found.get(top);
      if (steps === undefined) {
        steps = Array.from({ length: levels }, () => new Map());
        found.set(top, steps);
      }
      for (let b = 0; b < levels; b++) {
        const after = steps[b].get(path[b]) ?? new Set();
        steps[b].set(path[b], after.add(path[b + 1]));
      }
      return;
    }
    const s = spatial[level];
    if (s > passes) return;
    const left = Math.ceil(passes / s);
    const { min, max } = rules.factors[(2 * level + 1) * nd + d];
    for (let p = Math.max(1, min); p <= Math.min(max, left); p++) {
      if (left % p !== 0) continue;
      path[level + 1] = path[level] * s * p;
      visit(level + 1, left / p);
    }
  };
  visit(0, bound);
  const outside = new Array<number>(levels + 1).fill(1);
  for (let b = levels - 1; b >= 0; b--) outside[b] = outside[b + 1] * spatial[b];
  return [...found].map(([top, steps]) => {
    const tiles = steps.map((step) => [...step.keys()].sort((a, b) => a - b));
    tiles.push([top]);
    const next = steps.map((step, b) =>
      tiles[b].map((tile) => [...step.get(tile)!].map((t) => tiles[b + 1].indexOf(t)).sort((x, y) => x - y)),
    );
    const still = tiles
      .slice(0, levels)
      .map((list, b) => list.map((tile, i) => next[b][i].find((j) => tiles[b + 1][j] === tile * spatial[b]) ?? -1));
    return { profile, bound, spatial, top, trips: top / outside[0], outside, tiles, next, still };
  });
}
