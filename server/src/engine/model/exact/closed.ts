import { held, Lattice, running } from "./lattice.ts";
import { WindowMemory } from "./memory.ts";
import { type Nest, temporal } from "./nest.ts";
import type { Part, Projection } from "./projection.ts";

/**
 * Totals of `walkSteps` for the common kinds of mapping, by products over dimensions and without allocating: every
 * data space without windows; with windows, where no dimension with spatial loops has residuals.
 */
export class ClosedForm {
  parentWords = 0;
  childWords = 0;
  firstParentWords = 0;
  firstChildWords = 0;
  unionTotal = 0;
  unionFirst = 0;
  private readonly lattice = new Lattice();
  private readonly memory: WindowMemory;
  private readonly marks: Int32Array;
  private mark = 0;
  private offsets: Float64Array;

  constructor(dimensions: number, projections: readonly Projection[]) {
    this.memory = new WindowMemory(dimensions);
    const longest = projections.flatMap((p) => p.ranks).reduce((most, rank) => Math.max(most, rank.words), 1);
    this.marks = new Int32Array(longest);
    this.offsets = new Float64Array(1024);
  }

  /** False where only the general walk knows. */
  traffic(nest: Nest, projection: Projection, child: number, parent: number, whole: boolean): boolean {
    const end = nest.before(child);
    const inside = nest.before(parent);
    let outerSpatial = false;
    let innerSpatial = false;
    for (let i = 0; i < end; i++) {
      if (nest.axis[i] === temporal) continue;
      if (i < inside) outerSpatial = true;
      else innerSpatial = true;
    }
    if (projection.windowed) return this.windowed(nest, projection, child, parent, whole);
    this.parentWords = this.visits(nest, projection, child, inside, running, running, held, whole);
    this.firstParentWords = outerSpatial
      ? this.visits(nest, projection, child, inside, held, running, held, whole)
      : this.parentWords;
    if (innerSpatial) {
      this.childWords = this.visits(nest, projection, child, inside, running, running, running, whole);
      this.firstChildWords = this.visits(nest, projection, child, inside, held, held, held, whole);
    } else {
      this.childWords = this.parentWords;
      this.firstChildWords = this.firstParentWords;
    }
    return true;
  }

  /**
   * Words of all tiles that differ from the one before, of a data space without windows. `outer`: spatial digits of
   * parents; `inner`: of children along relevant, `idle` along irrelevant dimensions.
   */
  private visits(
    nest: Nest,
    projection: Projection,
    level: number,
    inside: number,
    outer: number,
    inner: number,
    idle: number,
    whole: boolean,
  ): number {
    const { relevant } = projection;
    const end = nest.before(level);
    let innermost = end - 1;
    if (!whole) {
      while (innermost >= 0 && !(nest.axis[innermost] === temporal && relevant[nest.dimension[innermost]])) innermost--;
      if (innermost >= 0 && !this.alwaysMoves(nest, projection, level, innermost)) {
        return this.visitsByLoop(nest, projection, level, inside, outer, inner, idle, innermost);
      }
    }
    let words = 1;
    for (const part of projection.parts) {
      words *= this.partWords(nest, part, level, end, innermost + 1, inside, outer, inner);
    }
    for (let d = 0; d < nest.dimensions; d++) {
      if (relevant[d] === 0) words *= this.indices(nest, d, end, innermost + 1, inside, outer, idle);
    }
    return words;
  }

  /** Does the tile move at every step down to loop `i`, the innermost relevant one? */
  private alwaysMoves(nest: Nest, projection: Projection, level: number, i: number): boolean {
    const d = nest.dimension[i];
    if (nest.perfect[(level + 1) * nest.dimensions + d] === 1) return true;
    let irrelevantOutside = false;
    for (let k = 0; k < i; k++) {
      if (nest.axis[k] === temporal && projection.relevant[nest.dimension[k]] === 0) irrelevantOutside = true;
    }
    if (!irrelevantOutside) return true;
    if (nest.lastDigit[i] === 0) return false;
    for (let k = nest.firstOf[d]; k < nest.endOf[d] && nest.byDimension[k] < nest.before(level); k++) {
      if (nest.axis[nest.byDimension[k]] !== temporal) return false;
    }
    return true;
  }

  /**
   * The same where the innermost relevant loop has single passes: sums over the loop that advances. A relevant loop
   * moves the tile; an irrelevant one only if some relevant loop inside it had moved.
   */
  private visitsByLoop(
    nest: Nest,
    projection: Projection,
    level: number,
    inside: number,
    outer: number,
    inner: number,
    idle: number,
    innermost: number,
  ): number {
    const { relevant } = projection;
    const end = nest.before(level);
    const words = (cut: number, skip: number): number => {
      let product = 1;
      for (const part of projection.parts) {
        if (part.dimensions[0] === skip) continue;
        product *= this.partWords(nest, part, level, end, cut, inside, outer, inner);
      }
      return product;
    };
    const passes = (cut: number, skip: number): number => {
      let product = 1;
      for (let d = 0; d < nest.dimensions; d++) {
        if (relevant[d] === 0 && d !== skip) product *= this.indices(nest, d, end, cut, inside, outer, idle);
      }
      return product;
    };
    let total = words(0, -1) * passes(0, -1);
    for (let a = 0; a <= innermost; a++) {
      if (nest.axis[a] !== temporal) continue;
      const d = nest.dimension[a];
      if (relevant[d] === 1) {
        const part = projection.parts.find((p) => p.dimensions[0] === d)!;
        const advance =
          this.partWords(nest, part, level, end, a + 1, inside, outer, inner) -
          this.partWords(nest, part, level, end, a, inside, outer, inner);
        total += advance * words(a, d) * passes(a, -1);
      } else {
        const advance =
          this.indices(nest, d, end, a + 1, inside, outer, idle) - this.indices(nest, d, end, a, inside, outer, idle);
        if (advance === 0) continue;
        let standing = 1;
        for (const part of projection.parts) {
          standing *= this.standingWords(nest, part, level, end, a, inside, outer, inner);
        }
        total += advance * passes(a, d) * (words(a, -1) - standing);
      }
    }
    return total;
  }

  private indices(nest: Nest, d: number, end: number, cut: number, inside: number, outer: number, inner: number) {
    this.lattice.count(nest, d, end, cut, inside, outer, inner, -1);
    return this.lattice.below + this.lattice.reached;
  }

  /** Words of the tiles of one single-dimension part, over the digits that run. */
  private partWords(
    nest: Nest,
    part: Part,
    level: number,
    end: number,
    cut: number,
    inside: number,
    outer: number,
    inner: number,
  ): number {
    if (part.dimensions.length === 0) return 1;
    const d = part.dimensions[0];
    const at = (level + 1) * nest.dimensions + d;
    this.lattice.count(nest, d, end, cut, inside, outer, inner, -1);
    return this.lattice.below * words(part, nest.extent[at]) + this.lattice.reached * words(part, nest.lastExtent[at]);
  }

  /** The same over those passes in which no loop of the part from `cut` on advances. */
  private standingWords(
    nest: Nest,
    part: Part,
    level: number,
    end: number,
    cut: number,
    inside: number,
    outer: number,
    inner: number,
  ): number {
    const all = this.partWords(nest, part, level, end, cut, inside, outer, inner);
    if (part.dimensions.length === 0) return all;
    const d = part.dimensions[0];
    let first = -1;
    for (let k = nest.firstOf[d]; k < nest.endOf[d] && nest.byDimension[k] < end; k++) {
      const i = nest.byDimension[k];
      if (i >= cut && nest.axis[i] === temporal) first = i;
    }
    if (first < 0) return all;
    // A pass has more than one step if its innermost loop can stand at 1; then the first tile is a full one.
    this.lattice.count(nest, d, end, cut, inside, outer, inner, first);
    const moving = this.lattice.below + this.lattice.reached;
    return all - moving * words(part, nest.extent[(level + 1) * nest.dimensions + d]);
  }

  private windowed(nest: Nest, projection: Projection, child: number, parent: number, whole: boolean): boolean {
    const end = nest.before(child);
    const inside = nest.before(parent);
    const at = (child + 1) * nest.dimensions;
    const { relevant } = projection;
    if (whole && child < 0) return this.operands(nest, projection, inside);
    let parents = 1;
    let children = 1;
    for (let i = 0; i < end; i++) {
      if (nest.axis[i] === temporal) continue;
      if (nest.perfect[at + nest.dimension[i]] === 0) return false;
      if (i < inside) parents *= nest.factor[i];
      else children *= nest.factor[i];
    }
    let distinct = 1;
    for (const part of projection.parts) {
      const own = this.distinctOffsets(nest, part, inside, end);
      if (own === 0) return false;
      distinct *= own;
    }
    let each: number;
    if (whole) {
      each = 1;
      for (let d = 0; d < nest.dimensions; d++) {
        if (relevant[d] === 1 && nest.perfect[at + d] === 0) return false;
        each *= this.indices(nest, d, end, end, end, held, held);
      }
      for (const rank of projection.ranks) {
        let extent = 1;
        for (let t = 0; t < rank.dimensions.length; t++) {
          extent += rank.coefficients[t] * (nest.extent[at + rank.dimensions[t]] - 1);
        }
        each *= extent;
      }
    } else {
      if (!this.memory.run(nest, projection, child)) return false;
      each = this.memory.words;
    }
    this.firstChildWords = each;
    this.childWords = each * parents * children;
    this.firstParentWords = each * distinct;
    this.parentWords = this.firstParentWords * parents;
    return true;
  }

  /** The arithmetic takes one word per operation; units that need the same one at the same time share it. */
  private operands(nest: Nest, projection: Projection, inside: number): boolean {
    const end = nest.size;
    const { relevant } = projection;
    let all = 1;
    let first = 1;
    for (const part of projection.parts) {
      const alone = part.dimensions.length <= 1;
      if (!alone) {
        for (const d of part.dimensions) {
          if (nest.perfect[d] === 1) continue;
          for (let k = nest.firstOf[d]; k < nest.endOf[d]; k++) {
            const i = nest.byDimension[k];
            if (i >= inside && nest.axis[i] !== temporal) return false;
          }
        }
        const distinct = this.distinctOffsets(nest, part, inside, end);
        if (distinct === 0) return false;
        all *= distinct;
        first *= distinct;
      }
      for (let k = 0; k < part.dimensions.length; k++) {
        const d = part.dimensions[k];
        all *= this.indices(nest, d, end, end, inside, running, alone ? running : held);
        first *= this.indices(nest, d, end, end, inside, held, alone ? running : held);
      }
    }
    let every = 1;
    let own = 1;
    for (let d = 0; d < nest.dimensions; d++) {
      every *= nest.bounds[d];
      own *= this.indices(nest, d, end, end, inside, held, held);
      if (relevant[d] === 1) continue;
      all *= this.indices(nest, d, end, end, inside, running, held);
      first *= this.indices(nest, d, end, end, inside, held, held);
    }
    this.parentWords = all;
    this.firstParentWords = first;
    this.childWords = every;
    this.firstChildWords = own;
    return true;
  }

  /** Different places of a part's tiles among the children of one parent; 0 where several ranks would be needed. */
  private distinctOffsets(nest: Nest, part: Part, inside: number, end: number): number {
    let total = 1;
    let loops = 0;
    let one = -1;
    let several = false;
    let p = 0;
    let q = 0;
    for (let i = inside; i < end; i++) {
      if (nest.axis[i] === temporal || !part.dimensions.includes(nest.dimension[i])) continue;
      total *= nest.factor[i];
      if (loops === 0) p = i;
      else q = i;
      loops++;
      if (one >= 0 && one !== nest.dimension[i]) several = true;
      one = nest.dimension[i];
    }
    if (!several) return total;
    if (part.ranks.length > 1) return 0;
    const rank = part.ranks[0];
    const move = (i: number) => rank.coefficients[rank.dimensions.indexOf(nest.dimension[i])] * nest.stride[i];
    if (loops === 2) {
      // a·i + b·j repeats exactly under (i + b/g, j − a/g).
      const a = move(p);
      const b = move(q);
      const g = gcd(a, b);
      return total - Math.max(0, nest.factor[p] - b / g) * Math.max(0, nest.factor[q] - a / g);
    }
    if (this.offsets.length < total) this.offsets = new Float64Array(2 * total);
    this.mark++;
    const { offsets, marks, mark } = this;
    offsets[0] = 0;
    let count = 1;
    for (let i = inside; i < end; i++) {
      if (nest.axis[i] === temporal || !part.dimensions.includes(nest.dimension[i])) continue;
      const by = move(i);
      const before = count;
      for (let digit = 1; digit < nest.factor[i]; digit++) {
        for (let k = 0; k < before; k++) offsets[count++] = offsets[k] + digit * by;
      }
    }
    let distinct = 0;
    for (let k = 0; k < count; k++) {
      if (marks[offsets[k]] === mark) continue;
      marks[offsets[k]] = mark;
      distinct++;
    }
    return distinct;
  }

  /** U of point 6 over all instances of a level and for the first; false for outputs with windows. */
  union(nest: Nest, projection: Projection, level: number): boolean {
    if (projection.windowed) return false;
    const end = nest.before(level);
    let total = 1;
    let first = 1;
    for (const part of projection.parts) {
      total *= this.partWords(nest, part, level, end, end, end, running, running);
      first *= this.partWords(nest, part, level, end, end, end, held, held);
    }
    for (let d = 0; d < nest.dimensions; d++) {
      if (projection.relevant[d] === 0) total *= this.indices(nest, d, end, 0, end, running, running);
    }
    this.unionTotal = total;
    this.unionFirst = first;
    return true;
  }
}

/** Words of a single-dimension part's tile of so many indices. */
function words(part: Part, extent: number): number {
  let product = 1;
  for (let r = 0; r < part.ranks.length; r++) product *= 1 + part.ranks[r].coefficients[0] * (extent - 1);
  return product;
}

function gcd(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y !== 0) {
    const rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}
