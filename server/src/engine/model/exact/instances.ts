import { type Nest, temporal } from "./nest.ts";

/**
 * Index vectors of dimension d over the loops outside level `l` that some operation completes, counting only the
 * temporal (or only the spatial) digits: those strictly below the last index, and the last one if it is reached.
 */
function indices(nest: Nest, l: number, d: number, time: boolean): number {
  const end = nest.before(l);
  let below = 0;
  let reached = 1;
  for (let k = nest.firstOf[d]; k < nest.endOf[d]; k++) {
    const i = nest.byDimension[k];
    if (i >= end) break;
    const last = nest.lastDigit[i];
    if ((nest.axis[i] === temporal) === time) below = below * nest.factor[i] + reached * last;
    else if (last > 0) {
      below += reached;
      reached = 0;
    }
  }
  return below + reached;
}

function vectors(nest: Nest, l: number, time: boolean): number {
  const at = (l + 1) * nest.dimensions;
  const end = nest.before(l);
  let product = 1;
  for (let i = 0; i < end; i++) {
    if ((nest.axis[i] === temporal) === time && nest.perfect[at + nest.dimension[i]] === 1) product *= nest.factor[i];
  }
  if (nest.even) return product;
  for (let d = 0; d < nest.dimensions; d++) if (nest.perfect[at + d] === 0) product *= indices(nest, l, d, time);
  return product;
}

/** Instances of level `l` (−1: the arithmetic) that ever act. */
export function actingInstances(nest: Nest, l: number): number {
  return vectors(nest, l, false);
}

/** Temporal vectors on which some unit acts. */
export function computeCycles(nest: Nest): number {
  return vectors(nest, -1, true);
}

/** Largest tile of level `l`, as extents by dimension. */
export function largestExtents(nest: Nest, l: number): number[] {
  const at = (l + 1) * nest.dimensions;
  const extents: number[] = [];
  for (let d = 0; d < nest.dimensions; d++) extents.push(Math.min(nest.extent[at + d], nest.bounds[d]));
  return extents;
}
