import { Lattice } from "./lattice.ts";
import { type Nest, temporal } from "./nest.ts";
import type { Part, Projection } from "./projection.ts";

const lattice = new Lattice();

/**
 * Words of all tiles that differ from the one before, of a data space without windows, where the innermost relevant
 * loop `innermost` has single passes: sums over the loop that advances. A relevant loop moves the tile; an irrelevant
 * one only if some relevant loop inside it had moved. `outer`: spatial digits of parents; `inner`: of children along
 * relevant, `idle` along irrelevant dimensions.
 */
export function visitsByLoop(
  nest: Nest,
  projection: Projection,
  level: number,
  inside: number,
  outer: number,
  inner: number,
  idle: number,
  innermost: number,
): number {
  const { relevant, parts, partOf } = projection;
  const end = nest.before(level);
  const at = (level + 1) * nest.dimensions;
  const wordsOf = (part: Part, cut: number): number => {
    const d = part.dimensions[0];
    if (d === undefined) return 1;
    lattice.count(nest, d, end, cut, inside, outer, inner, -1);
    return (
      lattice.below * wordsOfTile(part, nest.extent[at + d]) +
      lattice.reached * wordsOfTile(part, nest.lastExtent[at + d])
    );
  };
  /** Over those passes in which no loop of the part from `cut` on advances. */
  const standingWords = (part: Part, cut: number): number => {
    const all = wordsOf(part, cut);
    const d = part.dimensions[0];
    if (d === undefined) return all;
    let last = -1;
    for (let k = nest.firstOf[d]; k < nest.endOf[d] && nest.byDimension[k] < end; k++) {
      const i = nest.byDimension[k];
      if (i >= cut && nest.axis[i] === temporal) last = i;
    }
    if (last < 0) return all;
    // A pass has more than one step if its innermost loop can stand at 1; then its first tile is a full one.
    lattice.count(nest, d, end, cut, inside, outer, inner, last);
    return all - (lattice.below + lattice.reached) * wordsOfTile(part, nest.extent[at + d]);
  };
  const indices = (d: number, cut: number): number => {
    lattice.count(nest, d, end, cut, inside, outer, idle, -1);
    return lattice.below + lattice.reached;
  };
  const words = (cut: number, skip: number): number => {
    let product = 1;
    for (let k = 0; k < parts.length; k++) if (k !== skip) product *= wordsOf(parts[k], cut);
    return product;
  };
  const passes = (cut: number, skip: number): number => {
    let product = 1;
    for (let d = 0; d < nest.dimensions; d++) if (relevant[d] === 0 && d !== skip) product *= indices(d, cut);
    return product;
  };

  let total = words(0, -1) * passes(0, -1);
  for (let a = 0; a <= innermost; a++) {
    if (nest.axis[a] !== temporal) continue;
    const d = nest.dimension[a];
    if (relevant[d] === 1) {
      const k = partOf[d];
      total += (wordsOf(parts[k], a + 1) - wordsOf(parts[k], a)) * words(a, k) * passes(a, -1);
      continue;
    }
    const advance = indices(d, a + 1) - indices(d, a);
    if (advance === 0) continue;
    let standing = 1;
    for (const part of parts) standing *= standingWords(part, a);
    total += advance * passes(a, d) * (words(a, -1) - standing);
  }
  return total;
}

function wordsOfTile(part: Part, extent: number): number {
  let product = 1;
  for (const rank of part.ranks) product *= 1 + rank.coefficients[0] * (extent - 1);
  return product;
}
