import { type Nest, temporal } from "./nest.ts";

/**
 * Index vectors of the loops outside level `l` that some operation completes, with the temporal (or spatial) digits
 * held at 0: a product over dimensions of lexicographic counts.
 */
function vectors(nest: Nest, l: number, counts: (axis: number) => boolean): number {
  const end = nest.before(l);
  let product = 1;
  for (let d = 0; d < nest.dimensions; d++) {
    // Digit vectors strictly below the last index, and whether the last one is still reached.
    let below = 0;
    let reached = 1;
    for (let i = 0; i < end; i++) {
      if (nest.dimension[i] !== d) continue;
      const last = nest.lastDigit[i];
      if (counts(nest.axis[i])) below = below * nest.factor[i] + reached * last;
      else if (last > 0) {
        below += reached;
        reached = 0;
      }
    }
    product *= below + reached;
  }
  return product;
}

/** Instances of level `l` (−1: the arithmetic) that ever act. */
export function actingInstances(nest: Nest, l: number): number {
  return vectors(nest, l, (axis) => axis !== temporal);
}

/** Temporal vectors on which some unit acts. */
export function computeCycles(nest: Nest): number {
  return vectors(nest, -1, (axis) => axis === temporal);
}

/** Largest tile of level `l`, as extents written to `into` by dimension. */
export function largestExtents(nest: Nest, l: number, into: Float64Array): void {
  const at = (l + 1) * nest.dimensions;
  for (let d = 0; d < nest.dimensions; d++) into[d] = Math.min(nest.extent[at + d], nest.bounds[d]);
}
