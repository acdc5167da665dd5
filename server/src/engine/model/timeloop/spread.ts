import { type Nest, spatialX } from "./nest.ts";
import { type Projection, shiftBy } from "./projection.ts";

/** Where the children of one level take their tiles of one data space, relative to the first child's. */
export interface Spread {
  children: number;
  /** `offset[child · ranks + r]`: translation of the child's tile. */
  offset: Float64Array;
  /** Children with the same number have the same tile. */
  group: Int32Array;
}

/** The array the children sit on: Timeloop packs the ids of used children, row by row of this width. */
export interface Grid {
  width: number;
  height: number;
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
  let children = 0;
  const place = (level: number, mask: number): void => {
    if (level < inner) {
      for (let r = 0; r < ranks; r++) offsets.push(at[r]);
      children++;
      return;
    }
    const bit = nest.lastBit[nest.dimension[level]];
    const last = (mask & bit) !== 0;
    const trips = last ? nest.residual[level] : nest.end[level];
    const move = projection.moves[level];
    for (let i = 0; i < trips; i++) {
      place(level - 1, last && i + 1 >= nest.residual[level] ? mask : mask & ~bit);
      shiftBy(at, move, 1);
    }
    shiftBy(at, move, -trips);
  };
  place(outer, lastMask);
  const offset = Float64Array.from(offsets);
  return { children, offset, group: groupEqual(offset, children, ranks) };
}

/** Numbers children by their offset; offsets are not negative, so a mixed radix tells them apart. */
function groupEqual(offset: Float64Array, children: number, ranks: number): Int32Array {
  const weight = new Float64Array(ranks);
  let radix = 1;
  for (let r = 0; r < ranks; r++) {
    let most = 0;
    for (let c = 0; c < children; c++) most = Math.max(most, offset[c * ranks + r]);
    weight[r] = radix;
    radix *= most + 1;
  }
  const group = new Int32Array(children);
  const known = new Map<number, number>();
  for (let c = 0; c < children; c++) {
    let key = 0;
    for (let r = 0; r < ranks; r++) key += offset[c * ranks + r] * weight[r];
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
