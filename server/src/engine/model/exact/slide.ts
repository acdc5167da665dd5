import { type Nest, temporal } from "./nest.ts";
import type { Part } from "./projection.ts";

/** What a window's tiles keep from step to step where the sliding loop b has two iterations or more in every pass. */
export class Slide {
  private readonly extents: Float64Array;
  private readonly before: Float64Array;
  private readonly moved: Float64Array;

  constructor(dimensions: number) {
    this.extents = new Float64Array(dimensions);
    this.before = new Float64Array(dimensions);
    this.moved = new Float64Array(dimensions);
  }

  /** Σ overlap of the part over its steps of loop `a` that keep it, all other dimensions standing. */
  keptBySteps(nest: Nest, part: Part, at: number, a: number, b: number): number {
    return this.keptByPass(nest, part, at, a, b, 0, 1);
  }

  /** One dimension of the part after the other: in its last pass, or in another. */
  private keptByPass(nest: Nest, part: Part, at: number, a: number, b: number, k: number, count: number): number {
    if (count === 0) return 0;
    if (k === part.dimensions.length) return count * this.overlap(nest, part, a, b);
    const d = part.dimensions[k];
    const { extents, before, moved } = this;
    const advances = nest.dimension[a] === d;
    const full = nest.extent[at + d];
    let passes = 0;
    let back = 0;
    let lastBack = 0;
    let lastZero = true;
    for (let n = nest.firstOf[d]; n < nest.endOf[d]; n++) {
      const i = nest.byDimension[n];
      if (i > b) break;
      if (nest.axis[i] !== temporal) continue;
      const last = nest.lastDigit[i];
      if (i < a) passes = passes * nest.factor[i] + last;
      else if (i > a) {
        back += (nest.factor[i] - 1) * nest.stride[i];
        lastBack += last * nest.stride[i];
        if (last !== 0) lastZero = false;
      }
    }
    const step = nest.stride[a];
    const perfect = nest.perfect[at + d] === 1;
    // Passes so far are those before the last one.
    const last = nest.lastDigit[a];
    let ordinary: number;
    let final: number;
    if (advances) {
      ordinary = passes * (nest.factor[a] - 1) + Math.max(0, last - 1);
      final = last > 0 ? 1 : 0;
    } else {
      ordinary = passes;
      final = 1;
    }
    extents[d] = full;
    before[d] = full;
    moved[d] = (advances ? step : 0) - back;
    if (perfect) return this.keptByPass(nest, part, at, a, b, k + 1, count * (ordinary + final));
    let words = this.keptByPass(nest, part, at, a, b, k + 1, count * ordinary);
    extents[d] = lastZero ? nest.lastExtent[at + d] : full;
    before[d] = advances ? full : nest.lastExtent[at + d];
    moved[d] = advances ? step - back : -lastBack;
    words += this.keptByPass(nest, part, at, a, b, k + 1, count * final);
    return words;
  }

  /** Words shared by this tile and the one before, if the rule lets them be kept. */
  private overlap(nest: Nest, part: Part, a: number, b: number): number {
    const { extents, before, moved } = this;
    const sliding = nest.dimension[b];
    let words = 1;
    let still = true;
    let alike = true;
    for (let r = 0; r < part.ranks.length; r++) {
      const { dimensions, coefficients } = part.ranks[r];
      let extent = 1;
      let former = 1;
      let translation = 0;
      let slide = 0;
      for (let t = 0; t < dimensions.length; t++) {
        const d = dimensions[t];
        extent += coefficients[t] * (extents[d] - 1);
        former += coefficients[t] * (before[d] - 1);
        translation += coefficients[t] * moved[d];
        if (d === sliding) slide = coefficients[t] * nest.stride[b];
      }
      if (translation !== 0) still = false;
      if (translation !== slide) alike = false;
      const low = Math.max(0, -translation);
      const high = Math.min(extent, former - translation);
      if (high <= low) return 0;
      words *= high - low;
    }
    return still || alike || a === b ? words : 0;
  }
}
