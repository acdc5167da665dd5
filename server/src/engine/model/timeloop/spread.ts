import { type Nest, spatialX } from "./nest.ts";
import type { Projection } from "./projection.ts";

/** Where the children of one level sit, and how far each one's tile is from the first child's. */
export interface Spread {
  children: number;
  /** `offset[child · ranks + r]`: translation of the child's tile, flat ranks of all data spaces. */
  offset: Float64Array;
  /** Per data space: children with the same number have the same tile. */
  group: readonly Int32Array[];
}

/** The array the children are numbered on, row by row: Timeloop packs ids of used children, hops use this width. */
export interface Grid {
  width: number;
  height: number;
}

/** Words sent once to each of `scatter` groups of `multicast` children. */
export interface Pattern {
  multicast: number;
  scatter: number;
  /** Hops of one word to all members of all these groups, and the same if each member were served on its own. */
  hops: number;
  separateHops: number;
}

/**
 * Children of the spatial loops `inner`..`outer`, outermost slowest, when the dimensions in `lastMask` are in their
 * last pass outside these loops (Timeloop `NestAnalysis::FillSpatialDeltas`).
 */
export function spreadChildren(
  nest: Nest,
  projection: Projection,
  inner: number,
  outer: number,
  lastMask: number,
): Spread {
  const { ranks } = projection;
  const offsets: number[] = [];
  const at = new Float64Array(ranks);
  const place = (level: number, mask: number): void => {
    if (level < inner) {
      for (let r = 0; r < ranks; r++) offsets.push(at[r]);
      return;
    }
    const bit = nest.lastBit[nest.dimension[level]];
    const last = (mask & bit) !== 0;
    const trips = last ? nest.residual[level] : nest.end[level];
    const move = projection.moves[level];
    for (let i = 0; i < trips; i++) {
      place(level - 1, last && i + 1 >= nest.residual[level] ? mask : mask & ~bit);
      for (let k = 0; k < move.ranks.length; k++) at[move.ranks[k]] += move.steps[k];
    }
    for (let k = 0; k < move.ranks.length; k++) at[move.ranks[k]] -= move.steps[k] * trips;
  };
  place(outer, lastMask);
  const children = offsets.length / ranks;
  const offset = Float64Array.from(offsets);
  const group: Int32Array[] = [];
  for (let p = 0; p < projection.dataSpaces; p++) {
    group.push(groupEqual(offset, children, ranks, projection.start[p], projection.start[p + 1]));
  }
  return { children, offset, group };
}

function groupEqual(offset: Float64Array, children: number, ranks: number, from: number, to: number): Int32Array {
  const group = new Int32Array(children);
  const known = new Map<string, number>();
  for (let c = 0; c < children; c++) {
    const key = offset.subarray(c * ranks + from, c * ranks + to).join();
    let number = known.get(key);
    if (number === undefined) {
      number = known.size;
      known.set(key, number);
    }
    group[c] = number;
  }
  return group;
}

export function gridOf(nest: Nest, inner: number, outer: number, fanout: { x: number; y: number }): Grid {
  let width = 1;
  let height = 1;
  for (let i = inner; i <= outer; i++) {
    if (nest.kind[i] === spatialX) width *= nest.end[i];
    else height *= nest.end[i];
  }
  return { width: Math.max(width, fanout.x), height: Math.max(height, fanout.y) };
}

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
