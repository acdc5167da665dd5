/** Writes the gradient at `x` into `gradient` and returns the value; infinity where there is none. */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

export interface BoundedOptions {
  iterations: number;
  /** Stop when no free component of the gradient is above this. */
  tolerance: number;
}

const memory = 8;

/**
 * A local minimum of a smooth function within a box, found from `x`, which it moves; the value there. Limited-memory
 * BFGS (Nocedal & Wright, Numerical Optimization, algorithm 7.4) on the variables that are free to move, with a
 * backtracking line search along the projected path.
 */
export function minimiseBounded(
  f: Differentiable,
  x: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  { iterations, tolerance }: BoundedOptions,
): number {
  const n = x.length;
  for (let i = 0; i < n; i++) x[i] = Math.min(upper[i], Math.max(lower[i], x[i]));
  let gradient: Float64Array = new Float64Array(n);
  let nextGradient: Float64Array = new Float64Array(n);
  let next: Float64Array = new Float64Array(n);
  let value = f(x, gradient);
  const pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const fixed = (i: number) => (x[i] <= lower[i] && gradient[i] > 0) || (x[i] >= upper[i] && gradient[i] < 0);
    const free = Float64Array.from(gradient, (g, i) => (fixed(i) ? 0 : g));
    if (free.every((g) => Math.abs(g) <= tolerance)) break;
    let direction = quasiNewton(free, pairs);
    for (let i = 0; i < n; i++) if (fixed(i)) direction[i] = 0;
    if (!(dot(direction, free) < 0)) {
      pairs.length = 0;
      direction = free.map((g) => -g);
    }
    let step = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(free, free)));
    let nextValue = Number.POSITIVE_INFINITY;
    for (let halving = 0; halving < 30; halving++, step /= 2) {
      let decrease = 0;
      for (let i = 0; i < n; i++) {
        next[i] = Math.min(upper[i], Math.max(lower[i], x[i] + step * direction[i]));
        decrease += gradient[i] * (next[i] - x[i]);
      }
      nextValue = f(next, nextGradient);
      if (nextValue <= value + 1e-4 * decrease) break;
    }
    if (!(nextValue < value)) {
      if (pairs.length === 0) break;
      pairs.length = 0;
      continue;
    }
    const s = next.map((v, i) => v - x[i]);
    const y = nextGradient.map((v, i) => v - gradient[i]);
    const curvature = dot(s, y);
    if (curvature > 1e-12 * dot(y, y)) {
      pairs.push({ s, y, rho: 1 / curvature });
      if (pairs.length > memory) pairs.shift();
    }
    const gain = value - nextValue;
    x.set(next);
    [gradient, nextGradient] = [nextGradient, gradient];
    next = new Float64Array(n);
    value = nextValue;
    if (gain <= 1e-12 * (1 + Math.abs(value))) break;
  }
  return value;
}

function quasiNewton(
  gradient: Float64Array,
  pairs: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = gradient.map((g) => -g);
  const factors = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y, rho } = pairs[k];
    factors[k] = rho * dot(s, q);
    for (let i = 0; i < q.length; i++) q[i] -= factors[k] * y[i];
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i] *= scale;
  }
  pairs.forEach(({ s, y, rho }, k) => {
    const factor = factors[k] - rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i] += factor * s[i];
  });
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
