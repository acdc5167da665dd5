import type { Grid } from "./spread.ts";

/** Words sent once to each of `scatter` groups of `multicast` children. */
export interface Pattern {
  multicast: number;
  scatter: number;
  /** Hops of one word to all members of all these groups, and the same if each member were served on its own. */
  hops: number;
  separateHops: number;
}

/** One parent, one child, no distance. */
export const singlePattern: readonly Pattern[] = [{ multicast: 1, scatter: 1, hops: 0, separateHops: 0 }];

/**
 * Groups of children with one and the same tile, counted by size. `without` marks children served by a neighbour.
 * `apart` sends to each child separately (Timeloop `ComputeAccurateMulticastedAccesses`).
 */
export function multicastPatterns(
  group: Int32Array,
  grid: Grid,
  apart: boolean,
  without: Uint8Array | null,
): Pattern[] {
  const members = new Map<number, number[]>();
  for (let c = 0; c < group.length; c++) {
    if (without !== null && without[c] !== 0) continue;
    const key = apart ? c : group[c];
    const list = members.get(key);
    if (list === undefined) members.set(key, [c]);
    else list.push(c);
  }
  const bySize = new Map<number, Pattern>();
  for (const list of members.values()) {
    let pattern = bySize.get(list.length);
    if (pattern === undefined) {
      pattern = { multicast: list.length, scatter: 0, hops: 0, separateHops: 0 };
      bySize.set(list.length, pattern);
    }
    pattern.scatter++;
    pattern.hops += hopsToReach(list, grid);
    pattern.separateHops += hopsOneByOne(list, grid);
  }
  return [...bySize.values()];
}

export function groupsServed(patterns: readonly Pattern[]): number {
  return patterns.reduce((sum, pattern) => sum + pattern.scatter, 0);
}

/**
 * Hops of one word to all these children: along the row to the farthest column, then from the middle of each used
 * column to its first and last member. Words enter at the left edge, half-way down.
 */
function hopsToReach(children: readonly number[], grid: Grid): number {
  const columns = new Map<number, { top: number; bottom: number }>();
  let farthest = 0;
  for (const child of children) {
    const column = child % grid.width;
    const row = Math.floor(child / grid.width);
    farthest = Math.max(farthest, column);
    const seen = columns.get(column);
    if (seen === undefined) columns.set(column, { top: row, bottom: row });
    else {
      seen.top = Math.min(seen.top, row);
      seen.bottom = Math.max(seen.bottom, row);
    }
  }
  const middle = (grid.height - 1) / 2;
  let hops = farthest;
  for (const { top, bottom } of columns.values()) {
    hops += Math.max(0, middle - top) + Math.max(0, bottom - middle);
  }
  return hops;
}

function hopsOneByOne(children: readonly number[], grid: Grid): number {
  const middle = (grid.height - 1) / 2;
  let hops = 0;
  for (const child of children) {
    hops += (child % grid.width) + Math.abs(Math.floor(child / grid.width) - middle);
  }
  return hops;
}
