import { divisors } from "../../numeric/divisors.ts";
import type { LoopRanges } from "./loops.ts";

/** Whole trip counts of one dimension, by slot, and their distance (sum of |log|) from the real ones. */
export interface WholeTrips {
  factors: readonly number[];
  distance: number;
}

/**
 * Whole factors near real ones (paper, Sec. V): outer to inner, each slot tries the `nearest` divisors of what is
 * left; the innermost open slot takes the rest. Sorted by distance.
 */
export function wholeTrips(
  bound: number,
  dimension: number,
  dimensions: number,
  ranges: LoopRanges,
  real: (slot: number) => number,
  nearest: number,
): WholeTrips[] {
  const slots = ranges.min.length / dimensions;
  const range = (slot: number) => [
    ranges.min[slot * dimensions + dimension],
    ranges.max[slot * dimensions + dimension],
  ];
  const open = Array.from({ length: slots }, (_, i) => slots - 1 - i).filter((slot) => {
    const [min, max] = range(slot);
    return min < max;
  });
  const settled = Array.from({ length: slots }, (_, slot) => range(slot)[0]);
  const found = new Map<string, WholeTrips>();
  const factors = [...settled];
  const place = (i: number, rest: number, distance: number): void => {
    const last = i >= open.length - 1;
    if (open.length === 0) {
      if (rest === 1) found.set("", { factors: [...factors], distance });
      return;
    }
    const slot = open[i];
    const [min, max] = range(slot);
    const wanted = Math.log(real(slot));
    const choices = (last ? [rest] : divisors(rest))
      .filter((f) => f >= min && f <= max)
      .sort((a, b) => Math.abs(Math.log(a) - wanted) - Math.abs(Math.log(b) - wanted))
      .slice(0, last ? 1 : nearest);
    for (const f of choices) {
      factors[slot] = f;
      const total = distance + Math.abs(Math.log(f) - wanted);
      if (last) found.set(factors.join(), { factors: [...factors], distance: total });
      else place(i + 1, rest / f, total);
    }
  };
  const rest = settled.reduce((left, f, slot) => (open.includes(slot) ? left : left / f), bound);
  if (Number.isInteger(rest)) place(0, rest, 0);
  return [...found.values()].sort((a, b) => a.distance - b.distance);
}

/** The nearest choices of all dimensions whose combinations number at most `most`. */
export function trimmed(perDimension: readonly WholeTrips[][], most: number): WholeTrips[][] {
  const lists = perDimension.map((list) => [...list]);
  for (;;) {
    const product = lists.reduce((p, list) => p * list.length, 1);
    if (product <= most) return lists;
    // Drop the choice that lies farthest beyond its dimension's nearest one.
    let worst = -1;
    let far = -1;
    lists.forEach((list, d) => {
      if (list.length < 2) return;
      const distance = list[list.length - 1].distance - list[0].distance;
      if (distance > far) {
        far = distance;
        worst = d;
      }
    });
    if (worst < 0) return lists;
    lists[worst].pop();
  }
}
