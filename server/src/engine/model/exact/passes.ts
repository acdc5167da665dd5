import type { ChildClass } from "./classes.ts";
import type { Nest } from "./nest.ts";

/** How the digits outside a loop compare with the last step of a class: below it, equal so far, past it. */
export const loose = 0;
export const tight = 1;
export const idle = 2;

/**
 * How the digits of each dimension compare with the last steps of its classes of children, one *kind of pass* per
 * dimension: which ones there are, and into which the iterations of a loop lead. Together they are one number,
 * `Σ kind · radix`; 0 is where everything begins.
 */
export class PassKinds {
  /** Temporal loops that matter, outer to inner. */
  readonly loops: number[] = [];
  /** Per dimension: what a step from one kind to the next adds. */
  readonly radix: Float64Array;
  /** Per dimension: how many kinds. */
  private readonly counts: Int32Array;
  /** Per dimension: how many classes, and where in `relations` those of its first kind are. */
  private readonly classes: Int32Array;
  private readonly firsts: Int32Array;
  private readonly relations: number[] = [];
  /** Per place in `loops`: where in `ranges` the first kind of its dimension is. */
  private readonly begins: number[] = [];
  private readonly ranges: number[] = [];
  private readonly lengths: number[] = [];
  private readonly following: number[] = [];

  constructor(dimensions: number) {
    this.radix = new Float64Array(dimensions);
    this.counts = new Int32Array(dimensions);
    this.classes = new Int32Array(dimensions);
    this.firsts = new Int32Array(dimensions);
  }

  /** Starts anew, with the loops listed in `loops`; dimensions that `add` does not name have one kind. */
  begin(): void {
    this.radix.fill(1);
    this.counts.fill(1);
    this.classes.fill(0);
    for (const list of [this.relations, this.begins, this.ranges, this.lengths, this.following]) list.length = 0;
  }

  add(nest: Nest, d: number, classes: readonly ChildClass[], steady: boolean): void {
    const { relations, loops, ranges } = this;
    const width = classes.length;
    const first = relations.length;
    this.classes[d] = width;
    this.firsts[d] = first;
    for (let c = 0; c < width; c++) relations.push(steady ? loose : tight);
    let count = 1;
    for (let n = 0; n < loops.length; n++) {
      const i = loops[n];
      if (nest.dimension[i] !== d) continue;
      this.begins[n] = ranges.length;
      const before = count;
      for (let kind = 0; kind < before; kind++) {
        ranges.push(this.lengths.length);
        let digit = 0;
        while (digit < nest.factor[i]) {
          // Iterations from `digit` up to `edge` compare alike with every class.
          let edge = nest.factor[i];
          let acting = false;
          const at = relations.length;
          for (let c = 0; c < width; c++) {
            const outside = relations[first + kind * width + c];
            const last = classes[c].last[i];
            let relation = outside;
            if (outside === tight) {
              if (digit < last) {
                relation = loose;
                edge = Math.min(edge, last);
              } else if (digit === last) edge = digit + 1;
              else relation = idle;
            }
            if (relation !== idle) acting = true;
            relations.push(relation);
          }
          if (!acting) {
            relations.length = at;
            break;
          }
          const next = this.kindAt(first, width, count);
          if (next < count) relations.length = at;
          else count++;
          this.lengths.push(edge - digit);
          this.following.push(next);
          digit = edge;
        }
      }
      ranges.push(this.lengths.length);
    }
    this.counts[d] = count;
  }

  /** The first kind equal to number `last`, which may be itself. */
  private kindAt(first: number, width: number, last: number): number {
    const { relations } = this;
    for (let kind = 0; kind < last; kind++) {
      let c = 0;
      while (c < width && relations[first + kind * width + c] === relations[first + last * width + c]) c++;
      if (c === width) return kind;
    }
    return last;
  }

  /** To be called once all dimensions are added. */
  finish(): void {
    let product = 1;
    for (let d = 0; d < this.radix.length; d++) {
      this.radix[d] = product;
      product *= this.counts[d];
    }
  }

  kindOf(passes: number, d: number): number {
    return Math.floor(passes / this.radix[d]) % this.counts[d];
  }

  relation(d: number, kind: number, c: number): number {
    return this.relations[this.firsts[d] + kind * this.classes[d] + c];
  }

  /** Iterations of the loop at place `n`, those of one kind together: entries `from` … `to − 1`. */
  from(n: number, kind: number): number {
    return this.ranges[this.begins[n] + kind];
  }

  to(n: number, kind: number): number {
    return this.ranges[this.begins[n] + kind + 1];
  }

  length(entry: number): number {
    return this.lengths[entry];
  }

  next(entry: number): number {
    return this.following[entry];
  }
}
