import { type Nest, temporal } from "./nest.ts";
import type { Part, Projection } from "./projection.ts";

/** Has loop `i` two iterations or more in every pass, for every instance? */
export function repeats(nest: Nest, at: number, end: number, i: number): boolean {
  const d = nest.dimension[i];
  return nest.perfect[at + d] === 1 || (nest.lastDigit[i] > 0 && !spread(nest, d, end));
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
    if (nest.perfect[at + dimensions[k]] === 0 && spread(nest, dimensions[k], end)) return true;
  }
  return false;
}

function spread(nest: Nest, d: number, end: number): boolean {
  for (let k = nest.firstOf[d]; k < nest.endOf[d] && nest.byDimension[k] < end; k++) {
    if (nest.axis[nest.byDimension[k]] !== temporal) return true;
  }
  return false;
}
