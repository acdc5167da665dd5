import { differentSums } from "../../numeric/sums.ts";
import { type Nest, temporal } from "./nest.ts";
import type { Part, Projection } from "./projection.ts";

/** Scratch to count different offsets along a rank: a mark per place, renewed by counting up. */
export class OffsetMarks {
  readonly places: Int32Array;
  offsets = new Float64Array(1024);
  mark = 0;

  constructor(projections: readonly Projection[]) {
    const ranks = projections.flatMap((p) =>
      p.parts.filter((part) => part.dimensions.length > 1).flatMap((p) => p.ranks),
    );
    this.places = new Int32Array(ranks.reduce((most, rank) => Math.max(most, rank.words), 1));
  }
}

/**
 * Different places of a part's tiles among the children of one parent, all of whose loops are full: for two loops in
 * closed form, for more by marking offsets. 0 where a part of several ranks would need more.
 */
export function distinctOffsets(
  nest: Nest,
  { parts, partOf }: Projection,
  index: number,
  inside: number,
  end: number,
  scratch: OffsetMarks,
): number {
  const part = parts[index];
  let total = 1;
  let loops = 0;
  let one = -1;
  let several = false;
  let p = 0;
  let q = 0;
  for (let i = inside; i < end; i++) {
    if (nest.axis[i] === temporal || partOf[nest.dimension[i]] !== index) continue;
    total *= nest.factor[i];
    if (loops === 0) p = i;
    else q = i;
    loops++;
    if (one >= 0 && one !== nest.dimension[i]) several = true;
    one = nest.dimension[i];
  }
  if (!several) return total;
  if (part.ranks.length > 1) return 0;
  if (loops === 2) {
    return differentSums(moveOf(nest, part, p), nest.factor[p], moveOf(nest, part, q), nest.factor[q]);
  }
  if (scratch.offsets.length < total) scratch.offsets = new Float64Array(2 * total);
  scratch.mark++;
  const { offsets, places, mark } = scratch;
  offsets[0] = 0;
  let count = 1;
  for (let i = inside; i < end; i++) {
    if (nest.axis[i] === temporal || partOf[nest.dimension[i]] !== index) continue;
    const by = moveOf(nest, part, i);
    const before = count;
    for (let digit = 1; digit < nest.factor[i]; digit++) {
      for (let k = 0; k < before; k++) offsets[count++] = offsets[k] + digit * by;
    }
  }
  let distinct = 0;
  for (let k = 0; k < count; k++) {
    if (places[offsets[k]] === mark) continue;
    places[offsets[k]] = mark;
    distinct++;
  }
  return distinct;
}

function moveOf(nest: Nest, part: Part, i: number): number {
  const rank = part.ranks[0];
  return rank.coefficients[rank.dimensions.indexOf(nest.dimension[i])] * nest.stride[i];
}
