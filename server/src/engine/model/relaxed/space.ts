import type { Projection } from "../exact/projection.ts";

/** Positions of a layer's tiling factors: `(2 · level + kind) · dimensions + dimension`, as in a mapspace point. */
export const spatialSlot = 0;
export const temporalSlot = 1;

/** `max(0, 1 − |x|)`: at whole numbers it is 1 where x = 0 and 0 elsewhere. */
export function hat(x: number): number {
  const away = Math.abs(x);
  return away < 1 ? 1 - away : 0;
}

/** Slope of `hat`; 0 is the sub-gradient at its peak and its feet. */
export function hatSlope(x: number): number {
  return x === 0 || Math.abs(x) >= 1 ? 0 : x > 0 ? -1 : 1;
}

/** Does a loop of this (real) factor iterate at all: 0 up to 1, 1 from 2 on, linear between. */
export function iterates(factor: number): number {
  return factor <= 1 ? 0 : factor >= 2 ? 1 : factor - 1;
}

/** Slope of `iterates`; at its two kinks the slope towards larger factors at 1, 0 at 2. */
export function iteratesSlope(factor: number): number {
  return factor >= 1 && factor < 2 ? 1 : 0;
}

/** `coefficients[rank · dimensions + dimension]` of a projection. */
export function coefficientTable(projection: Projection, dimensions: number): Float64Array {
  const table = new Float64Array(projection.ranks.length * dimensions);
  projection.ranks.forEach((rank, r) => {
    rank.dimensions.forEach((d, i) => {
      table[r * dimensions + d] += rank.coefficients[i];
    });
  });
  return table;
}
