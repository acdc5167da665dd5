import type { Projection } from "../exact/projection.ts";
import { coefficientTable, hat, hatSlope, spatialSlot } from "./space.ts";
import type { RelaxedNest } from "./transfer.ts";

/** Longest lattice of coincident offsets that is looked at. */
const longest = 16;

/**
 * Distinct tiles among the children of one parent: how many words leave the parent for each word a child takes
 * (point 5 of `exact` counting: equal deltas travel once).
 *
 * A dimension that does not move the tile counts 1. Two spatial loops that move one rank by a and b words meet where
 * a·q = b·p for small coprime p, q: m·n − (m − q)·(n − p) offsets are distinct. For three loops and more on one window
 * rank the share of distinct offsets is that of the nearest whole loops, constant between.
 */
export class SharingFactor {
  value = 1;
  /** d value / d log factor, by slot position. */
  readonly gradient: Float64Array;
  private readonly projection: Projection;
  private readonly coefficients: Float64Array;
  private readonly window: Int32Array;

  constructor(projection: Projection, levels: number, dimensions: number) {
    this.projection = projection;
    this.gradient = new Float64Array(2 * levels * dimensions);
    this.coefficients = coefficientTable(projection, dimensions);
    // Window rank a dimension belongs to alone, or −1.
    this.window = new Int32Array(dimensions).fill(-1);
    projection.ranks.forEach((rank, r) => {
      const part = projection.parts.find((p) => p.dimensions.includes(rank.dimensions[0]));
      if (rank.dimensions.length > 1 && part?.ranks.length === 1) for (const d of rank.dimensions) this.window[d] = r;
    });
  }

  compute(nest: RelaxedNest, child: number, parent: number, gradients: boolean): void {
    const { dimensions, factors, active } = nest;
    const { relevant, ranks } = this.projection;
    this.value = 1;
    if (gradients) this.gradient.fill(0);
    for (let m = child + 1; m <= parent; m++) {
      const at = (2 * m + spatialSlot) * dimensions;
      for (let d = 0; d < dimensions; d++) {
        if (relevant[d] === 0 || active[at + d] === 0) continue;
        this.value *= factors[at + d];
        if (gradients) this.gradient[at + d] = 1;
      }
    }
    // `gradient` holds logarithmic derivatives until the end.
    if (this.projection.windowed) for (let r = 0; r < ranks.length; r++) this.meet(nest, child, parent, r, gradients);
    if (gradients) for (let i = 0; i < this.gradient.length; i++) this.gradient[i] *= this.value;
  }

  private meet(nest: RelaxedNest, child: number, parent: number, rank: number, gradients: boolean): void {
    const { dimensions, factors, active } = nest;
    let found = 0;
    let a = 0;
    let b = 0;
    for (let m = child + 1; m <= parent; m++) {
      for (let d = 0; d < dimensions; d++) {
        const at = (2 * m + spatialSlot) * dimensions + d;
        if (this.window[d] !== rank || active[at] === 0 || factors[at] <= 1) continue;
        if (found === 0) a = at;
        else b = at;
        found++;
      }
    }
    if (found > 2) this.value *= this.shareOfMany(nest, child, parent, rank);
    if (found !== 2) return;
    const m = factors[a];
    const n = factors[b];
    const x = this.step(nest, rank, a);
    const y = this.step(nest, rank, b);
    let met = 0;
    let byM = 0;
    let byN = 0;
    let byX = 0;
    let byY = 0;
    for (let q = 1; q < m && q <= longest; q++) {
      for (let p = 1; p < n && p <= longest; p++) {
        const away = x * q - y * p;
        if (Math.abs(away) >= 1 || !coprime(p, q)) continue;
        const share = hat(away);
        met += share * (m - q) * (n - p);
        byM += share * (n - p);
        byN += share * (m - q);
        const slope = hatSlope(away) * (m - q) * (n - p);
        byX += slope * q;
        byY -= slope * p;
      }
    }
    if (met === 0) return;
    const part = 1 - met / (m * n);
    if (gradients) {
      const scale = -1 / (m * n * part);
      this.gradient[a] += scale * (byM * m - met);
      this.gradient[b] += scale * (byN * n - met);
      this.pushInside(a, dimensions, scale * byX * x);
      this.pushInside(b, dimensions, scale * byY * y);
    }
    this.value *= part;
  }

  /** Distinct offsets of whole loops over all of them. */
  private shareOfMany(nest: RelaxedNest, child: number, parent: number, rank: number): number {
    const { dimensions, factors, active } = nest;
    let offsets = new Set([0]);
    let all = 1;
    for (let m = child + 1; m <= parent; m++) {
      for (let d = 0; d < dimensions; d++) {
        const at = (2 * m + spatialSlot) * dimensions + d;
        if (this.window[d] !== rank || active[at] === 0 || factors[at] <= 1) continue;
        const trips = Math.round(factors[at]);
        const step = Math.round(this.step(nest, rank, at));
        all *= trips;
        const next = new Set<number>();
        for (const offset of offsets) for (let i = 0; i < trips; i++) next.add(offset + i * step);
        offsets = next;
      }
    }
    return offsets.size / all;
  }

  private step({ dimensions, extents }: RelaxedNest, rank: number, at: number): number {
    const d = at % dimensions;
    const level = (at - d) / dimensions / 2;
    return this.coefficients[rank * dimensions + d] * extents[level * dimensions + d];
  }

  private pushInside(at: number, dimensions: number, amount: number): void {
    for (let slot = at % dimensions; slot < at; slot += dimensions) this.gradient[slot] += amount;
  }
}

function coprime(a: number, b: number): boolean {
  return b === 0 ? a === 1 : coprime(b, a % b);
}
