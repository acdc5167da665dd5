import type { LogSumExp } from "./log-sum-exp.ts";

/** Where all points of interest lie. */
export interface Box {
  low: ArrayLike<number>;
  high: ArrayLike<number>;
}

/**
 * No y in the box with Fᵢ(y) ≤ 0 for i ≥ 1 has a smaller F₀ than this, whatever y and the multipliers λ ≥ 0 of
 * functions 1, 2, …: the Lagrangian is convex, so over the box it stays above its tangent at `y`. Exact but for
 * rounding; close to the optimum where y and λ are.
 */
export function dualBound(functions: LogSumExp, y: Float64Array, multipliers: ArrayLike<number>, box: Box): number {
  const n = functions.variables;
  const slope = new Float64Array(n);
  let value = 0;
  for (let i = 0; i < functions.count; i++) {
    const weight = i === 0 ? 1 : multipliers[i - 1];
    value += weight * functions.evaluate(i, y);
    functions.addGradient(i, weight, slope);
  }
  for (let j = 0; j < n; j++) {
    const towards = slope[j] > 0 ? box.low[j] : box.high[j];
    if (slope[j] !== 0) value += slope[j] * (towards - y[j]);
  }
  return value;
}
