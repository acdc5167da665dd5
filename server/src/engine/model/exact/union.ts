import { type ParentClass, parentClasses } from "./classes.ts";
import { type Nest, temporal } from "./nest.ts";
import { type Part, type Projection, rankExtent } from "./projection.ts";

/** Distinct words the instances of a level see over the run: all instances together, and the first one. */
export interface UnionWords {
  total: number;
  first: number;
}

/**
 * Point 6: U, the union of an instance's tiles. A part of one dimension has disjoint tiles and is summed in closed
 * form. Dimensions that share a rank are enumerated by distinct offset along their ranks (never by step), per class
 * of instances.
 */
export function unionWords(nest: Nest, projection: Projection, level: number): UnionWords {
  let total = 1;
  let first = 1;
  const classes = Array.from({ length: nest.dimensions }, (_, d) =>
    parentClasses(nest, d, level, level, null, projection.relevant[d] === 1),
  );
  for (let d = 0; d < nest.dimensions; d++) {
    if (projection.relevant[d] === 0) total *= classes[d].reduce((sum, c) => sum + c.multiplicity, 0);
  }
  for (const part of projection.parts) {
    let sum = 0;
    let own = 0;
    const choose = (k: number, chosen: ParentClass[]) => {
      if (k < part.dimensions.length) {
        for (const option of classes[part.dimensions[k]]) choose(k + 1, [...chosen, option]);
        return;
      }
      const words = unionOfPart(nest, part, level, chosen);
      sum += words * chosen.reduce((product, option) => product * option.multiplicity, 1);
      if (chosen.every((option) => option.first)) own += words;
    };
    choose(0, []);
    total *= sum;
    first *= own;
  }
  return { total, first };
}

/** Where the tiles of one dimension begin, in order; the last one may be shorter. */
function beginnings(nest: Nest, d: number, level: number, last: Float64Array): number[] {
  let values = [0];
  for (let i = 0; i < nest.before(level); i++) {
    if (nest.dimension[i] !== d || nest.axis[i] !== temporal) continue;
    const longer: number[] = [];
    values.forEach((value, k) => {
      const trips = k === values.length - 1 ? last[i] + 1 : nest.factor[i];
      for (let digit = 0; digit < trips; digit++) longer.push(value + digit * nest.stride[i]);
    });
    values = longer;
  }
  return values;
}

function unionOfPart(nest: Nest, part: Part, level: number, chosen: readonly ParentClass[]): number {
  const at = (level + 1) * nest.dimensions;
  const extents = new Float64Array(nest.dimensions);
  if (part.dimensions.length <= 1) {
    const [d] = part.dimensions;
    if (d === undefined) return 1;
    const words = (extent: number) => {
      extents[d] = extent;
      return part.ranks.reduce((product, rank) => product * rankExtent(rank, extents, 0), 1);
    };
    const { last, end } = chosen[0].children[0];
    let steps = 0;
    for (let i = 0; i < nest.before(level); i++) {
      if (nest.dimension[i] === d && nest.axis[i] === temporal) steps = steps * nest.factor[i] + last[i];
    }
    return steps * words(nest.extent[at + d]) + words(end);
  }

  // Boxes by where they begin and how long they are, each kept once.
  interface Begin {
    low: number[];
    extents: Float64Array;
  }
  let begins = new Map<string, Begin>([["", { low: part.ranks.map(() => 0), extents }]]);
  part.dimensions.forEach((d, k) => {
    const { last, end } = chosen[k].children[0];
    const values = beginnings(nest, d, level, last);
    const longer = new Map<string, Begin>();
    for (const begin of begins.values()) {
      values.forEach((value, n) => {
        const low = part.ranks.map((rank, r) => {
          const i = rank.dimensions.indexOf(d);
          return begin.low[r] + (i < 0 ? 0 : rank.coefficients[i] * value);
        });
        const own = begin.extents.slice();
        own[d] = n === values.length - 1 ? end : nest.extent[at + d];
        const key = `${low.join()}|${own.join()}`;
        if (!longer.has(key)) longer.set(key, { low, extents: own });
      });
    }
    begins = longer;
  });
  const boxes = [...begins.values()].map((begin) => ({
    low: begin.low,
    extent: part.ranks.map((rank) => rankExtent(rank, begin.extents, 0)),
  }));
  return part.ranks.length === 1
    ? unionOfIntervals(boxes.map(({ low, extent }) => [low[0], low[0] + extent[0]]))
    : unionOfBoxes(boxes);
}

function unionOfIntervals(intervals: [number, number][]): number {
  intervals.sort((a, b) => a[0] - b[0]);
  let words = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const [low, high] of intervals) {
    if (high <= reached) continue;
    words += high - Math.max(low, reached);
    reached = high;
  }
  return words;
}

/** Cut along the first rank at every edge; within a slab the remaining ranks decide. */
function unionOfBoxes(boxes: { low: number[]; extent: number[] }[]): number {
  if (boxes.length === 0) return 0;
  if (boxes[0].low.length === 1) return unionOfIntervals(boxes.map((b) => [b.low[0], b.low[0] + b.extent[0]]));
  const edges = [...new Set(boxes.flatMap((b) => [b.low[0], b.low[0] + b.extent[0]]))].sort((a, b) => a - b);
  let words = 0;
  for (let k = 0; k + 1 < edges.length; k++) {
    const within = boxes.filter((b) => b.low[0] <= edges[k] && b.low[0] + b.extent[0] >= edges[k + 1]);
    if (within.length === 0) continue;
    const rest = within.map((b) => ({ low: b.low.slice(1), extent: b.extent.slice(1) }));
    words += (edges[k + 1] - edges[k]) * unionOfBoxes(rest);
  }
  return words;
}
