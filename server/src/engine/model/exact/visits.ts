import { held, Lattice, running } from "./lattice.ts";
import { type Nest, temporal } from "./nest.ts";
import type { Part, Projection } from "./projection.ts";

/**
 * Words of all tiles that differ from the one before, of a data space without windows, where the innermost relevant
 * loop `innermost` has single passes: sums over the loop that advances. A relevant loop moves the tile; an irrelevant
 * one only if some relevant loop inside it had moved.
 */
export class Visits {
  /** Words that leave parents, where children that differ along irrelevant dimensions only share them, and that arrive. */
  parentWords = 0;
  childWords = 0;
  private readonly lattice = new Lattice();
  // Over the passes of the temporal loops before one of them: words of each part's tiles, and of those at which no loop
  // of the part from that one on advances; index vectors of each irrelevant dimension, of parents and of children.
  private readonly words: Float64Array;
  private readonly standing: Float64Array;
  private readonly outerIndices: Float64Array;
  private readonly innerIndices: Float64Array;

  constructor(dimensions: number, projections: readonly Projection[]) {
    const parts = projections.reduce((most, { ranks }) => Math.max(most, ranks.length), 0);
    this.words = new Float64Array(parts);
    this.standing = new Float64Array(parts);
    this.outerIndices = new Float64Array(dimensions);
    this.innerIndices = new Float64Array(dimensions);
  }

  /** `outer`: spatial digits of parents; `inner`: of children along relevant dimensions. */
  count(
    nest: Nest,
    projection: Projection,
    level: number,
    inside: number,
    outer: number,
    inner: number,
    innermost: number,
  ): void {
    const { relevant, parts, partOf } = projection;
    const { words, standing, outerIndices, innerIndices } = this;
    const end = nest.before(level);
    const at = (level + 1) * nest.dimensions;
    for (let k = 0; k < parts.length; k++) this.cut(nest, parts[k], k, at, end, 0, inside, outer, inner);
    let outerPasses = 1;
    let innerPasses = 1;
    for (let d = 0; d < nest.dimensions; d++) {
      if (relevant[d] === 1) continue;
      this.run(nest, d, end, 0, inside, outer);
      outerPasses *= outerIndices[d];
      innerPasses *= innerIndices[d];
    }
    let all = 1;
    for (let k = 0; k < parts.length; k++) all *= words[k];
    this.parentWords = all * outerPasses;
    this.childWords = all * innerPasses;
    for (let a = 0; a <= innermost; a++) {
      if (nest.axis[a] !== temporal) continue;
      const d = nest.dimension[a];
      if (relevant[d] === 1) {
        const own = partOf[d];
        const before = words[own];
        let others = 1;
        for (let k = 0; k < parts.length; k++) if (k !== own) others *= words[k];
        this.cut(nest, parts[own], own, at, end, a + 1, inside, outer, inner);
        const moved = (words[own] - before) * others;
        this.parentWords += moved * outerPasses;
        this.childWords += moved * innerPasses;
        all = words[own] * others;
        continue;
      }
      const outerBefore = outerIndices[d];
      const innerBefore = innerIndices[d];
      this.run(nest, d, end, a + 1, inside, outer);
      let outerOthers = 1;
      let innerOthers = 1;
      for (let e = 0; e < nest.dimensions; e++) {
        if (relevant[e] === 1 || e === d) continue;
        outerOthers *= outerIndices[e];
        innerOthers *= innerIndices[e];
      }
      outerPasses = outerOthers * outerIndices[d];
      innerPasses = innerOthers * innerIndices[d];
      let still = 1;
      for (let k = 0; k < parts.length; k++) still *= standing[k];
      this.parentWords += (outerIndices[d] - outerBefore) * outerOthers * (all - still);
      this.childWords += (innerIndices[d] - innerBefore) * innerOthers * (all - still);
    }
  }

  /** Index vectors of an irrelevant dimension whose temporal loops from `cut` on are held at their beginning. */
  private run(nest: Nest, d: number, end: number, cut: number, inside: number, outer: number): void {
    const { lattice } = this;
    lattice.count(nest, d, end, cut, inside, outer, held, -1);
    this.outerIndices[d] = lattice.below + lattice.reached;
    lattice.count(nest, d, end, cut, inside, outer, running, -1);
    this.innerIndices[d] = lattice.below + lattice.reached;
  }

  /** Temporal loops of one part from `cut` on are held at their beginning. */
  private cut(
    nest: Nest,
    part: Part,
    k: number,
    at: number,
    end: number,
    cut: number,
    inside: number,
    outer: number,
    inner: number,
  ): void {
    const { lattice, words, standing } = this;
    words[k] = 1;
    standing[k] = 1;
    const d = part.dimensions[0];
    if (d === undefined) return;
    const full = wordsOfTile(part, nest.extent[at + d]);
    lattice.count(nest, d, end, cut, inside, outer, inner, -1);
    words[k] = lattice.below * full + lattice.reached * wordsOfTile(part, nest.lastExtent[at + d]);
    standing[k] = words[k];
    let last = -1;
    for (let n = nest.endOf[d] - 1; n >= nest.firstOf[d] && last < 0; n--) {
      const i = nest.byDimension[n];
      if (i < cut) return;
      if (i < end && nest.axis[i] === temporal) last = i;
    }
    if (last < 0) return;
    // A pass has more than one step if its innermost loop can stand at 1; then its first tile is a full one.
    lattice.count(nest, d, end, cut, inside, outer, inner, last);
    standing[k] -= (lattice.below + lattice.reached) * full;
  }
}

function wordsOfTile({ ranks }: Part, extent: number): number {
  let product = 1;
  for (let r = 0; r < ranks.length; r++) product *= 1 + ranks[r].coefficients[0] * (extent - 1);
  return product;
}
