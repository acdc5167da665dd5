import { type BoundedOptions, minimiseBounded } from "./bounded-minimum.ts";
import { factorCholesky, solveCholesky } from "./cholesky.ts";
import {
  addKernelGradient,
  covarianceMatrix,
  inverseSquareLengths,
  type KernelShape,
  matern,
  type Observations,
  parameterCount,
  scaledDistance,
  taskCovariance,
  taskOffset,
} from "./kernel.ts";
import type { Prng } from "./prng.ts";

export interface Prediction {
  mean: number;
  /** Standard deviation of the function itself, without noise. */
  deviation: number;
}

/** A Gaussian process with a constant mean, conditioned on observations (Rasmussen & Williams 2006, algorithm 2.1). */
export class GaussianProcess {
  readonly shape: KernelShape;
  readonly parameters: Float64Array;
  readonly data: Observations;
  /** Constant mean, in the units of the values. */
  readonly level: number;
  private readonly scale: number;
  private readonly factor: Float64Array;
  private readonly weights: Float64Array;
  private readonly inverse: Float64Array;
  private readonly signal: number;
  private readonly tasks: Float64Array;
  private readonly row: Float64Array;

  /** @param scale the parameters describe values divided by this */
  constructor(shape: KernelShape, parameters: Float64Array, data: Observations, scale = 1) {
    this.shape = shape;
    this.parameters = parameters;
    this.data = data;
    this.scale = scale;
    const n = data.values.length;
    this.factor = covarianceMatrix(shape, parameters, data);
    factorCholesky(this.factor, n, pivotFloor);
    const y = data.values.map((v) => v / scale);
    const mean = n === 0 ? 0 : generalisedMean(this.factor, y);
    this.level = mean * scale;
    this.weights = y.map((v) => v - mean);
    solveCholesky(this.factor, n, this.weights);
    this.inverse = inverseSquareLengths(shape, parameters);
    this.signal = Math.exp(parameters[shape.lengths]);
    this.tasks = taskCovariance(shape, parameters);
    this.row = new Float64Array(n);
  }

  mean(x: Float64Array, task = 0): number {
    this.covariances(x, task);
    let sum = 0;
    for (let i = 0; i < this.row.length; i++) sum += this.row[i] * this.weights[i];
    return this.level + sum * this.scale;
  }

  predict(x: Float64Array, task = 0): Prediction {
    const mean = this.mean(x, task);
    const n = this.row.length;
    const v = this.row;
    let variance = this.signal * this.tasks[task * this.shape.tasks + task] + taskOffset(this.shape, task, task);
    for (let i = 0; i < n; i++) {
      let sum = v[i];
      for (let k = 0; k < i; k++) sum -= this.factor[i * n + k] * v[k];
      v[i] = sum / this.factor[i * n + i];
      variance -= v[i] * v[i];
    }
    return { mean, deviation: Math.sqrt(Math.max(0, variance)) * this.scale };
  }

  /** The same process after one more observation; parameters stay. */
  with(x: Float64Array, value: number, task = 0): GaussianProcess {
    const { inputs, values, tasks } = this.data;
    const data = {
      inputs: Float64Array.from([...inputs, ...x]),
      values: Float64Array.from([...values, value]),
      tasks: Int32Array.from([...tasks, task]),
    };
    return new GaussianProcess(this.shape, this.parameters, data, this.scale);
  }

  private covariances(x: Float64Array, task: number): void {
    const d = this.shape.lengthOf.length;
    const { inputs, tasks } = this.data;
    for (let i = 0; i < this.row.length; i++) {
      const base = matern(scaledDistance(this.shape, this.inverse, inputs, i * d, x, 0));
      this.row[i] =
        this.signal * this.tasks[task * this.shape.tasks + tasks[i]] * base + taskOffset(this.shape, task, tasks[i]);
    }
  }
}

const pivotFloor = 1e-12;

/** Generalised least squares: (1ᵀK⁻¹y) / (1ᵀK⁻¹1). */
function generalisedMean(factor: Float64Array, y: Float64Array): number {
  const ones = new Float64Array(y.length).fill(1);
  solveCholesky(factor, y.length, ones);
  let weighted = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    weighted += ones[i] * y[i];
    total += ones[i];
  }
  return weighted / total;
}

/**
 * Negative log marginal likelihood of the values (its constant left out), the mean profiled out, and its gradient
 * added into `gradient` (Rasmussen & Williams 2006, eq. 5.8 and 5.9).
 */
export function negativeLogLikelihood(
  shape: KernelShape,
  parameters: Float64Array,
  data: Observations,
  gradient: Float64Array,
): number {
  const n = data.values.length;
  const factor = covarianceMatrix(shape, parameters, data);
  if (factorCholesky(factor, n, pivotFloor) > 0) return Number.POSITIVE_INFINITY;
  const mean = generalisedMean(factor, data.values);
  const residual = data.values.map((v) => v - mean);
  const alpha = residual.slice();
  solveCholesky(factor, n, alpha);
  let value = 0;
  for (let i = 0; i < n; i++) value += 0.5 * residual[i] * alpha[i] + Math.log(factor[i * n + i]);
  const weight = inverseOf(factor, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) weight[i * n + j] = 0.5 * (weight[i * n + j] - alpha[i] * alpha[j]);
  }
  addKernelGradient(shape, parameters, data, weight, gradient);
  return value;
}

/** Lower triangle of (L·Lᵀ)⁻¹. */
function inverseOf(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    inverse[i * n + i] = 1 / l[i * n + i];
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= l[i * n + k] * inverse[k * n + j];
      inverse[i * n + j] = sum / l[i * n + i];
    }
  }
  const product = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i <= k; i++) {
      const own = inverse[k * n + i];
      for (let j = 0; j <= i; j++) product[i * n + j] += own * inverse[k * n + j];
    }
  }
  return product;
}

export interface FitOptions {
  random: Prng;
  /** Random starts besides the given or middle one. */
  starts: number;
  iterations?: number;
  /** Parameters of an earlier fit to begin from. */
  previous?: Float64Array;
  /** Weight of the weak prior on the parameters; 0 is the marginal likelihood alone. */
  prior?: number;
}

/** Centre and spread (in logarithms, loadings as such) of the prior, and the box a fit stays in. */
function parameterBox(shape: KernelShape) {
  const { lengths, tasks, lengthOf } = shape;
  const count = parameterCount(shape);
  const centre = new Float64Array(count);
  const spread = new Float64Array(count).fill(1);
  const lower = new Float64Array(count);
  const upper = new Float64Array(count);
  const set = (i: number, c: number, s: number, low: number, high: number) => {
    [centre[i], spread[i], lower[i], upper[i]] = [c, s, low, high];
  };
  // Lengths grow with the number of coordinates: distances do.
  const typical = Math.log(0.5 * Math.sqrt(Math.max(1, lengthOf.length)));
  for (let l = 0; l < lengths; l++) set(l, typical, 1, Math.log(0.03), Math.log(60));
  set(lengths, 0, 1, Math.log(0.01), Math.log(100));
  set(lengths + 1, Math.log(1e-4), 2, Math.log(1e-8), Math.log(1));
  for (let t = 0; tasks > 1 && t < tasks; t++) {
    set(lengths + 2 + t, 1, 0.4, -2, 3);
    set(lengths + 2 + tasks + t, Math.log(0.05), 1.5, Math.log(1e-5), Math.log(10));
  }
  return { centre, spread, lower, upper };
}

const fitting: BoundedOptions = { iterations: 60, tolerance: 1e-4 };

/** Parameters of greatest posterior density over several starts, and the process with them. */
export function fitGaussianProcess(shape: KernelShape, data: Observations, options: FitOptions): GaussianProcess {
  const { random, starts, previous, prior = 1, iterations = fitting.iterations } = options;
  const scale = deviationOf(data.values);
  const scaled = { ...data, values: data.values.map((v) => v / scale) };
  const { centre, spread, lower, upper } = parameterBox(shape);
  const objective = (x: Float64Array, gradient: Float64Array) => {
    gradient.fill(0);
    let value = negativeLogLikelihood(shape, x, scaled, gradient);
    for (let i = 0; i < x.length; i++) {
      const z = (x[i] - centre[i]) / spread[i];
      value += 0.5 * prior * z * z;
      gradient[i] += (prior * z) / spread[i];
    }
    return value;
  };
  const beginnings = [Float64Array.from(previous?.length === centre.length ? previous : centre)];
  for (let s = 0; s < starts; s++)
    beginnings.push(centre.map((c, i) => c + spread[i] * (2 * random.next() - 1) * (i < shape.lengths ? 1.5 : 1)));
  let best = beginnings[0];
  let least = Number.POSITIVE_INFINITY;
  for (const x of beginnings) {
    const value = minimiseBounded(objective, x, lower, upper, { ...fitting, iterations });
    if (value < least) [least, best] = [value, x];
  }
  return new GaussianProcess(shape, best, data, scale);
}

/** Standard deviation; 1 where all values are equal. */
function deviationOf(values: Float64Array): number {
  let sum = 0;
  for (const v of values) sum += v;
  const mean = sum / Math.max(1, values.length);
  let squares = 0;
  for (const v of values) squares += (v - mean) ** 2;
  return Math.sqrt(squares / Math.max(1, values.length)) || 1;
}
