/**
 * Posynomials in logarithmic variables: F(y) = log Σ exp(aₖ·y + bₖ), convex in y. Several of them, their terms stored
 * one after the other, of each only the powers that are not 0.
 */
export class LogSumExp {
  readonly variables: number;
  /** Terms of function i are `starts[i] … starts[i + 1] − 1`. */
  readonly starts: Int32Array;
  readonly logCoefficients: Float64Array;
  /** Share of each term in its function at the point of the last `evaluate`; sums to 1 per function. */
  readonly shares: Float64Array;
  /** Powers of term k are at `first[k] … first[k + 1] − 1`, by rising variable. */
  private readonly first: Int32Array;
  private readonly columns: Int32Array;
  private readonly powers: Float64Array;
  /** Variables of each function. */
  private readonly support: readonly Int32Array[];

  /** `exponents`: row-major, `terms × variables`. */
  constructor(variables: number, starts: Int32Array, exponents: Float64Array, logCoefficients: Float64Array) {
    this.variables = variables;
    this.starts = starts;
    this.logCoefficients = logCoefficients;
    const terms = logCoefficients.length;
    this.shares = new Float64Array(terms);
    this.first = new Int32Array(terms + 1);
    const columns: number[] = [];
    const powers: number[] = [];
    for (let k = 0; k < terms; k++) {
      for (let j = 0; j < variables; j++) {
        if (exponents[k * variables + j] === 0) continue;
        columns.push(j);
        powers.push(exponents[k * variables + j]);
      }
      this.first[k + 1] = columns.length;
    }
    this.columns = Int32Array.from(columns);
    this.powers = Float64Array.from(powers);
    this.support = Array.from({ length: starts.length - 1 }, (_, i) => {
      const own = this.columns.subarray(this.first[starts[i]], this.first[starts[i + 1]]);
      return Int32Array.from(new Set(own)).sort();
    });
  }

  get count(): number {
    return this.starts.length - 1;
  }

  /** Value of function i; fills its `shares`. */
  evaluate(i: number, y: Float64Array): number {
    const { columns, powers, first, shares } = this;
    const from = this.starts[i];
    const to = this.starts[i + 1];
    let most = Number.NEGATIVE_INFINITY;
    for (let k = from; k < to; k++) {
      let sum = this.logCoefficients[k];
      for (let at = first[k]; at < first[k + 1]; at++) sum += powers[at] * y[columns[at]];
      shares[k] = sum;
      if (sum > most) most = sum;
    }
    if (to === from + 1) {
      shares[from] = 1;
      return most;
    }
    let total = 0;
    for (let k = from; k < to; k++) {
      shares[k] = Math.exp(shares[k] - most);
      total += shares[k];
    }
    for (let k = from; k < to; k++) shares[k] /= total;
    return most + Math.log(total);
  }

  /** Adds `weight` times the gradient of function i at the point of its last `evaluate`. */
  addGradient(i: number, weight: number, into: Float64Array): void {
    const { columns, powers, first, shares } = this;
    for (let k = this.starts[i]; k < this.starts[i + 1]; k++) {
      const w = weight * shares[k];
      for (let at = first[k]; at < first[k + 1]; at++) into[columns[at]] += w * powers[at];
    }
  }

  /**
   * Adds `weight · (Σ shareₖ·aₖ·aₖᵀ) + outer · g·gᵀ` to the lower triangle, g being the gradient of function i: with
   * `outer = −weight` its Hessian. `scratch` is 0 and stays so.
   */
  addCurvature(i: number, weight: number, outer: number, hessian: Float64Array, scratch: Float64Array): void {
    const { variables: n, columns, powers, first, shares, starts } = this;
    // A monomial's moment is its gradient's outer product.
    const single = starts[i + 1] === starts[i] + 1;
    for (let k = starts[i]; k < starts[i + 1]; k++) {
      const w = single ? weight + outer : weight * shares[k];
      const from = first[k];
      for (let r = from; r < first[k + 1]; r++) {
        const x = w * powers[r];
        const row = columns[r] * n;
        for (let c = from; c <= r; c++) hessian[row + columns[c]] += x * powers[c];
      }
    }
    if (single) return;
    this.addGradient(i, 1, scratch);
    const support = this.support[i];
    for (let r = 0; r < support.length; r++) {
      const x = outer * scratch[support[r]];
      const row = support[r] * n;
      for (let c = 0; c <= r; c++) hessian[row + support[c]] += x * scratch[support[c]];
    }
    for (let r = 0; r < support.length; r++) scratch[support[r]] = 0;
  }
}
