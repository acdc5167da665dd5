import { differentSums } from "../../numeric/sums.ts";
import type { ExactProblem, Rank, Space } from "./problem.ts";
import type { Skeleton } from "./skeleton.ts";

/**
 * Lower bounds on the words of one transfer, by parts. A transfer runs between kept levels c (child; −1 is the
 * arithmetic) and o. Its *run* is the innermost stretch of temporal loops outside c that do not move the data space;
 * it ends in slot e + 1 (or inside it). Words = (what relevant loops make) × (what irrelevant loops outside the run repeat).
 * Equal to the exact count for perfect factors, but for the cases named at each part.
 */

/** Passes of dimension d that remain outside a boundary whose tile is `tile`. */
function passesOf(bound: number, tile: number): number {
  return Math.ceil(bound / tile);
}

/** How many times irrelevant loops of d repeat a transfer at the child and at the parent. `tile`: at boundary e. */
export function repeatsAtChild(sk: Skeleton, nd: number, d: number, c: number, e: number, tile: number): number {
  const between = sk.outside[(c + 1) * nd + d] / sk.outside[(e + 1) * nd + d];
  return visits(sk, d, between, c, e, tile);
}

export function repeatsAtParent(sk: Skeleton, nd: number, d: number, o: number, e: number, tile: number): number {
  if (o > e) {
    const collapsed = sk.outside[(e + 1) * nd + d] / sk.outside[(o + 1) * nd + d];
    return Math.ceil(passesOf(sk.bounds[d], tile) / collapsed);
  }
  return visits(sk, d, sk.outside[(o + 1) * nd + d] / sk.outside[(e + 1) * nd + d], o, e, tile);
}

/** Index pairs (spatial below e, everything outside e) on which something acts. */
function visits(sk: Skeleton, d: number, between: number, inner: number, e: number, tile: number): number {
  const passes = passesOf(sk.bounds[d], tile);
  if (between === 1) return passes;
  if (tile * passes === sk.bounds[d]) return between * passes;
  return between * (passes - 1) + (passes === 1 ? acting(sk, d, inner, e) : 1);
}

/** Instances of one dimension between two boundaries that surely act when the loops between run to their end. */
function acting(sk: Skeleton, d: number, inner: number, outer: number): number {
  let most = 1;
  for (let l = inner + 1; l <= outer; l++) most = Math.max(most, sk.spreads[d].spatial[l]);
  return most;
}

/** Words of a tile, by extents per dimension. */
export function tileWords(space: Space, extent: (d: number) => number): number {
  let words = 1;
  for (const { dimensions, coefficients } of space.ranks) {
    let length = 1;
    for (let i = 0; i < dimensions.length; i++) length += coefficients[i] * (extent(dimensions[i]) - 1);
    words *= length;
  }
  return words;
}

/** Is some spatial loop of d outside level c cut short in its last pass? */
export function isCutOutside(problem: ExactProblem, sk: Skeleton, d: number, c: number, tileAtChild: number): boolean {
  const n = sk.outside[(c + 1) * problem.dimensions + d];
  return n > 1 && tileAtChild * passesOf(sk.bounds[d], tileAtChild) !== sk.tops[d];
}

/**
 * Words that the relevant loops outside child c bring in, summed over its instances, once through. `tile(d)`: tiles at
 * boundary l, where the run ends; slot l + 1 holds the first relevant loop, one of `first` (none: the data space never
 * moves). The window's overlap is reused only from step to step of that loop (point 4 of `exact`): every other step
 * loads its whole tile, unless it continues the same stride, which is taken as possible wherever it cannot be excluded.
 * `trips`: iterations of the first loop, where they are known.
 */
export function relevantWords(
  problem: ExactProblem,
  sk: Skeleton,
  v: number,
  c: number,
  l: number,
  tile: ArrayLike<number>,
  first: readonly number[],
  trips: number | null = null,
): number {
  const space = problem.spaces[v];
  if (!space.regular) return 0;
  const nd = problem.dimensions;
  const { bounds, outside, tops } = sk;
  const tileAt = (d: number) => (tile[d] * outside[(l + 1) * nd + d]) / outside[(c + 1) * nd + d];

  let base = 1;
  let allPasses = 1;
  for (const { dimensions, coefficients } of space.ranks) {
    let passes = 1;
    let stretch = 1;
    for (let i = 0; i < dimensions.length; i++) {
      const d = dimensions[i];
      const t = passesOf(bounds[d], tileAt(d));
      passes *= t;
      stretch += coefficients[i] * (bounds[d] / t - 1);
    }
    base *= passes * stretch;
    allPasses *= passes;
  }
  if (first.length === 0) return base;

  let least = Number.POSITIVE_INFINITY;
  for (const rank of space.ranks) {
    for (let i = 0; i < rank.dimensions.length; i++) {
      const w = rank.dimensions[i];
      if (!first.includes(w) || tile[w] * outside[(l + 1) * nd + w] >= tops[w]) continue;
      const words = base - savedWords(problem, sk, rank, i, c, l, tile, base);
      const idle = idleVisits(problem, sk, w, c, l, tileAt(w), tile[w], trips);
      if (idle === 0) {
        least = Math.min(least, Math.max(words, sk.distinct[v]));
        continue;
      }
      // What such visits bring, and the step after each, is taken as nothing.
      const largest = tileWords(space, (d) => Math.min(tileAt(d), bounds[d]));
      least = Math.min(least, words - 2 * idle * largest * (allPasses / passesOf(bounds[w], tileAt(w))));
    }
  }
  return Number.isFinite(least) ? Math.max(0, least) : base;
}

/**
 * Instances along w that may be left with a single step of the first loop in their last pass, because they idle at the
 * end of it: then the loop does not move their tile. It takes a loop of two iterations.
 */
function idleVisits(
  problem: ExactProblem,
  sk: Skeleton,
  w: number,
  c: number,
  l: number,
  tileAtChild: number,
  tile: number,
  trips: number | null,
): number {
  if (!isCutOutside(problem, sk, w, c, tileAtChild)) return 0;
  const { outside, tops, bounds, spreads } = sk;
  const nd = problem.dimensions;
  const n = outside[(c + 1) * nd + w];
  const remaining = tops[w] / (tile * outside[(l + 1) * nd + w]);
  if (trips === null ? remaining % 2 !== 0 : trips !== 2) return 0;
  let level = -1;
  for (let m = c + 1; m < problem.levels; m++) {
    if (spreads[w].spatial[m] === 1) continue;
    if (level >= 0 || m > l + 1) return n - 1;
    level = m;
  }
  const passes = passesOf(bounds[w], tileAtChild);
  return n * Math.ceil(passes / n) - passes;
}

/**
 * Words that need not be loaded because steps along dimension `rank.dimensions[i]` slide the window. Where another
 * dimension of the rank moves the window by a multiple of that step, its steps may continue the slide, or undo the
 * return of the inner loop and load nothing.
 */
function savedWords(
  problem: ExactProblem,
  sk: Skeleton,
  rank: Rank,
  i: number,
  c: number,
  l: number,
  tile: ArrayLike<number>,
  base: number,
): number {
  const nd = problem.dimensions;
  const { bounds, outside, tops, spreads } = sk;
  const w = rank.dimensions[i];
  const stepOf = (k: number) =>
    rank.coefficients[k] * tile[rank.dimensions[k]] * spreads[rank.dimensions[k]].spatial[l + 1];
  let extent = 1;
  let passes = 1;
  let stretch = 1;
  let fullByOthers = 1;
  let fullByInstances = 1;
  let others = 0;
  let sliding = 1;
  let cut = false;
  for (let k = 0; k < rank.dimensions.length; k++) {
    const d = rank.dimensions[k];
    const inner = (tile[d] * outside[(l + 1) * nd + d]) / outside[(c + 1) * nd + d];
    const t = passesOf(bounds[d], inner);
    extent += rank.coefficients[k] * (Math.min(inner, bounds[d]) - 1);
    passes *= t;
    stretch += rank.coefficients[k] * (bounds[d] / t - 1);
    const n = inner * t === tops[d] ? outside[(c + 1) * nd + d] : acting(sk, d, c, problem.levels - 1);
    fullByInstances *= n;
    fullByOthers *= k === i ? n : t;
    cut ||= isCutOutside(problem, sk, d, c, inner);
    if (k !== i && tile[d] * outside[(l + 1) * nd + d] < tops[d]) {
      others++;
      const ratio = stepOf(k) / stepOf(i);
      const spread = outside[(l + 2) * nd + d] > 1 || outside[(l + 2) * nd + w] > 1;
      if (spread || others > 1) sliding = 1 / 2;
      else sliding = Math.max(1 / 2, 1 - idleShare(ratio));
    }
  }
  if (cut && others > 0) sliding = 1 / 2;
  const elsewhere = base / (passes * stretch);
  const overlap = Math.max(0, extent - stepOf(i));
  if (sliding === 1) return elsewhere * overlap * Math.max(0, passes - fullByOthers);
  const free = passes * (1 - sliding);
  return elsewhere * (free * extent + overlap * Math.max(0, passes - free - fullByInstances));
}

/**
 * Largest share of steps that can leave the window where it was: a step of the other dimension (`ratio` inner steps
 * long) that undoes the return of ratio + 1 inner ones, or an outer step of the inner dimension that undoes the return
 * of the other. At least every second step is one of the innermost loop and moves.
 */
function idleShare(ratio: number): number {
  let share = 0;
  if (Number.isInteger(ratio)) share += 1 / (ratio + 1);
  if (Number.isInteger(1 / ratio)) share += 1 / (2 * (1 / ratio + 1));
  return share;
}

/**
 * Share of the children's words that leave the parent, where several children along one rank may want the same:
 * distinct offsets over children. Exact between neighbouring levels with perfect factors; else the least possible
 * number of distinct sums.
 */
export function distinctShare(
  problem: ExactProblem,
  sk: Skeleton,
  v: number,
  c: number,
  o: number,
  tileAtChild: (d: number) => number,
): number {
  const nd = problem.dimensions;
  let share = 1;
  for (const { dimensions, coefficients } of problem.spaces[v].ranks) {
    let children = 1;
    let least = 1;
    let spreading = 0;
    let perfect = true;
    for (const d of dimensions) {
      const p = sk.outside[(c + 1) * nd + d] / sk.outside[(o + 1) * nd + d];
      if (p === 1) continue;
      spreading++;
      children *= p;
      least += p - 1;
      if (sk.tops[d] !== sk.bounds[d]) perfect = false;
    }
    if (spreading < 2) continue;
    if (o !== c + 1 || !perfect) {
      share *= least / children;
      continue;
    }
    if (dimensions.length === 2) {
      const [x, y] = dimensions;
      // Perfect factors cut whole tiles.
      const byX = coefficients[0] * Math.round(tileAtChild(x));
      const byY = coefficients[1] * Math.round(tileAtChild(y));
      const sums = differentSums(byX, sk.spreads[x].spatial[o], byY, sk.spreads[y].spatial[o]);
      share *= sums / children;
      continue;
    }
    let offsets = new Set<number>([0]);
    dimensions.forEach((d, i) => {
      const p = sk.spreads[d].spatial[o];
      const next = new Set<number>();
      for (const x of offsets) for (let k = 0; k < p; k++) next.add(x + k * coefficients[i] * tileAtChild(d));
      offsets = next;
    });
    share *= offsets.size / children;
  }
  return problem.spaces[v].regular ? share : 0;
}

/** Words the arithmetic takes from (or gives to) its innermost kept level `o`: one operand per operation and group. */
export function operandWords(problem: ExactProblem, sk: Skeleton, v: number, o: number): number {
  const nd = problem.dimensions;
  const space = problem.spaces[v];
  let words = distinctShare(problem, sk, v, -1, o, () => 1);
  for (let d = 0; d < nd; d++) {
    const spread = sk.outside[d] / sk.outside[(o + 1) * nd + d];
    words *= space.relevant[d] ? sk.bounds[d] : Math.ceil(sk.bounds[d] / spread);
  }
  return words;
}

/** Most words that first writes spare at level l, over its instances (outputs only). */
export function firstWrites(problem: ExactProblem, sk: Skeleton, v: number, l: number): number {
  const nd = problem.dimensions;
  const space = problem.spaces[v];
  let words = 1;
  for (let d = 0; d < nd; d++) words *= space.relevant[d] ? sk.bounds[d] : sk.outside[(l + 1) * nd + d];
  return words;
}
