import type { NetworkRecord } from "../counts.ts";
import type { AccessRecord } from "./records.ts";

/**
 * One storage level seen by one data space while Timeloop's `tiling.cpp` turns traffic into reads, fills and updates.
 * The steps of `collapse.ts` change it in order.
 */
export interface Tile {
  /** Words of the largest tile; 0 once the level turns out to bypass the data space. */
  size: number;
  /** Words of capacity the tile takes: its size before an "M:N" network divides it. */
  held: number;
  partition: number;
  /** Tile of all children of one parent, by which the next inner level's partition is divided. */
  partitionDivisor: number;
  records: AccessRecord[];
  distributed: NetworkRecord[];
  /** Words one instance delivers to its children, one per group. */
  contentAccesses: number;
  /** Words one instance takes from its parent. */
  parentShare: number;
  linkTransfers: number;
  peerAccesses: number;
  peerFills: number;
  fanout: number;
  /** Used instances. */
  instances: number;
  rmwFirstUpdate: boolean;
  noCoalesce: boolean;
  reads: number;
  fills: number;
  updates: number;
  temporalReductions: number;
}

/** The next outer level that still holds tiles, or the number of levels. */
export function nextOuter(tiles: readonly Tile[], level: number): number {
  let outer = level + 1;
  while (outer < tiles.length && tiles[outer].size === 0) outer++;
  return outer;
}

/** `std::round` of C++: halves away from zero. */
export function roundHalfAway(x: number): number {
  return x < 0 ? -Math.floor(0.5 - x) : Math.floor(x + 0.5);
}
