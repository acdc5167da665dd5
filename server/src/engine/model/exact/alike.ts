import type { WindowMemory } from "./memory.ts";
import { type Nest, temporal } from "./nest.ts";
import type { Projection } from "./projection.ts";

// Which children along a dimension: those whose first spatial digit is below that of the last index, above it, or equal.
const below = 0;
const above = 1;
const equal = 2;

/**
 * Least words of a transfer under windows whose children stop at different steps: those of children that act alike, for
 * these are known. Along windows and irrelevant dimensions one group of such children is looked at, along the others all
 * groups, since their words have nothing in common.
 */
export class AlikeFloor {
  parentWords = 0;
  childWords = 0;
  /** Children of one group that cannot share words, over all parents; and all of them. */
  private apart = 1;
  private all = 1;
  private readonly most: Float64Array;

  constructor(
    projections: readonly Projection[],
    private readonly memory: WindowMemory,
  ) {
    this.most = new Float64Array(projections.reduce((most, { parts }) => Math.max(most, parts.length), 0));
  }

  /** Of one transfer between storage levels, into `parentWords` and `childWords`. */
  count(nest: Nest, projection: Projection, child: number, parent: number): void {
    this.parentWords = 0;
    this.childWords = 0;
    this.apart = 1;
    this.all = 1;
    this.most.fill(1);
    this.memory.beginAlike(nest, child);
    nest.group();
    this.choose(nest, projection, child, nest.before(parent), 0);
  }

  private choose(nest: Nest, projection: Projection, child: number, inside: number, d: number): void {
    if (d === nest.dimensions) {
      if (!this.memory.run(nest, projection, child)) return;
      let apart = this.apart;
      for (let k = 0; k < this.most.length; k++) apart *= this.most[k];
      this.parentWords += apart * this.memory.words;
      this.childWords += this.all * this.memory.words;
      return;
    }
    const end = nest.before(child);
    let first = -1;
    let outer = 1;
    let inner = 1;
    for (let k = nest.firstOf[d]; k < nest.endOf[d] && nest.byDimension[k] < end; k++) {
      const i = nest.byDimension[k];
      if (nest.axis[i] === temporal) continue;
      if (first < 0) first = i;
      else if (i < inside) outer *= nest.factor[i];
      else inner *= nest.factor[i];
    }
    if (first < 0) {
      this.choose(nest, projection, child, inside, d + 1);
      return;
    }
    const spread = (children: number): void => {
      const { apart, all } = this;
      const part = projection.partOf[d];
      const most = part < 0 ? 1 : this.most[part];
      const parents = outer * (first < inside ? children : 1);
      const own = inner * (first < inside ? 1 : children);
      this.all *= parents * own;
      this.apart *= parents;
      if (projection.alone[d] === 1) this.apart *= own;
      else if (part >= 0) this.most[part] = Math.max(most, own);
      this.choose(nest, projection, child, inside, d + 1);
      this.apart = apart;
      this.all = all;
      if (part >= 0) this.most[part] = most;
    };
    const at = (child + 1) * nest.dimensions + d;
    if (nest.perfect[at] === 1) {
      spread(nest.factor[first]);
      return;
    }
    const single = outer * inner === 1;
    const digit = nest.lastDigit[first];
    const greater = nest.factor[first] - 1 - digit;
    if (projection.alone[d] === 1) {
      if (digit > 0) {
        this.act(nest, d, at, end, first, below);
        spread(digit);
      }
      if (greater > 0 && this.act(nest, d, at, end, first, above)) spread(greater);
      if (single && this.act(nest, d, at, end, first, equal)) spread(1);
      return;
    }
    if (digit > 0 && (digit >= greater || projection.relevant[d] === 0) && this.act(nest, d, at, end, first, below)) {
      spread(digit);
    } else if (greater > 0 && this.act(nest, d, at, end, first, above)) spread(greater);
    else if (single && this.act(nest, d, at, end, first, equal)) spread(1);
  }

  /** Sets the last step of children along `d`, whose outermost spatial loop is `first`; false where they never act. */
  private act(nest: Nest, d: number, at: number, end: number, first: number, which: number): boolean {
    const { last } = this.memory;
    let carry = which === above;
    let steady = true;
    for (let k = nest.endOf[d] - 1; k >= nest.firstOf[d]; k--) {
      const i = nest.byDimension[k];
      if (i >= end || nest.axis[i] !== temporal) continue;
      const full = nest.factor[i] - 1;
      last[i] = which === equal || i < first ? nest.lastDigit[i] : full;
      if (carry && i < first) {
        // Above the last index, the loops outside stop one step earlier.
        if (last[i] > 0) {
          last[i]--;
          carry = false;
        } else last[i] = full;
      }
      if (last[i] !== full) steady = false;
    }
    this.memory.end[d] = which === equal ? nest.lastExtent[at] : nest.extent[at];
    this.memory.steady[d] = steady && (which !== equal || nest.lastExtent[at] === nest.extent[at]) ? 1 : 0;
    return !carry;
  }
}
