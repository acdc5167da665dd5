import { solveAffine } from "./affine.ts";
import { minimiseByBarrier } from "./barrier.ts";
import { LogSumExp } from "./log-sum-exp.ts";

/** `coefficient · Π x[variable]^power`, coefficient > 0; variables not named have power 0. */
export interface Monomial {
  coefficient: number;
  /** Pairs of variable and power. */
  powers: readonly (readonly [variable: number, power: number])[];
}

/** A sum of monomials. */
export type Posynomial = readonly Monomial[];

/** Minimise `objective` over x > 0 subject to each of `atMostOne` ≤ 1 and each of `equalToOne` = 1. */
export interface GeometricProgram {
  variables: number;
  objective: Posynomial;
  atMostOne: readonly Posynomial[];
  equalToOne: readonly Monomial[];
}

export interface GeometricSolution {
  status: "optimal";
  x: Float64Array;
  value: number;
  /** No feasible point has a smaller objective. */
  bound: number;
  /** log(value / bound): the relative gap. */
  gap: number;
  /** Multipliers of `atMostOne` in logarithmic form: relative change of the optimum per relative change of the limit. */
  multipliers: Float64Array;
  steps: number;
}

/** `above`: no feasible point is below `bound`, which is more than was asked for. */
export type GeometricOutcome =
  | GeometricSolution
  | { status: "above"; bound: number; steps: number }
  | { status: "infeasible" | "unbounded" | "unsolved"; steps: number };

export interface GeometricOptions {
  /** Relative gap to reach; much below 1e-7 multipliers drown in rounding. */
  gap?: number;
  /** A guess of x; need not be feasible. */
  start?: ArrayLike<number>;
  /** Give up as soon as the optimum is known to be above this. */
  tooMuch?: number;
  /**
   * Least and largest x of interest. Then `bound`, and that there is no feasible point, hold for them to rounding,
   * whether or not the solver came close to the optimum.
   */
  range?: { low: ArrayLike<number>; high: ArrayLike<number> };
}

/** Logarithms of the variables stay within ± this: an optimum at the edge means unbounded. */
const box = 120;
/** Constraints may be broken by this much (relative) where no point satisfies all of them strictly. */
const touching = 1e-8;

/**
 * Solves a geometric program in logarithmic variables: equalities are eliminated, a feasible point is found by the
 * program "least common excess of all constraints" (phase I), then a barrier method follows the central path.
 */
export function solveGeometricProgram(program: GeometricProgram, options: GeometricOptions = {}): GeometricOutcome {
  const { variables: n, equalToOne } = program;
  const gap = options.gap ?? 3e-7;
  const rows = new Float64Array(equalToOne.length * n);
  equalToOne.forEach(({ powers }, i) => {
    for (const [j, power] of powers) rows[i * n + j] += power;
  });
  const affine = solveAffine(
    rows,
    Float64Array.from(equalToOne, (m) => -Math.log(m.coefficient)),
    n,
  );
  if (affine === null) return { status: "infeasible", steps: 0 };
  const { origin, basis, free, columns } = affine;

  const reduced = (functions: readonly Posynomial[], extra: (i: number) => number | null): LogSumExp => {
    const width = free + (extra(0) === null ? 0 : 1);
    const terms = functions.reduce((sum, f) => sum + f.length, 0);
    const starts = new Int32Array(functions.length + 1);
    const exponents = new Float64Array(terms * width);
    const logs = new Float64Array(terms);
    let k = 0;
    functions.forEach((f, i) => {
      for (const { coefficient, powers } of f) {
        logs[k] = Math.log(coefficient);
        for (const [j, power] of powers) {
          logs[k] += power * origin[j];
          for (let z = 0; z < free; z++) exponents[k * width + z] += power * basis[j * free + z];
        }
        if (width > free) exponents[k * width + free] = extra(i) ?? 0;
        k++;
      }
      starts[i + 1] = k;
    });
    return new LogSumExp(width, starts, exponents, logs);
  };

  const z = new Float64Array(free);
  if (options.start !== undefined) {
    for (let k = 0; k < free; k++) {
      z[k] = Math.max(-box / 2, Math.min(box / 2, Math.log(options.start[columns[k]])));
    }
  }
  const { range } = options;
  const logs = (x: ArrayLike<number>, ...more: number[]) => [...columns.map((j) => Math.log(x[j])), ...more];
  const functions = reduced([program.objective, ...program.atMostOne], () => null);
  let steps = 0;
  const excess = (at: Float64Array) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 1; i < functions.count; i++) most = Math.max(most, functions.evaluate(i, at));
    return most;
  };
  if (functions.count > 1 && !(excess(z) < -1e-3)) {
    // Phase I: minimise S with fᵢ / S ≤ 1, and S not below e⁻² so that it has an optimum.
    const one: Posynomial = [{ coefficient: 1, powers: [] }];
    const phase = reduced([one, ...program.atMostOne, [{ coefficient: Math.exp(-2), powers: [] }]], (i) =>
      i === 0 ? 1 : -1,
    );
    const start = new Float64Array(free + 1);
    start.set(z);
    start[free] = Math.max(excess(z), -1) + 1;
    const first = minimiseByBarrier(phase, start, {
      gap: 1e-9,
      box: Math.max(box, start[free] + 1),
      enough: -0.02,
      tooMuch: touching,
      // A feasible point has S = 1.
      within: range && { low: logs(range.low, -2), high: logs(range.high, 0) },
      maxSteps: 400,
    });
    steps += first.steps;
    z.set(start.subarray(0, free));
    const least = excess(z);
    if (first.bound > touching) return { status: "infeasible", steps };
    if (!(least < 0)) {
      if (least > touching) return { status: "unsolved", steps };
      for (let k = functions.starts[1]; k < functions.logCoefficients.length; k++) {
        functions.logCoefficients[k] -= least + touching;
      }
    }
    for (let k = 0; k < free; k++) if (Math.abs(z[k]) >= box) return { status: "unsolved", steps };
  }
  const tooMuch = Math.log(options.tooMuch ?? Number.POSITIVE_INFINITY);
  const found = minimiseByBarrier(functions, z, {
    gap,
    box,
    enough: Number.NEGATIVE_INFINITY,
    tooMuch,
    within: range && { low: logs(range.low), high: logs(range.high) },
    maxSteps: 500,
  });
  steps += found.steps;
  if (found.bound > tooMuch) return { status: "above", bound: Math.exp(found.bound), steps };
  const x = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    let log = origin[j];
    for (let k = 0; k < free; k++) log += basis[j * free + k] * z[k];
    x[j] = Math.exp(log);
  }
  for (let k = 0; k < free; k++) if (Math.abs(z[k]) > 0.9 * box) return { status: "unbounded", steps };
  if (found.gap > 2 * gap) return { status: "unsolved", steps };
  return {
    status: "optimal",
    x,
    value: Math.exp(found.value),
    bound: Math.exp(found.bound),
    gap: found.gap,
    multipliers: found.multipliers,
    steps,
  };
}
