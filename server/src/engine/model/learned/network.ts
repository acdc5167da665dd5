import { Adam } from "../../numeric/adam.ts";
import type { Prng } from "../../numeric/prng.ts";

/** A fully connected network with one output; smooth units (x·σ(x), SiLU), so its gradient is continuous. */
export class Network {
  /** Units per layer, input first, without the single output. */
  readonly sizes: readonly number[];
  /** Layer by layer: weights row-major (one row per unit), then biases. */
  readonly weights: Float64Array;
  private readonly values: Float64Array[];
  private readonly sums: Float64Array[];
  private readonly errors: Float64Array[];

  constructor(sizes: readonly number[], weights?: Float64Array) {
    this.sizes = sizes;
    const widths = [...sizes, 1];
    let count = 0;
    for (let l = 0; l + 1 < widths.length; l++) count += widths[l + 1] * (widths[l] + 1);
    this.weights = weights ?? new Float64Array(count);
    this.values = widths.map((n) => new Float64Array(n));
    this.sums = widths.map((n) => new Float64Array(n));
    this.errors = widths.map((n) => new Float64Array(n));
  }

  /** Random weights of variance 2 / inputs (He et al. 2015). */
  initialise(random: Prng): void {
    const widths = [...this.sizes, 1];
    let at = 0;
    for (let l = 0; l + 1 < widths.length; l++) {
      const scale = Math.sqrt(2 / widths[l]);
      for (let i = 0; i < widths[l] * widths[l + 1]; i++) this.weights[at++] = scale * normal(random);
      for (let i = 0; i < widths[l + 1]; i++) this.weights[at++] = 0;
    }
  }

  value(x: ArrayLike<number>): number {
    const { weights, values, sums } = this;
    for (let i = 0; i < values[0].length; i++) values[0][i] = x[i];
    let at = 0;
    for (let l = 1; l < values.length; l++) {
      const below = values[l - 1];
      const width = values[l].length;
      const biases = at + width * below.length;
      for (let j = 0; j < width; j++) {
        let sum = weights[biases + j];
        for (let i = 0; i < below.length; i++) sum += weights[at + i] * below[i];
        at += below.length;
        sums[l][j] = sum;
        values[l][j] = l + 1 === values.length ? sum : sum / (1 + Math.exp(-sum));
      }
      at += width;
    }
    return values[values.length - 1][0];
  }

  /**
   * After `value`: adds error · ∂value/∂weights into `byWeights` where given, and writes error · ∂value/∂x into
   * `byInput` where given.
   */
  backward(error: number, byWeights: Float64Array | null, byInput: Float64Array | null): void {
    const { weights, values, sums, errors } = this;
    let end = weights.length;
    errors[errors.length - 1][0] = error;
    for (let l = values.length - 1; l >= 1; l--) {
      const below = values[l - 1];
      const width = values[l].length;
      const biases = end - width;
      const start = biases - width * below.length;
      errors[l - 1].fill(0);
      const passOn = l > 1 || byInput !== null;
      for (let j = 0; j < width; j++) {
        const s = 1 / (1 + Math.exp(-sums[l][j]));
        const own = l + 1 === values.length ? errors[l][j] : errors[l][j] * s * (1 + sums[l][j] * (1 - s));
        const row = start + j * below.length;
        if (byWeights !== null) {
          byWeights[biases + j] += own;
          for (let i = 0; i < below.length; i++) byWeights[row + i] += own * below[i];
        }
        if (passOn) for (let i = 0; i < below.length; i++) errors[l - 1][i] += own * weights[row + i];
      }
      end = start;
    }
    byInput?.set(errors[0]);
  }
}

export interface TrainingOptions {
  random: Prng;
  epochs: number;
  batch: number;
  /** Of Adam; it falls to a hundredth along a cosine. */
  rate: number;
  /** Pull of all weights towards 0 per step, times the rate. */
  decay: number;
}

/** Least squares by stochastic gradients; rows of `inputs` are samples. */
export function train(network: Network, inputs: Float64Array, targets: Float64Array, options: TrainingOptions): void {
  const { random, epochs, batch, rate, decay } = options;
  const n = targets.length;
  const width = network.sizes[0];
  const adam = new Adam(network.weights.length);
  const gradient = new Float64Array(network.weights.length);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = n - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    const now = rate * (0.01 + 0.99 * 0.5 * (1 + Math.cos((Math.PI * epoch) / epochs)));
    for (let from = 0; from < n; from += batch) {
      const to = Math.min(n, from + batch);
      gradient.fill(0);
      for (let k = from; k < to; k++) {
        const x = inputs.subarray(order[k] * width, (order[k] + 1) * width);
        const miss = network.value(x) - targets[order[k]];
        network.backward(miss / (to - from), gradient, null);
      }
      adam.step(network.weights, gradient, now);
      for (let i = 0; i < network.weights.length; i++) network.weights[i] *= 1 - now * decay;
    }
  }
}

/** Box and Muller. */
function normal(random: Prng): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
