/**
 * Posynomials in logarithmic variables: F(y) = log Σ exp(aₖ·y + bₖ), convex in y. Several of them, their terms stored
 * one after the other.
 */
export class LogSumExp {
  readonly variables: number;
  /** Terms of function i are `starts[i] … starts[i + 1] − 1`. */
  readonly starts: Int32Array;
  /** Row-major, `terms × variables`. */
  readonly exponents: Float64Array;
  readonly logCoefficients: Float64Array;
  /** Share of each term in its function at the point of the last `evaluate`; sums to 1 per function. */
  readonly shares: Float64Array;

  constructor(variables: number, starts: Int32Array, exponents: Float64Array, logCoefficients: Float64Array) {
    this.variables = variables;
    this.starts = starts;
    this.exponents = exponents;
    this.logCoefficients = logCoefficients;
    this.shares = new Float64Array(logCoefficients.length);
  }

  get count(): number {
    return this.starts.length - 1;
  }

  /** Value of function i; fills its `shares`. */
  evaluate(i: number, y: Float64Array): number {
    const { variables, exponents, shares } = this;
    const from = this.starts[i];
    const to = this.starts[i + 1];
    let most = Number.NEGATIVE_INFINITY;
    for (let k = from; k < to; k++) {
      let sum = this.logCoefficients[k];
      for (let j = 0, at = k * variables; j < variables; j++) sum += exponents[at + j] * y[j];
      shares[k] = sum;
      if (sum > most) most = sum;
    }
    let total = 0;
    for (let k = from; k < to; k++) {
      shares[k] = Math.exp(shares[k] - most);
      total += shares[k];
    }
    for (let k = from; k < to; k++) shares[k] /= total;
    return most + Math.log(total);
  }

  /** Gradient of function i from its `shares`. */
  gradient(i: number, into: Float64Array): void {
    const { variables, exponents, shares } = this;
    into.fill(0, 0, variables);
    for (let k = this.starts[i]; k < this.starts[i + 1]; k++) {
      for (let j = 0, at = k * variables; j < variables; j++) into[j] += shares[k] * exponents[at + j];
    }
  }

  /** Adds `weight · (Σ shareₖ·aₖ·aₖᵀ)` to the lower triangle: the Hessian but for the gradient's outer product. */
  addSecondMoment(i: number, weight: number, hessian: Float64Array): void {
    const { variables: n, exponents, shares } = this;
    for (let k = this.starts[i]; k < this.starts[i + 1]; k++) {
      const w = weight * shares[k];
      const at = k * n;
      for (let r = 0; r < n; r++) {
        const x = w * exponents[at + r];
        if (x === 0) continue;
        for (let c = 0; c <= r; c++) hessian[r * n + c] += x * exponents[at + c];
      }
    }
  }
}
