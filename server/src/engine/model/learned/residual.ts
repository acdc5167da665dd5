import { analyticalAt, computeAt } from "./features.ts";
import { Network } from "./network.ts";
import { Reach, type ReachFile } from "./reach.ts";

/** log(measured / analytical cycles) as learned, as plain data. */
export interface ResidualFile {
  /** Features that vary in the data, with centre and spread. */
  used: readonly number[];
  centre: readonly number[];
  spread: readonly number[];
  targetCentre: number;
  targetSpread: number;
  /** Range of what was measured. */
  least: number;
  most: number;
  reach: ReachFile;
  members: readonly { sizes: readonly number[]; weights: readonly number[] }[];
}

/**
 * log(learned / analytical cycles) of a mapping: the mean of the networks, kept in the range that was measured, counts as
 * much as the mapping is like those measured (`Reach`), so that far from them cycles are the analytical ones. A PE does
 * one operation a cycle: cycles are never below those the mapping needs for its operations.
 */
export class Residual {
  private readonly file: ResidualFile;
  private readonly networks: readonly Network[];
  private readonly reach: Reach;
  private readonly x: Float64Array;
  private readonly slope: Float64Array;

  constructor(file: ResidualFile) {
    this.file = file;
    this.networks = file.members.map(({ sizes, weights }) => new Network(sizes, Float64Array.from(weights)));
    this.reach = new Reach(file.reach, file.used, file.spread);
    this.x = new Float64Array(file.used.length);
    this.slope = new Float64Array(file.used.length);
  }

  /**
   * `weight` is how much the learned part counts, `between` the variance between the networks. With `gradient`, the
   * derivatives of `value` by all features (logarithms of factors and of analytical cycles) are written there.
   */
  at(features: Float64Array, gradient?: Float64Array): { value: number; weight: number; between: number } {
    const { file, networks, x, slope } = this;
    const { used, centre, spread, targetCentre, targetSpread } = file;
    for (let i = 0; i < used.length; i++) x[i] = (features[used[i]] - centre[i]) / spread[i];
    const weight = this.reach.weight(features, x, gradient);
    let sum = 0;
    let squares = 0;
    for (const network of networks) {
      const value = network.value(x);
      sum += value;
      squares += value * value;
    }
    const mean = sum / networks.length;
    const between = Math.max(0, squares / networks.length - mean * mean) * targetSpread * targetSpread;
    const free = targetCentre + targetSpread * mean;
    const learned = Math.min(file.most, Math.max(file.least, free));
    const floor = features[computeAt] - features[analyticalAt];
    const value = Math.max(floor, weight * learned);
    if (gradient !== undefined) {
      if (value === floor) {
        gradient.fill(0);
        gradient[computeAt] = 1;
        gradient[analyticalAt] = -1;
      } else {
        for (let i = 0; i < gradient.length; i++) gradient[i] *= learned;
        if (learned === free) {
          for (const network of networks) {
            network.backward((weight * targetSpread) / networks.length, null, slope);
            for (let i = 0; i < used.length; i++) gradient[used[i]] += slope[i] / spread[i];
          }
        }
      }
    }
    return { value, weight, between };
  }
}
