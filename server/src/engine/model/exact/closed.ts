import { held, Lattice, running } from "./lattice.ts";
import { movesAlways, repeats, spreadUnevenly } from "./loops.ts";
import { WindowMemory } from "./memory.ts";
import { type Nest, temporal } from "./nest.ts";
import { distinctOffsets, OffsetMarks } from "./offsets.ts";
import { type Part, type Projection, partWords, projectionOfPart } from "./projection.ts";
import { Slide } from "./slide.ts";
import { partColumns, StepSums } from "./sums.ts";
import { Visits } from "./visits.ts";

/** Who is counted: all transfers out of parents, those of the first parent, all into children, into the first child. */
const parents = 0;
const firstParent = 1;
const children = 2;
const firstChild = 3;

/**
 * Totals of `walkSteps` for the common kinds of mapping, by products over dimensions and without allocating.
 *
 * Where the innermost loop that moves the tile, b, has two iterations or more in every pass, the translation rule of
 * point 4 needs no memory: the first step of b finds nothing or its own translation remembered, so every step of b
 * keeps the overlap, and every other moving step finds b's translation, so it keeps the overlap exactly if its own is
 * equal or zero. That can only be a step of a loop in b's part while all other parts stand. The sum over steps is then
 * a product over parts and dimensions, whatever residuals the spatial loops of the others have.
 */
export class ClosedForm {
  parentWords = 0;
  childWords = 0;
  firstParentWords = 0;
  firstChildWords = 0;
  /** Are words of the first parent and child asked for? Without bandwidths they are not. */
  firsts = true;
  /** The innermost loop that moves the tile (for the arithmetic: the innermost loop); −1 for none. */
  through = -1;
  /** Words that would arrive at the children if no tile kept anything of the one before. */
  wholeWords = 0;
  unionTotal = 0;
  unionFirst = 0;
  private readonly lattice = new Lattice();
  readonly sums: StepSums;
  private readonly visits: Visits;
  readonly memory: WindowMemory;
  private readonly marks: OffsetMarks;
  /** Running products by who is counted. */
  private readonly product = new Float64Array(4);
  private readonly saved = new Float64Array(4);
  private readonly extents: Float64Array;
  private readonly slide: Slide;
  private child = -1;
  private parent = 0;

  constructor(dimensions: number, projections: readonly Projection[]) {
    this.sums = new StepSums(dimensions);
    this.visits = new Visits(dimensions, projections);
    this.memory = new WindowMemory(dimensions);
    this.marks = new OffsetMarks(projections);
    this.extents = new Float64Array(dimensions);
    this.slide = new Slide(dimensions);
  }

  /** False where only the general walk knows. */
  traffic(nest: Nest, projection: Projection, child: number, parent: number, whole: boolean): boolean {
    const end = nest.before(child);
    const inside = nest.before(parent);
    const at = (child + 1) * nest.dimensions;
    this.child = child;
    this.parent = parent;
    let b = end - 1;
    this.through = b;
    if (!whole) {
      const { relevant } = projection;
      while (b >= 0 && !(nest.axis[b] === temporal && relevant[nest.dimension[b]] === 1)) b--;
      this.through = b;
      if (b >= 0 && !repeats(nest, at, end, b)) {
        if (projection.windowed) return this.remembering(nest, projection, child, inside);
        if (!movesAlways(nest, projection, b)) {
          const { visits } = this;
          if (this.firsts) {
            visits.count(nest, projection, child, inside, held, running, b);
            this.firstParentWords = visits.parentWords;
            visits.count(nest, projection, child, inside, held, held, b);
            this.firstChildWords = visits.parentWords;
          }
          visits.count(nest, projection, child, inside, running, running, b);
          this.parentWords = visits.parentWords;
          this.childWords = visits.childWords;
          this.wholeWords = this.childWords;
          return true;
        }
      }
    }
    if (!this.sum(nest, projection, at, end, inside, b + 1, -1)) return false;
    const { product } = this;
    let p = product[parents];
    let fp = product[firstParent];
    let c = product[children];
    let fc = product[firstChild];
    this.wholeWords = c;
    if (!whole && b >= 0 && projection.windowed) {
      const own = projection.partOf[nest.dimension[b]];
      if (projection.parts[own].dimensions.length > 1) {
        if (!this.overlaps(nest, projection, at, end, inside, b, own)) {
          return this.remembering(nest, projection, child, inside);
        }
        p -= this.saved[parents];
        fp -= this.saved[firstParent];
        c -= this.saved[children];
        fc -= this.saved[firstChild];
      }
    }
    this.parentWords = p;
    this.firstParentWords = fp;
    this.childWords = c;
    this.firstChildWords = fc;
    return true;
  }

  /**
   * Words of all tiles over the temporal loops before `cut`, into `product`; part `skip` left out. False where a
   * window's dimension has residuals and is spread.
   */
  private sum(
    nest: Nest,
    projection: Projection,
    at: number,
    end: number,
    inside: number,
    cut: number,
    skip: number,
  ): boolean {
    const { partOf, parts } = projection;
    const { product } = this;
    // Perfect dimensions: every loop multiplies. Shared: spatial loops of children that may fall on one another.
    let all = 1;
    let outer = 1;
    let innerOwn = 1;
    let inner = 1;
    let apart = skip < 0 ? 0 : 1 << skip;
    if (projection.windowed && !nest.even) {
      for (let k = 0; k < parts.length; k++) if (spreadUnevenly(nest, parts[k], at, end)) apart |= 1 << k;
    }
    const { axis, dimension, factor: factors, perfect, even } = nest;
    const { alone } = projection;
    for (let i = 0; i < end; i++) {
      const d = dimension[i];
      if (!even && perfect[at + d] === 0) continue;
      if (apart !== 0 && partOf[d] >= 0 && ((apart >> partOf[d]) & 1) === 1) continue;
      const factor = factors[i];
      if (axis[i] === temporal) {
        if (i < cut) all *= factor;
      } else if (i < inside) outer *= factor;
      else {
        inner *= factor;
        if (alone[d] === 1) innerOwn *= factor;
      }
    }
    product[parents] = all * outer * innerOwn;
    product[firstParent] = all * innerOwn;
    product[children] = all * outer * inner;
    product[firstChild] = all;
    for (let k = 0; k < parts.length; k++) {
      if (k === skip) continue;
      if ((apart >> k) & 1) this.multiplyWalked(nest, projection, parts[k]);
      else if (!this.multiplyPart(nest, projection, k, at, end, inside, cut)) return false;
    }
    if (nest.even) return true;
    for (let d = 0; d < nest.dimensions; d++) {
      if (partOf[d] >= 0 || nest.perfect[at + d] === 1) continue;
      product[parents] *= this.indices(nest, d, end, cut, inside, running, held);
      product[children] *= this.indices(nest, d, end, cut, inside, running, running);
      if (!this.firsts) continue;
      const first = this.indices(nest, d, end, cut, inside, held, held);
      product[firstParent] *= first;
      product[firstChild] *= first;
    }
    return true;
  }

  private multiplyPart(
    nest: Nest,
    projection: Projection,
    index: number,
    at: number,
    end: number,
    inside: number,
    cut: number,
  ): boolean {
    const { product, extents } = this;
    const part = projection.parts[index];
    const { dimensions } = part;
    if (dimensions.length === 0) return true;
    if (dimensions.length === 1) {
      const d = dimensions[0];
      if (nest.perfect[at + d] === 1) {
        extents[d] = nest.extent[at + d];
        this.scale(partWords(part, extents));
        return true;
      }
      const words = this.tiles(nest, part, at, end, cut, inside, running, running);
      product[parents] *= words;
      product[children] *= words;
      if (!this.firsts) return true;
      product[firstParent] *= this.tiles(nest, part, at, end, cut, inside, held, running);
      product[firstChild] *= this.tiles(nest, part, at, end, cut, inside, held, held);
      return true;
    }
    const distinct = distinctOffsets(nest, projection, index, inside, end, this.marks);
    if (distinct === 0) return false;
    product[parents] *= distinct;
    product[firstParent] *= distinct;
    this.scale(this.windowTiles(nest, part, at, end, cut, 0, 1));
    return true;
  }

  private scale(by: number): void {
    for (let k = 0; k < 4; k++) this.product[k] *= by;
  }

  /** A window spread with residuals: its own few loops are walked by kinds of step. */
  private multiplyWalked(nest: Nest, projection: Projection, part: Part): void {
    const own = projectionOfPart(projection, part);
    const words = this.sums.part(nest, own, part, this.child, this.parent, -1);
    for (let who = 0; who < 4; who++) {
      let sum = 0;
      for (let row = who; row < words.length; row += partColumns) sum += words[row];
      this.product[who] *= sum;
    }
  }

  /** Words of a window's tiles: dimensions with residuals have full tiles, then the last one. */
  private windowTiles(nest: Nest, part: Part, at: number, end: number, cut: number, k: number, count: number): number {
    if (count === 0) return 0;
    if (k === part.dimensions.length) return count * partWords(part, this.extents);
    const d = part.dimensions[k];
    if (nest.perfect[at + d] === 1) {
      this.extents[d] = nest.extent[at + d];
      return this.windowTiles(nest, part, at, end, cut, k + 1, count);
    }
    this.lattice.count(nest, d, end, cut, end, held, held, -1);
    const { below, reached } = this.lattice;
    this.extents[d] = nest.extent[at + d];
    const full = this.windowTiles(nest, part, at, end, cut, k + 1, count * below);
    this.extents[d] = nest.lastExtent[at + d];
    return full + this.windowTiles(nest, part, at, end, cut, k + 1, count * reached);
  }

  private indices(nest: Nest, d: number, end: number, cut: number, inside: number, outer: number, inner: number) {
    this.lattice.count(nest, d, end, cut, inside, outer, inner, -1);
    return this.lattice.below + this.lattice.reached;
  }

  private tiles(
    nest: Nest,
    part: Part,
    at: number,
    end: number,
    cut: number,
    inside: number,
    outer: number,
    inner: number,
  ): number {
    const d = part.dimensions[0];
    this.lattice.count(nest, d, end, cut, inside, outer, inner, -1);
    const { below, reached } = this.lattice;
    this.extents[d] = nest.extent[at + d];
    const full = partWords(part, this.extents);
    this.extents[d] = nest.lastExtent[at + d];
    return below * full + reached * partWords(part, this.extents);
  }

  /**
   * Words that tiles keep from step to step, into `saved`: at the steps of b, and of the other loops of its part that
   * move like b or not at all. False where another part may stand or move inside such a loop, for its residuals.
   */
  private overlaps(
    nest: Nest,
    projection: Projection,
    at: number,
    end: number,
    inside: number,
    b: number,
    own: number,
  ): boolean {
    const { saved, product } = this;
    const part = projection.parts[own];
    saved.fill(0);
    nest.group();
    const uneven = !nest.even && spreadUnevenly(nest, part, at, end);
    const narrow = uneven ? projectionOfPart(projection, part) : null;
    const whole = narrow && this.sums.part(nest, narrow, part, this.child, this.parent, -1);
    const fresh = narrow && this.sums.part(nest, narrow, part, this.child, this.parent, b);
    for (let a = b; a >= 0; a--) {
      if (nest.axis[a] !== temporal) continue;
      const d = nest.dimension[a];
      if (projection.partOf[d] !== own) {
        if (projection.partOf[d] < 0) continue;
        // Outside this loop another part moves at every wrap, unless its passes may be single.
        if (repeats(nest, at, end, a)) break;
        return whole === null && this.nothingLeft(nest, projection, at, a, b, own);
      }
      if (whole !== null && fresh !== null) {
        if (!this.sum(nest, projection, at, end, inside, a, own)) return false;
        const row = partColumns * (a + 1);
        for (let who = 0; who < 4; who++) saved[who] += product[who] * (whole[row + who] - fresh[row + who]);
        continue;
      }
      const kept = this.slide.keptBySteps(nest, part, at, a, b);
      if (kept === 0) continue;
      if (!this.sum(nest, projection, at, end, inside, a, own)) return false;
      let outer = 1;
      let inner = 1;
      for (let i = 0; i < end; i++) {
        if (nest.axis[i] === temporal || projection.partOf[nest.dimension[i]] !== own) continue;
        if (i < inside) outer *= nest.factor[i];
        else inner *= nest.factor[i];
      }
      const distinct = distinctOffsets(nest, projection, own, inside, end, this.marks);
      saved[parents] += product[parents] * kept * outer * distinct;
      saved[firstParent] += product[firstParent] * kept * distinct;
      saved[children] += product[children] * kept * outer * inner;
      saved[firstChild] += product[firstChild] * kept;
    }
    return true;
  }

  /** Words a tile keeps when loop `a` advances; no loop has a residual, and b is the innermost that moves the tile. */
  overlapOfStep(nest: Nest, projection: Projection, child: number, a: number, b: number): number {
    const { partOf, parts } = projection;
    const own = partOf[nest.dimension[b]];
    if (partOf[nest.dimension[a]] !== own || parts[own].dimensions.length < 2) return 0;
    let steps = nest.factor[a] - 1;
    for (let i = 0; i <= b; i++) {
      if (nest.axis[i] !== temporal || i === a) continue;
      const part = partOf[nest.dimension[i]];
      if (i > a && part >= 0 && part !== own) return 0;
      if (i < a && part === own) steps *= nest.factor[i];
    }
    const at = (child + 1) * nest.dimensions;
    nest.group();
    let words = this.slide.keptBySteps(nest, parts[own], at, a, b) / steps;
    for (let d = 0; d < nest.dimensions; d++) this.extents[d] = nest.extent[at + d];
    for (let k = 0; k < parts.length; k++) if (k !== own) words *= partWords(parts[k], this.extents);
    return words;
  }

  /** No loop of the part outside `from` keeps anything, even if all other parts stand. */
  private nothingLeft(nest: Nest, projection: Projection, at: number, from: number, b: number, own: number): boolean {
    for (let a = from - 1; a >= 0; a--) {
      if (nest.axis[a] !== temporal || projection.partOf[nest.dimension[a]] !== own) continue;
      if (this.slide.keptBySteps(nest, projection.parts[own], at, a, b) !== 0) return false;
    }
    return true;
  }

  /** U of point 6, over all instances of a level and for the first; false for outputs with windows. */
  union(nest: Nest, projection: Projection, level: number): boolean {
    if (projection.windowed) return false;
    const { partOf, parts } = projection;
    const end = nest.before(level);
    const at = (level + 1) * nest.dimensions;
    let total = 1;
    let first = 1;
    for (let i = 0; i < end; i++) {
      const d = nest.dimension[i];
      if (nest.perfect[at + d] === 0) continue;
      const time = nest.axis[i] === temporal;
      if (time && partOf[d] < 0) continue;
      total *= nest.factor[i];
      if (time) first *= nest.factor[i];
    }
    for (let k = 0; k < parts.length; k++) {
      if (parts[k].dimensions.length === 0) continue;
      const d = parts[k].dimensions[0];
      if (nest.perfect[at + d] === 1) {
        this.extents[d] = nest.extent[at + d];
        const words = partWords(parts[k], this.extents);
        total *= words;
        first *= words;
      } else {
        total *= this.tiles(nest, parts[k], at, end, end, end, running, running);
        first *= this.tiles(nest, parts[k], at, end, end, end, held, held);
      }
    }
    for (let d = 0; d < nest.dimensions; d++) {
      if (partOf[d] < 0 && nest.perfect[at + d] === 0) total *= this.indices(nest, d, end, 0, end, running, running);
    }
    this.unionTotal = total;
    this.unionFirst = first;
    return true;
  }

  /** Windows whose last passes may be single steps, all instances acting alike: by `WindowMemory`. */
  private remembering(nest: Nest, projection: Projection, child: number, inside: number): boolean {
    const end = nest.before(child);
    const at = (child + 1) * nest.dimensions;
    let outer = 1;
    let inner = 1;
    for (let i = 0; i < end; i++) {
      if (nest.axis[i] === temporal) continue;
      if (nest.perfect[at + nest.dimension[i]] === 0) return false;
      if (i < inside) outer *= nest.factor[i];
      else inner *= nest.factor[i];
    }
    let distinct = 1;
    for (let k = 0; k < projection.parts.length; k++) {
      distinct *= distinctOffsets(nest, projection, k, inside, end, this.marks);
    }
    this.memory.beginAlike(nest, child);
    if (distinct === 0 || !this.memory.run(nest, projection, child)) return false;
    if (this.sum(nest, projection, at, end, inside, this.through + 1, -1)) this.wholeWords = this.product[children];
    this.firstChildWords = this.memory.words;
    this.childWords = this.memory.words * outer * inner;
    this.firstParentWords = this.memory.words * distinct;
    this.parentWords = this.firstParentWords * outer;
    return true;
  }
}
