import { type Nest, temporal } from "./nest.ts";
import type { Part, Projection } from "./projection.ts";

/**
 * Has loop `i` two iterations or more in every pass, for every instance? Spread inside the loop, some instances may stop
 * one iteration earlier in the last pass.
 */
export function repeats(nest: Nest, at: number, end: number, i: number): boolean {
  const d = nest.dimension[i];
  if (nest.perfect[at + d] === 1) return true;
  return nest.lastDigit[i] > 1 || (nest.lastDigit[i] === 1 && !spread(nest, d, end, i));
}

/** Are all steps down to loop `b`, the innermost relevant one, steps of relevant loops? */
export function movesAlways(nest: Nest, projection: Projection, b: number): boolean {
  for (let k = 0; k < b; k++) {
    if (nest.axis[k] === temporal && projection.relevant[nest.dimension[k]] === 0) return false;
  }
  return true;
}

/** Is a window spread along a dimension with residuals? */
export function spreadUnevenly(nest: Nest, { dimensions }: Part, at: number, end: number): boolean {
  if (dimensions.length < 2) return false;
  for (let k = 0; k < dimensions.length; k++) {
    if (nest.perfect[at + dimensions[k]] === 0 && spread(nest, dimensions[k], end, -1)) return true;
  }
  return false;
}

/** Has a dimension spatial loops inside loop `after`? */
function spread(nest: Nest, d: number, end: number, after: number): boolean {
  for (let k = nest.firstOf[d]; k < nest.endOf[d] && nest.byDimension[k] < end; k++) {
    const i = nest.byDimension[k];
    if (i > after && nest.axis[i] !== temporal) return true;
  }
  return false;
}
