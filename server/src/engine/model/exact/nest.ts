import type { Loop, Mapping, Workload } from "../types.ts";

export const temporal = 0;
export const spatialY = 1;
export const spatialX = 2;

/**
 * The loops of a mapping as flat arrays, outer to inner, loops of factor 1 left out. Reused from mapping to mapping:
 * `clear`, then `push` loop by loop, then `finish`.
 *
 * A valid index vector is the mixed-radix notation of one index of the dimension; the largest one has the digits
 * `residual − 1` (docs/model.md, `exact`, point 1). So everything below compares digits with `lastDigit`.
 */
export class Nest {
  size = 0;
  readonly level: Int32Array;
  readonly axis: Int32Array;
  readonly dimension: Int32Array;
  readonly factor: Float64Array;
  /** `residual − 1`: the digit of the dimension's last index. */
  readonly lastDigit: Float64Array;
  /** How far one step of the loop moves its dimension. */
  readonly stride: Float64Array;
  /** Loops outside level l are those before `outside[l]`; `outside[0]` of the units themselves is `size`. */
  readonly outside: Int32Array;
  readonly bounds: Float64Array;
  /** `extent[(l + 1) · dimensions + d]`: indices of d inside one full tile of level l; l = −1 is one operation. */
  readonly extent: Float64Array;
  /** The same for the tile that holds the last index of d; meaningless where `perfect` says so. */
  readonly lastExtent: Float64Array;
  /** 1 where the tiles of level l and the loops outside it cut d without remainder. */
  readonly perfect: Uint8Array;
  /** No loop has a residual. */
  even = true;
  /** Loops grouped by dimension, outer to inner: `byDimension[firstOf[d]]` … `byDimension[endOf[d] − 1]`. */
  readonly byDimension: Int32Array;
  readonly firstOf: Int32Array;
  readonly endOf: Int32Array;
  readonly levels: number;
  readonly dimensions: number;
  private grouped = false;
  /** `perfect` holds only ones. */
  private allPerfect = false;
  private readonly running: Float64Array;

  constructor(workload: Workload, levels: number, capacity: number) {
    this.levels = levels;
    this.dimensions = workload.dimensions.length;
    this.level = new Int32Array(capacity);
    this.axis = new Int32Array(capacity);
    this.dimension = new Int32Array(capacity);
    this.factor = new Float64Array(capacity);
    this.lastDigit = new Float64Array(capacity);
    this.stride = new Float64Array(capacity);
    this.outside = new Int32Array(levels + 1);
    this.bounds = Float64Array.from(workload.dimensions, (d) => d.bound);
    this.extent = new Float64Array((levels + 1) * this.dimensions);
    this.lastExtent = new Float64Array((levels + 1) * this.dimensions);
    this.perfect = new Uint8Array((levels + 1) * this.dimensions);
    this.byDimension = new Int32Array(capacity);
    this.firstOf = new Int32Array(this.dimensions);
    this.endOf = new Int32Array(this.dimensions);
    this.running = new Float64Array(this.dimensions);
  }

  clear(): void {
    this.size = 0;
  }

  push(level: number, axis: number, dimension: number, factor: number, residual: number): void {
    if (factor === 1) return;
    const i = this.size++;
    this.level[i] = level;
    this.axis[i] = axis;
    this.dimension[i] = dimension;
    this.factor[i] = factor;
    this.lastDigit[i] = residual - 1;
  }

  /** Number of loops outside level l; −1 asks for the arithmetic. */
  before(l: number): number {
    return this.outside[l + 1];
  }

  finish(): void {
    const { dimensions, running, size, levels, level, dimension, factor, stride, extent, outside, lastDigit } = this;
    running.fill(1);
    let even = true;
    let i = size - 1;
    let at = 0;
    for (let l = -1; l < levels; l++) {
      // Loops of level l lie inside its tile.
      for (; i >= 0 && level[i] <= l; i--) {
        const d = dimension[i];
        const trips = factor[i];
        stride[i] = running[d];
        running[d] *= trips;
        if (lastDigit[i] !== trips - 1) even = false;
      }
      outside[l + 1] = i + 1;
      for (let d = 0; d < dimensions; d++) extent[at++] = running[d];
    }
    this.even = even;
    this.grouped = false;
    if (!even) this.findResiduals();
    else if (!this.allPerfect) {
      this.perfect.fill(1);
      this.allPerfect = true;
    }
  }

  /** Digits of the last index outside each level, from the outermost inwards. */
  private findResiduals(): void {
    const { dimensions, running, size, levels } = this;
    this.allPerfect = false;
    this.group();
    running.fill(0);
    let i = 0;
    for (let l = levels - 1; l >= -1; l--) {
      for (; i < this.outside[l + 1]; i++) running[this.dimension[i]] += this.lastDigit[i] * this.stride[i];
      const at = (l + 1) * dimensions;
      for (let d = 0; d < dimensions; d++) {
        const full = this.extent[at + d];
        const last = this.bounds[d] - running[d];
        this.lastExtent[at + d] = last;
        this.perfect[at + d] = last === full ? 1 : 0;
      }
    }
    for (i = 0; i < size; i++) {
      if (this.lastDigit[i] === this.factor[i] - 1) continue;
      const d = this.dimension[i];
      for (let l = this.level[i] - 1; l >= -1; l--) this.perfect[(l + 1) * dimensions + d] = 0;
    }
  }

  /** Fills `byDimension`; done where there are residuals. */
  group(): void {
    if (this.grouped) return;
    this.grouped = true;
    const { dimensions, size } = this;
    this.endOf.fill(0);
    for (let i = 0; i < size; i++) this.endOf[this.dimension[i]]++;
    let place = 0;
    for (let d = 0; d < dimensions; d++) {
      this.firstOf[d] = place;
      place += this.endOf[d];
      this.endOf[d] = this.firstOf[d];
    }
    for (let i = 0; i < size; i++) this.byDimension[this.endOf[this.dimension[i]]++] = i;
  }
}

function pushAll(nest: Nest, level: number, axis: number, loops: readonly Loop[]): void {
  for (let i = loops.length - 1; i >= 0; i--) {
    nest.push(level, axis, loops[i].dimension, loops[i].factor, loops[i].residual);
  }
}

/** Fits this nest a mapping? */
function holds(nest: Nest, levels: number, loops: number): boolean {
  return nest.levels === levels && nest.level.length >= loops;
}

/** A mapping's loops; X loops are innermost in their slot. `reuse` is filled instead of a new nest where it fits. */
export function nestOf(workload: Workload, mapping: Mapping, reuse: Nest | null = null): Nest {
  const { levels } = mapping;
  const loops = levels.reduce((n, l) => n + l.temporal.length + l.spatialX.length + l.spatialY.length, 0);
  const nest = reuse !== null && holds(reuse, levels.length, loops) ? reuse : new Nest(workload, levels.length, loops);
  nest.clear();
  for (let l = levels.length - 1; l >= 0; l--) {
    pushAll(nest, l, temporal, levels[l].temporal);
    pushAll(nest, l, spatialY, levels[l].spatialY);
    pushAll(nest, l, spatialX, levels[l].spatialX);
  }
  nest.finish();
  return nest;
}
