import { factorCholesky, solveCholesky } from "./cholesky.ts";
import { type Box, dualBound } from "./dual-bound.ts";
import type { LogSumExp } from "./log-sum-exp.ts";

export interface BarrierOptions {
  /** Stop once the bound on the gap to the optimum (in the logarithm of the objective) is below this. */
  gap: number;
  /** |yⱼ| stays below this. */
  box: number;
  /** Stop as soon as the objective is below this. */
  enough: number;
  /** Stop as soon as the optimum is known to be above this. */
  tooMuch?: number;
  /** Where the optimum is asked for: the bound then holds to rounding, however far from central the path was. */
  within?: Box;
  maxSteps: number;
}

export interface BarrierResult {
  /** Value of function 0. */
  value: number;
  /** The optimum is at most this far below `value`. */
  gap: number;
  /** The optimum is not below this; from the duality gap alone where no box is given. */
  bound: number;
  steps: number;
  /** Multipliers of functions 1, 2, …: λᵢ = 1 / (t·(−Fᵢ)). */
  multipliers: Float64Array;
}

/**
 * Minimises F₀(y) subject to Fᵢ(y) < 0 from a strictly feasible y, which it moves: Newton's method on
 * t·F₀ − Σ log(−Fᵢ) − Σ log(box² − yⱼ²) for growing t (Boyd & Vandenberghe, Convex Optimization, 11.3 and 11.5).
 */
export function minimiseByBarrier(functions: LogSumExp, y: Float64Array, options: BarrierOptions): BarrierResult {
  const { variables: n, count } = functions;
  const barriers = count - 1 + 2 * n;
  const hessian = new Float64Array(n * n);
  const gradient = new Float64Array(n);
  const direction = new Float64Array(n);
  const scratch = new Float64Array(n);
  const trial = new Float64Array(n);
  const multipliers = new Float64Array(count - 1);
  let t = 10;
  let steps = 0;
  /** Rounding has left no direction: where the path would lead is not known. */
  let broken = false;
  let value = functions.evaluate(0, y);

  const merit = (at: Float64Array): number => {
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const room = (options.box - at[j]) * (options.box + at[j]);
      if (!(room > 0)) return Number.POSITIVE_INFINITY;
      sum -= Math.log(room);
    }
    for (let i = 1; i < count; i++) {
      const f = functions.evaluate(i, at);
      if (!(f < 0)) return Number.POSITIVE_INFINITY;
      sum -= Math.log(-f);
    }
    value = functions.evaluate(0, at);
    return sum + t * value;
  };

  /** Gradient and Hessian at y; the squared Newton decrement. */
  const newton = (): number => {
    hessian.fill(0);
    gradient.fill(0);
    for (let i = 0; i < count; i++) {
      const f = functions.evaluate(i, y);
      const weight = i === 0 ? t : -1 / f;
      functions.addGradient(i, weight, gradient);
      functions.addCurvature(i, weight, i === 0 ? -t : weight * weight - weight, hessian, scratch);
    }
    for (let j = 0; j < n; j++) {
      const below = options.box - y[j];
      const above = options.box + y[j];
      gradient[j] += 1 / below - 1 / above;
      hessian[j * n + j] += 1 / (below * below) + 1 / (above * above);
    }
    for (let j = 0; j < n; j++) direction[j] = -gradient[j];
    let steepest = 0;
    for (let j = 0; j < n; j++) steepest = Math.max(steepest, hessian[j * n + j]);
    factorCholesky(hessian, n, 1e-16 * steepest);
    solveCholesky(hessian, n, direction);
    let decrement = 0;
    for (let j = 0; j < n; j++) decrement -= gradient[j] * direction[j];
    return decrement;
  };

  const centre = (): void => {
    let last = Number.POSITIVE_INFINITY;
    for (let within = 0; steps < options.maxSteps; ) {
      steps++;
      const decrement = newton();
      broken = !Number.isFinite(decrement);
      if (!(decrement > 0) || broken) return;
      if (decrement < 0.05) {
        // Newton converges quadratically from here; the merit itself drowns in its rounding long before the gradient.
        if (++within > 4 || decrement > 0.5 * last) return;
        last = decrement;
        for (let j = 0; j < n; j++) trial[j] = y[j] + direction[j];
        if (merit(trial) === Number.POSITIVE_INFINITY) return;
        y.set(trial);
        if (decrement < 1e-14) return;
        continue;
      }
      const current = merit(y);
      let step = 1;
      while (step > 1e-14) {
        for (let j = 0; j < n; j++) trial[j] = y[j] + step * direction[j];
        if (merit(trial) <= current - 0.1 * step * decrement) break;
        step *= 0.5;
      }
      if (step <= 1e-14) return;
      y.set(trial);
      if (value < options.enough) return;
    }
  };

  const tooMuch = options.tooMuch ?? Number.POSITIVE_INFINITY;
  let bound = Number.NEGATIVE_INFINITY;
  for (;;) {
    centre();
    value = functions.evaluate(0, y);
    for (let i = 1; i < count; i++) multipliers[i - 1] = -1 / (t * functions.evaluate(i, y));
    if (broken) return { value, gap: Number.POSITIVE_INFINITY, bound, steps, multipliers };
    const proven =
      options.within === undefined ? value - barriers / t : dualBound(functions, y, multipliers, options.within);
    if (proven > bound) bound = proven;
    if (value < options.enough || bound > tooMuch || barriers / t <= options.gap || steps >= options.maxSteps) break;
    t = Math.min(t * 100, (1.000001 * barriers) / options.gap);
  }
  return { value, gap: barriers / t, bound, steps, multipliers };
}
