import { withRoom } from "../../numeric/room.ts";
import { type Nest, temporal } from "./nest.ts";
import type { Projection } from "./projection.ts";

/** Runs are rows of this many numbers; see `WindowMemory`. */
const width = 7;
const moves = 0;
const firstMove = 1;
const lastMove = 2;
const fresh = 3;
const stale = 5;

/** Residual dimensions beyond which the number of kinds of pass (2 to that power) is left to the general walk. */
const mostResiduals = 6;

/**
 * Words one instance receives through a window, by the translation rule of point 4, where all instances act alike.
 *
 * A run of steps matters to what follows only through its first and last non-zero translation and through what is
 * remembered at its end. Entered with nothing remembered, or with its own first translation, it is *fresh*; entered
 * with another translation it is *stale*: the first step that moves gets the full tile and forgets. So a run is one
 * row — moves or not, first and last translation, and for either way in the words and whether the last translation
 * is remembered at the end — two runs join in constant time, and n equal ones too, because the way in alternates at
 * most between two. Loops are joined inner to outer, once per set of dimensions that are in their last pass.
 */
export class WindowMemory {
  /** Words over all steps of one instance. */
  words = 0;
  /** How the instance acts: digits of its last step by loop, its last tile and whether that one is like all others. */
  last = new Float64Array(32);
  readonly end: Float64Array;
  readonly steady: Uint8Array;
  private readonly rows: Float64Array;
  private readonly next: Float64Array;
  private readonly once = new Float64Array(width);
  private readonly chain = new Float64Array(width);
  private readonly joined = new Float64Array(width);
  private readonly back: Float64Array;
  private readonly lastBack: Float64Array;
  private readonly lastZero: Uint8Array;
  private readonly bit: Int32Array;

  constructor(dimensions: number) {
    this.end = new Float64Array(dimensions);
    this.steady = new Uint8Array(dimensions);
    const masks = 1 << mostResiduals;
    this.rows = new Float64Array(masks * width);
    this.next = new Float64Array(masks * width);
    this.back = new Float64Array(dimensions);
    this.lastBack = new Float64Array(dimensions);
    this.lastZero = new Uint8Array(dimensions);
    this.bit = new Int32Array(dimensions);
  }

  /** All instances act up to the last step of their dimensions, with tiles of `level`. */
  beginAlike(nest: Nest, level: number): void {
    const at = (level + 1) * nest.dimensions;
    const end = nest.before(level);
    this.last = withRoom(this.last, end);
    for (let i = 0; i < end; i++) this.last[i] = nest.lastDigit[i];
    for (let d = 0; d < nest.dimensions; d++) {
      this.steady[d] = nest.perfect[at + d];
      this.end[d] = nest.lastExtent[at + d];
    }
  }

  /** False where there are too many residual dimensions. `level` holds the tiles; to be begun with `beginAlike`. */
  run(nest: Nest, projection: Projection, level: number): boolean {
    const { relevant } = projection;
    nest.group();
    const end = nest.before(level);
    const at = (level + 1) * nest.dimensions;
    let innermost = end - 1;
    while (innermost >= 0 && !(nest.axis[innermost] === temporal && relevant[nest.dimension[innermost]])) innermost--;
    // One bit per dimension whose last pass differs from the others: set while in the last pass.
    let residuals = 0;
    for (let d = 0; d < nest.dimensions; d++) {
      this.bit[d] = 0;
      this.back[d] = 0;
      this.lastBack[d] = 0;
      this.lastZero[d] = 1;
      if (this.steady[d] === 1) continue;
      let looped = false;
      for (let k = nest.firstOf[d]; k < nest.endOf[d] && nest.byDimension[k] <= innermost; k++) {
        if (nest.axis[nest.byDimension[k]] === temporal) looped = true;
      }
      if (!looped) continue;
      if (residuals === mostResiduals) return false;
      this.bit[d] = 1 << residuals++;
    }
    const masks = 1 << residuals;
    this.rows.fill(0, 0, masks * width);

    for (let i = innermost; i >= 0; i--) {
      if (nest.axis[i] !== temporal) continue;
      const d = nest.dimension[i];
      const bit = this.bit[d];
      // A dimension without loops outside this one is in its last pass.
      let certain = masks - 1;
      for (let k = 0; k < i; k++) if (nest.axis[k] === temporal) certain &= ~this.bit[nest.dimension[k]];
      for (let mask = 0; mask < masks; mask++) {
        if ((mask & certain) !== certain) continue;
        const into = mask * width;
        if ((mask & bit) !== 0) {
          const last = this.last[i];
          if (last === 0) {
            this.copy(this.rows, into, this.next, into);
            continue;
          }
          // Full passes, then the last one.
          const full = (mask & ~bit) * width;
          this.copy(this.rows, full, this.chain, 0);
          if (last > 1) {
            this.step(nest, projection, at, i, mask & ~bit);
            this.join(this.once, 0, this.rows, full);
            this.repeat(last - 1);
            this.append(this.joined, 0);
          }
          this.step(nest, projection, at, i, mask);
          this.append(this.once, 0);
          this.append(this.rows, into);
          this.copy(this.chain, 0, this.next, into);
        } else {
          this.copy(this.rows, into, this.chain, 0);
          this.step(nest, projection, at, i, mask);
          this.join(this.once, 0, this.rows, into);
          this.repeat(nest.factor[i] - 1);
          this.append(this.joined, 0);
          this.copy(this.chain, 0, this.next, into);
        }
      }
      for (let k = 0; k < masks * width; k++) this.rows[k] = this.next[k];
      this.back[d] += (nest.factor[i] - 1) * nest.stride[i];
      this.lastBack[d] += this.last[i] * nest.stride[i];
      if (this.last[i] !== 0) this.lastZero[d] = 0;
    }
    this.words = this.tile(nest, projection, at, masks - 1) + this.rows[(masks - 1) * width + fresh];
    return true;
  }

  private copy(from: Float64Array, a: number, to: Float64Array, b: number): void {
    for (let k = 0; k < width; k++) to[b + k] = from[a + k];
  }

  /** Extent of the tile that begins a pass. A dimension without loops here has only its last tile. */
  private extent(nest: Nest, at: number, d: number, mask: number): number {
    const bit = this.bit[d];
    if (this.steady[d] === 1) return nest.extent[at + d];
    if (bit === 0) return this.end[d];
    return (mask & bit) !== 0 && this.lastZero[d] === 1 ? this.end[d] : nest.extent[at + d];
  }

  private tile(nest: Nest, projection: Projection, at: number, mask: number): number {
    let words = 1;
    for (const rank of projection.ranks) {
      let extent = 1;
      for (let t = 0; t < rank.dimensions.length; t++) {
        extent += rank.coefficients[t] * (this.extent(nest, at, rank.dimensions[t], mask) - 1);
      }
      words *= extent;
    }
    return words;
  }

  /** The step at which loop `a` advances into a pass of kind `mask`, as a run of one, in `once`. */
  private step(nest: Nest, projection: Projection, at: number, a: number, mask: number): void {
    const { ranks } = projection;
    const advancing = nest.dimension[a];
    let words = 1;
    let overlap = 1;
    let translation = 0;
    let weight = 1;
    for (let r = 0; r < ranks.length; r++) {
      const { dimensions, coefficients } = ranks[r];
      let extent = 1;
      let before = 1;
      let moved = 0;
      for (let t = 0; t < dimensions.length; t++) {
        const d = dimensions[t];
        const c = coefficients[t];
        const bit = this.bit[d];
        extent += c * (this.extent(nest, at, d, mask) - 1);
        if (d === advancing) {
          before += c * (nest.extent[at + d] - 1);
          moved += c * (nest.stride[a] - this.back[d]);
        } else {
          const last = bit === 0 ? this.steady[d] === 0 : (mask & bit) !== 0;
          before += c * ((last ? this.end[d] : nest.extent[at + d]) - 1);
          moved -= c * (last && bit !== 0 ? this.lastBack[d] : this.back[d]);
        }
      }
      words *= extent;
      const low = moved < 0 ? -moved : 0;
      const high = Math.min(extent, before - moved);
      overlap *= high > low ? high - low : 0;
      translation += weight * moved;
      weight *= 2 * ranks[r].words + 2;
    }
    const { once } = this;
    once[moves] = translation === 0 ? 0 : 1;
    once[firstMove] = translation;
    once[lastMove] = translation;
    once[fresh] = words - overlap;
    once[fresh + 1] = 1;
    once[stale] = translation === 0 ? words - overlap : words;
    once[stale + 1] = 0;
  }

  /** `joined` = run at `x[a…]`, then run at `y[b…]`. */
  private join(x: Float64Array, a: number, y: Float64Array, b: number): void {
    const { joined } = this;
    if (x[a + moves] === 0 || y[b + moves] === 0) {
      const from = x[a + moves] === 0 ? y : x;
      const other = from === y ? x : y;
      const f = from === y ? b : a;
      const o = from === y ? a : b;
      for (let k = 0; k < width; k++) joined[k] = from[f + k];
      joined[fresh] += other[o + fresh];
      joined[stale] += other[o + fresh];
      return;
    }
    const meets = x[a + lastMove] === y[b + firstMove];
    const first = x[a + firstMove];
    const last = y[b + lastMove];
    const wayF = x[a + fresh + 1] === 0 || meets ? fresh : stale;
    const wayS = x[a + stale + 1] === 0 || meets ? fresh : stale;
    const freshWords = x[a + fresh] + y[b + wayF];
    const freshEnd = y[b + wayF + 1];
    const staleWords = x[a + stale] + y[b + wayS];
    const staleEnd = y[b + wayS + 1];
    joined[moves] = 1;
    joined[firstMove] = first;
    joined[lastMove] = last;
    joined[fresh] = freshWords;
    joined[fresh + 1] = freshEnd;
    joined[stale] = staleWords;
    joined[stale + 1] = staleEnd;
  }

  /** `joined` repeated n ≥ 1 times. */
  private repeat(n: number): void {
    const { joined } = this;
    if (joined[moves] === 0) {
      joined[fresh] *= n;
      joined[stale] = joined[fresh];
      return;
    }
    const meets = joined[lastMove] === joined[firstMove];
    const afterFresh = joined[fresh + 1] === 0 || meets ? fresh : stale;
    const afterStale = joined[stale + 1] === 0 || meets ? fresh : stale;
    const wf = joined[fresh];
    const ws = joined[stale];
    const ef = joined[fresh + 1];
    const es = joined[stale + 1];
    // Entered fresh.
    if (afterFresh === fresh) joined[fresh] = n * wf;
    else if (afterStale === stale) {
      joined[fresh] = wf + (n - 1) * ws;
      joined[fresh + 1] = n === 1 ? ef : es;
    } else {
      joined[fresh] = Math.ceil(n / 2) * wf + Math.floor(n / 2) * ws;
      joined[fresh + 1] = n % 2 === 1 ? ef : es;
    }
    // Entered stale.
    if (afterStale === stale) joined[stale] = n * ws;
    else if (afterFresh === fresh) {
      joined[stale] = ws + (n - 1) * wf;
      joined[stale + 1] = n === 1 ? es : ef;
    } else {
      joined[stale] = Math.ceil(n / 2) * ws + Math.floor(n / 2) * wf;
      joined[stale + 1] = n % 2 === 1 ? es : ef;
    }
  }

  /** `chain` = `chain`, then the run at `x[a…]`. */
  private append(x: Float64Array, a: number): void {
    if (x === this.joined) {
      this.copy(this.joined, 0, this.once, 0);
      this.join(this.chain, 0, this.once, 0);
    } else this.join(this.chain, 0, x, a);
    this.copy(this.joined, 0, this.chain, 0);
  }
}
