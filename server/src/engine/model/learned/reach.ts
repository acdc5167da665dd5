import { factorCholesky, solveCholesky } from "../../numeric/cholesky.ts";

/** How far the measured mappings reach, in the space of their features. */
export interface ReachFile {
  /** Values of the features that never varied, in their order. */
  fixed: readonly number[];
  /** Of the scaled features that varied, `ridge` added to its diagonal: lower triangle, row by row. */
  covariance: readonly number[];
  /** Squared distance within which nearly all measured mappings lie. */
  squared: number;
}

/**
 * Variance added to every feature, in units of its own: lets mappings differ a little where the data have none. With
 * it and `share`, what is learned loses nothing on held-out mappings and layers (docs/learned-latency.md).
 */
const ridge = 0.003;
/** Share of the measured mappings within the reach. */
const share = 0.995;

/**
 * How much what was learned counts for a mapping: 1 within the reach of the data, exp(−(d²/r² − 1)²) beyond, where d is
 * Mahalanobis' distance from the mean of the data and r their reach. Continuous, and so is its slope.
 */
export class Reach {
  private readonly file: ReachFile;
  private readonly factor: Float64Array;
  /** Positions and scales of features that varied, and positions of the others. */
  private readonly used: readonly number[];
  private readonly spread: readonly number[];
  private readonly unused: readonly number[];
  private readonly solved: Float64Array;

  constructor(file: ReachFile, used: readonly number[], spread: readonly number[]) {
    this.file = file;
    this.used = used;
    this.spread = spread;
    const size = used.length + file.fixed.length;
    this.unused = Array.from({ length: size }, (_, i) => i).filter((i) => !used.includes(i));
    this.factor = factored(file.covariance, used.length);
    this.solved = new Float64Array(used.length);
  }

  /**
   * @param x the scaled features that varied
   * @param slope derivatives of the weight by all features, where given
   */
  weight(features: Float64Array, x: Float64Array, slope?: Float64Array): number {
    const { file, used, unused, solved, spread } = this;
    solved.set(x);
    solveCholesky(this.factor, x.length, solved);
    let squared = 0;
    for (let i = 0; i < x.length; i++) squared += x[i] * solved[i];
    for (let i = 0; i < unused.length; i++) squared += (features[unused[i]] - file.fixed[i]) ** 2 / ridge;
    const beyond = Math.max(0, squared / file.squared - 1);
    const weight = Math.exp(-beyond * beyond);
    if (slope !== undefined) {
      const byHalf = (-4 * beyond * weight) / file.squared;
      for (let i = 0; i < used.length; i++) slope[used[i]] = (byHalf * solved[i]) / spread[i];
      for (let i = 0; i < unused.length; i++) {
        slope[unused[i]] = (byHalf * (features[unused[i]] - file.fixed[i])) / ridge;
      }
    }
    return weight;
  }
}

/** @param inputs scaled features of the measured mappings, row by row */
export function fitReach(inputs: Float64Array, width: number, fixed: readonly number[]): ReachFile {
  const rows = inputs.length / width;
  const covariance: number[] = [];
  for (let r = 0; r < width; r++) {
    for (let c = 0; c <= r; c++) {
      let sum = 0;
      for (let at = 0; at < inputs.length; at += width) sum += inputs[at + r] * inputs[at + c];
      covariance.push(Number((sum / rows + (r === c ? ridge : 0)).toPrecision(9)));
    }
  }
  const factor = factored(covariance, width);
  const distances = Float64Array.from({ length: rows }, (_, row) => {
    const x = inputs.subarray(row * width, (row + 1) * width);
    const solved = x.slice();
    solveCholesky(factor, width, solved);
    return x.reduce((sum, value, i) => sum + value * solved[i], 0);
  });
  return { fixed, covariance, squared: distances.sort()[Math.floor(share * (rows - 1))] };
}

function factored(covariance: readonly number[], width: number): Float64Array {
  const factor = new Float64Array(width * width);
  let at = 0;
  for (let r = 0; r < width; r++) for (let c = 0; c <= r; c++) factor[r * width + c] = covariance[at++];
  factorCholesky(factor, width, ridge * 1e-3);
  return factor;
}

/** Whether a value read from a file can be a reach of so many features. */
export function isReach(value: unknown, varied: number, size: number): value is ReachFile {
  const { fixed, covariance, squared } = (value ?? {}) as ReachFile;
  const numbers = (list: unknown, length: number) =>
    Array.isArray(list) && list.length === length && list.every((x) => typeof x === "number" && Number.isFinite(x));
  return numbers(fixed, size - varied) && numbers(covariance, (varied * (varied + 1)) / 2) && squared > 0;
}
