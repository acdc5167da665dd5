import type { Mapping, Workload } from "../types.ts";
import { ClosedForm } from "./closed.ts";
import { type Nest, nestOf } from "./nest.ts";
import { type Projection, projectionOf } from "./projection.ts";

/** What does not depend on the mapping. */
export interface LoweredWorkload {
  projections: readonly Projection[];
  closed: ClosedForm;
  /** The last mapping's loops; the arrays are used again for the next one. */
  nest: Nest | null;
}

const lowered = new WeakMap<Workload, LoweredWorkload>();

/** Lowered once, kept as long as the workload lives. */
export function loweredWorkload(workload: Workload): LoweredWorkload {
  let known = lowered.get(workload);
  if (known === undefined) {
    const projections = workload.dataSpaces.map((space) => projectionOf(workload, space));
    known = { projections, closed: new ClosedForm(workload.dimensions.length, projections), nest: null };
    lowered.set(workload, known);
  }
  return known;
}

/** A mapping's loops, until the next mapping of the same workload is lowered. */
export function loweredNest(workload: Workload, mapping: Mapping): Nest {
  const known = loweredWorkload(workload);
  known.nest = nestOf(workload, mapping, known.nest);
  return known.nest;
}
