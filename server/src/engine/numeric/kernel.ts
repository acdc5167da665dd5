/**
 * Matérn 5/2 with one length per group of coordinates (automatic relevance determination), times a positive definite
 * matrix of tasks (intrinsic coregionalisation, Bonilla, Chai & Williams 2007), plus an offset per task.
 */
export interface KernelShape {
  /** Length index of each coordinate; the coordinates of one category share one. */
  lengthOf: Int32Array;
  lengths: number;
  tasks: number;
}

const rootFive = Math.sqrt(5);
/** Variance of a task's own level, in units of the values' variance. */
const offsetVariance = 1;

/**
 * Parameters in one vector: log of each length, log signal variance, log noise variance, and where there are several
 * tasks a loading wₜ and log κₜ of each: covariance of tasks s and t is wₛ·wₜ + κₜ·[s = t].
 */
export const parameterCount = ({ lengths, tasks }: KernelShape): number => lengths + 2 + (tasks > 1 ? 2 * tasks : 0);

export function matern(squared: number): number {
  const r = Math.sqrt(5 * squared);
  return (1 + r + r * r * (1 / 3)) * Math.exp(-r);
}

/** Σ ((xᵢ − yᵢ) / length)², rows at `a` and `b` of the given arrays. */
export function scaledDistance(
  { lengthOf }: KernelShape,
  inverseSquares: Float64Array,
  x: Float64Array,
  a: number,
  y: Float64Array,
  b: number,
): number {
  let sum = 0;
  for (let i = 0; i < lengthOf.length; i++) {
    const difference = x[a + i] - y[b + i];
    sum += difference * difference * inverseSquares[lengthOf[i]];
  }
  return sum;
}

export function inverseSquareLengths({ lengths }: KernelShape, parameters: Float64Array): Float64Array {
  return parameters.slice(0, lengths).map((log) => Math.exp(-2 * log));
}

/** Covariance of tasks, row-major, without the signal variance. */
export function taskCovariance({ lengths, tasks }: KernelShape, parameters: Float64Array): Float64Array {
  const b = new Float64Array(tasks * tasks).fill(1);
  if (tasks === 1) return b;
  const at = lengths + 2;
  for (let s = 0; s < tasks; s++) {
    for (let t = 0; t < tasks; t++) {
      b[s * tasks + t] = parameters[at + s] * parameters[at + t] + (s === t ? Math.exp(parameters[at + tasks + t]) : 0);
    }
  }
  return b;
}

export function taskOffset({ tasks }: KernelShape, s: number, t: number): number {
  return tasks > 1 && s === t ? offsetVariance : 0;
}

export interface Observations {
  /** Row-major, one row of coordinates per observation. */
  inputs: Float64Array;
  values: Float64Array;
  tasks: Int32Array;
}

/** Lower triangle of the covariance of the observations, noise on the diagonal. */
export function covarianceMatrix(shape: KernelShape, parameters: Float64Array, data: Observations): Float64Array {
  const n = data.values.length;
  const d = shape.lengthOf.length;
  const inverse = inverseSquareLengths(shape, parameters);
  const signal = Math.exp(parameters[shape.lengths]);
  const noise = Math.exp(parameters[shape.lengths + 1]);
  const b = taskCovariance(shape, parameters);
  const k = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const s = data.tasks[i];
    for (let j = 0; j <= i; j++) {
      const t = data.tasks[j];
      const base = matern(scaledDistance(shape, inverse, data.inputs, i * d, data.inputs, j * d));
      k[i * n + j] = signal * b[s * shape.tasks + t] * base + taskOffset(shape, s, t);
    }
    k[i * n + i] += noise;
  }
  return k;
}

/**
 * Σ over i, j of weight[i, j] · ∂K[i, j]/∂θ for every parameter θ, added into `gradient`; `weight` is symmetric, its
 * lower triangle is read.
 */
export function addKernelGradient(
  shape: KernelShape,
  parameters: Float64Array,
  data: Observations,
  weight: Float64Array,
  gradient: Float64Array,
): void {
  const n = data.values.length;
  const { lengths, tasks, lengthOf } = shape;
  const d = lengthOf.length;
  const inverse = inverseSquareLengths(shape, parameters);
  const signal = Math.exp(parameters[lengths]);
  const noise = Math.exp(parameters[lengths + 1]);
  const b = taskCovariance(shape, parameters);
  const own = new Float64Array(lengths);
  for (let i = 0; i < n; i++) {
    const s = data.tasks[i];
    gradient[lengths + 1] += weight[i * n + i] * noise;
    for (let j = 0; j <= i; j++) {
      const t = data.tasks[j];
      const w = weight[i * n + j] * (i === j ? 1 : 2);
      own.fill(0);
      let squared = 0;
      for (let c = 0; c < d; c++) {
        const difference = data.inputs[i * d + c] - data.inputs[j * d + c];
        const part = difference * difference * inverse[lengthOf[c]];
        own[lengthOf[c]] += part;
        squared += part;
      }
      const r = rootFive * Math.sqrt(squared);
      const fading = Math.exp(-r);
      const base = (1 + r + (r * r) / 3) * fading;
      const task = b[s * tasks + t];
      const slope = w * signal * task * (5 / 3) * (1 + r) * fading;
      for (let l = 0; l < lengths; l++) gradient[l] += slope * own[l];
      gradient[lengths] += w * signal * task * base;
      if (tasks > 1) {
        const at = lengths + 2;
        gradient[at + s] += w * signal * base * parameters[at + t];
        gradient[at + t] += w * signal * base * parameters[at + s];
        if (s === t) gradient[at + tasks + t] += w * signal * base * Math.exp(parameters[at + tasks + t]);
      }
    }
  }
}
