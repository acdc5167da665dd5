import type { Projection } from "../exact/projection.ts";
import { coefficientTable, hat, hatSlope, iterates, iteratesSlope, spatialSlot, temporalSlot } from "./space.ts";

/** Real tiling factors of a layer and what follows from them alone. */
export interface RelaxedNest {
  levels: number;
  dimensions: number;
  /** By slot position. */
  factors: Float64Array;
  /** 1 where the factor may differ from 1. */
  active: Uint8Array;
  /** Temporal orders, `level · dimensions + place`, innermost first. */
  orders: Uint8Array;
  /** `extents[(level + 1) · dimensions + d]`: indices of d inside the temporal slot of `level`; all 1 at 0. */
  extents: Float64Array;
}

/**
 * Words one instance of a child level takes in over the run for one data space, for real factors, with the gradient
 * by the logarithms of the factors (docs/gradient.md, “Transfers”).
 *
 * Point 4 of `exact` counting: let k be the innermost loop outside the child that moves its tile. All steps of k and
 * of loops outside it bring a whole tile, less the overlap where the step's translation is that of k. Which loop is k
 * is decided by factors above 1: `iterates` blends the candidates between 1 and 2; translations are compared by `hat`.
 * At whole factors both are 0 or 1, and the count is that of `exact`.
 */
export class TransferWords {
  words = 0;
  /** d words / d log factor, by slot position. */
  readonly gradient: Float64Array;
  private readonly projection: Projection;
  private readonly coefficients: Float64Array;
  private readonly ranks: number;
  private readonly sliding: Uint8Array;
  private tile = 0;
  // Loops outside the child, inner to outer.
  private loops = 0;
  private readonly slot: Int32Array;
  private readonly dimension: Int32Array;
  private readonly product: Float64Array;
  private readonly stride: Float64Array;
  private readonly branch: Float64Array;
  private readonly rest: Float64Array;
  // Adjoints.
  private readonly byProduct: Float64Array;
  private readonly byStride: Float64Array;
  private readonly byFactor: Float64Array;
  private readonly extent: Float64Array;
  private readonly byExtent: Float64Array;
  private readonly wraps: Float64Array;
  private byTile = 0;

  constructor(projection: Projection, levels: number, dimensions: number) {
    this.projection = projection;
    this.ranks = projection.ranks.length;
    this.coefficients = coefficientTable(projection, dimensions);
    this.sliding = new Uint8Array(dimensions);
    for (const part of projection.parts) {
      if (part.dimensions.length > 1) for (const d of part.dimensions) this.sliding[d] = 1;
    }
    const most = levels * dimensions;
    this.gradient = new Float64Array(2 * most);
    this.slot = new Int32Array(most);
    this.dimension = new Int32Array(most);
    this.product = new Float64Array(most + 1);
    this.stride = new Float64Array(most);
    this.branch = new Float64Array(most + 1);
    this.rest = new Float64Array(most + 1);
    this.byProduct = new Float64Array(most + 1);
    this.byStride = new Float64Array(most);
    this.byFactor = new Float64Array(most);
    this.extent = new Float64Array(this.ranks);
    this.byExtent = new Float64Array(this.ranks);
    this.wraps = new Float64Array(this.ranks);
  }

  /** Child level −1 is the arithmetic: it takes an operand at every operation. */
  compute(nest: RelaxedNest, child: number, gradients: boolean): void {
    this.list(nest, child);
    if (child < 0) this.everyStep(gradients);
    else this.moves(nest, child, gradients);
  }

  private list(nest: RelaxedNest, child: number): void {
    const { levels, dimensions, factors, active, orders, extents } = nest;
    let n = 0;
    for (let m = child + 1; m < levels; m++) {
      const at = (2 * m + temporalSlot) * dimensions;
      for (let k = 0; k < dimensions; k++) {
        const d = orders[m * dimensions + k];
        if (active[at + d] === 0) continue;
        this.slot[n] = at + d;
        this.dimension[n] = d;
        this.stride[n] = extents[m * dimensions + d] * factors[(2 * m + spatialSlot) * dimensions + d];
        n++;
      }
    }
    this.loops = n;
    this.product[n] = 1;
    for (let j = n - 1; j >= 0; j--) this.product[j] = this.product[j + 1] * factors[this.slot[j]];
  }

  private everyStep(gradients: boolean): void {
    this.words = this.product[0];
    if (!gradients) return;
    this.gradient.fill(0);
    for (let j = 0; j < this.loops; j++) this.gradient[this.slot[j]] = this.words;
  }

  private moves(nest: RelaxedNest, child: number, gradients: boolean): void {
    const { factors, dimensions } = nest;
    const { relevant } = this.projection;
    this.measure(nest, child);
    // Loops outside one of factor 2 or more never decide.
    let last = this.loops - 1;
    for (let k = 0; k <= last; k++) if (relevant[this.dimension[k]] === 1 && factors[this.slot[k]] >= 2) last = k;
    // rest[k]: the words if nothing up to loop k moves.
    let value = this.tile;
    for (let k = last; k >= 0; k--) {
      this.rest[k] = value;
      if (relevant[this.dimension[k]] === 0) continue;
      this.branch[k] = this.branchWords(nest, k, 0);
      const share = iterates(factors[this.slot[k]]);
      value = share * this.branch[k] + (1 - share) * value;
    }
    this.words = value;
    if (!gradients) return;
    this.gradient.fill(0);
    this.byProduct.fill(0);
    this.byStride.fill(0);
    this.byFactor.fill(0);
    this.byExtent.fill(0);
    this.byTile = 0;
    let open = 1;
    for (let k = 0; k <= last; k++) {
      if (relevant[this.dimension[k]] === 0) continue;
      const factor = factors[this.slot[k]];
      const share = iterates(factor);
      this.byFactor[k] += open * iteratesSlope(factor) * (this.branch[k] - this.rest[k]);
      if (share > 0) this.branchWords(nest, k, open * share);
      open *= 1 - share;
      if (open === 0) break;
    }
    this.byTile += open;
    this.push(nest, child, dimensions);
  }

  private measure(nest: RelaxedNest, child: number): void {
    const { dimensions, extents } = nest;
    const at = (child + 1) * dimensions;
    this.tile = 1;
    for (let r = 0; r < this.ranks; r++) {
      const { dimensions: own, coefficients } = this.projection.ranks[r];
      let extent = 1;
      for (let i = 0; i < own.length; i++) extent += coefficients[i] * (extents[at + own[i]] - 1);
      this.extent[r] = extent;
      this.tile *= extent;
    }
  }

  /** Words if k is the innermost loop that moves the tile; with `adjoint` ≠ 0 its gradient times `adjoint` is added. */
  private branchWords(nest: RelaxedNest, k: number, adjoint: number): number {
    const { product } = this;
    const whole = this.tile * product[k];
    if (this.sliding[this.dimension[k]] === 0) {
      if (adjoint !== 0) {
        this.byTile += adjoint * product[k];
        this.byProduct[k] += adjoint * this.tile;
      }
      return whole;
    }
    const overlap = this.overlap(nest, k);
    const steps = product[k] - product[k + 1];
    let words = whole - steps * overlap;
    let byOverlap = -adjoint * steps;
    if (adjoint !== 0) {
      this.byTile += adjoint * product[k];
      this.byProduct[k] += adjoint * (this.tile - overlap);
      this.byProduct[k + 1] += adjoint * overlap;
    }
    // Steps of outer loops that stand still, or move as k does.
    this.wraps.fill(0);
    this.addWraps(nest, k);
    for (let j = k + 1; j < this.loops; j++) {
      const still = this.projection.relevant[this.dimension[j]] === 1 ? this.match(nest, j, -1) : 0;
      const alike = overlap > 0 ? this.match(nest, j, k) : 0;
      if (still > 0 || alike > 0) {
        const kept = still * this.tile + (1 - still) * alike * overlap;
        const times = product[j] - product[j + 1];
        words -= times * kept;
        if (adjoint !== 0) {
          this.byProduct[j] -= adjoint * kept;
          this.byProduct[j + 1] += adjoint * kept;
          this.byTile -= adjoint * times * still;
          byOverlap -= adjoint * times * (1 - still) * alike;
          if (still > 0) this.pushMatch(nest, k, j, -1, -adjoint * times * (this.tile - alike * overlap));
          if (alike > 0) this.pushMatch(nest, k, j, k, -adjoint * times * (1 - still) * overlap);
        }
      }
      this.addWraps(nest, j);
    }
    if (adjoint !== 0 && overlap > 0) this.pushOverlap(nest, k, byOverlap);
    return words;
  }

  private addWraps(nest: RelaxedNest, j: number): void {
    const length = (nest.factors[this.slot[j]] - 1) * this.stride[j];
    const d = this.dimension[j];
    for (let r = 0; r < this.ranks; r++) this.wraps[r] += this.coefficients[r * nest.dimensions + d] * length;
  }

  private translation(nest: RelaxedNest, j: number, r: number): number {
    return this.coefficients[r * nest.dimensions + this.dimension[j]] * this.stride[j];
  }

  private overlap(nest: RelaxedNest, k: number): number {
    let words = 1;
    for (let r = 0; r < this.ranks && words > 0; r++) {
      words *= Math.max(0, this.extent[r] - this.translation(nest, k, r));
    }
    return words;
  }

  /** Is the translation of a step of j, inner loops wrapping, that of a step of k (−1: none)? */
  private match(nest: RelaxedNest, j: number, k: number): number {
    let product = 1;
    for (let r = 0; r < this.ranks && product > 0; r++) product *= hat(this.difference(nest, j, k, r));
    return product;
  }

  private difference(nest: RelaxedNest, j: number, k: number, r: number): number {
    return this.translation(nest, j, r) - this.wraps[r] - (k < 0 ? 0 : this.translation(nest, k, r));
  }

  private pushOverlap(nest: RelaxedNest, k: number, adjoint: number): void {
    for (let r = 0; r < this.ranks; r++) {
      let others = 1;
      for (let s = 0; s < this.ranks; s++) {
        if (s !== r) others *= Math.max(0, this.extent[s] - this.translation(nest, k, s));
      }
      this.byExtent[r] += adjoint * others;
      this.byStride[k] -= adjoint * others * this.coefficients[r * nest.dimensions + this.dimension[k]];
    }
  }

  /** Adds the gradient of `match(j, moving)` times `adjoint`; the wraps are those of the loops from k to j − 1. */
  private pushMatch(nest: RelaxedNest, k: number, j: number, moving: number, adjoint: number): void {
    for (let r = 0; r < this.ranks; r++) {
      const slope = hatSlope(this.difference(nest, j, moving, r));
      if (slope === 0) continue;
      let others = adjoint * slope;
      for (let s = 0; s < this.ranks; s++) if (s !== r) others *= hat(this.difference(nest, j, moving, s));
      const coefficient = (i: number) => this.coefficients[r * nest.dimensions + this.dimension[i]];
      this.byStride[j] += others * coefficient(j);
      if (moving >= 0) this.byStride[moving] -= others * coefficient(moving);
      for (let i = k; i < j; i++) {
        this.byStride[i] -= others * coefficient(i) * (nest.factors[this.slot[i]] - 1);
        this.byFactor[i] -= others * coefficient(i) * this.stride[i];
      }
    }
  }

  /** From products, strides, factors and extents to the logarithms of the factors. */
  private push(nest: RelaxedNest, child: number, dimensions: number): void {
    const { gradient } = this;
    const { factors, extents } = nest;
    let products = 0;
    for (let j = 0; j < this.loops; j++) {
      products += this.byProduct[j] * this.product[j];
      gradient[this.slot[j]] += products + this.byFactor[j] * factors[this.slot[j]];
      if (this.byStride[j] !== 0) {
        const d = this.dimension[j];
        const level = ((this.slot[j] - d) / dimensions) >> 1;
        this.pushInside(gradient, d, 2 * level + 1, dimensions, this.byStride[j] * this.stride[j]);
      }
    }
    const at = (child + 1) * dimensions;
    for (let r = 0; r < this.ranks; r++) {
      const adjoint = this.byExtent[r] + (this.byTile * this.tile) / this.extent[r];
      const { dimensions: own, coefficients } = this.projection.ranks[r];
      for (let i = 0; i < own.length; i++) {
        const d = own[i];
        this.pushInside(gradient, d, 2 * (child + 1), dimensions, adjoint * coefficients[i] * extents[at + d]);
      }
    }
  }

  /** An extent is the product of the factors in the slots before `end`. */
  private pushInside(gradient: Float64Array, d: number, end: number, dimensions: number, amount: number): void {
    for (let slot = 0; slot < end; slot++) gradient[slot * dimensions + d] += amount;
  }
}
