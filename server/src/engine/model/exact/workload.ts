import type { Workload } from "../types.ts";
import { ClosedForm } from "./closed.ts";
import { type Projection, projectionOf } from "./projection.ts";

/** What does not depend on the mapping. */
export interface LoweredWorkload {
  projections: readonly Projection[];
  closed: ClosedForm;
}

const lowered = new WeakMap<Workload, LoweredWorkload>();

/** Lowered once, kept as long as the workload lives. */
export function loweredWorkload(workload: Workload): LoweredWorkload {
  let known = lowered.get(workload);
  if (known === undefined) {
    const projections = workload.dataSpaces.map((space) => projectionOf(workload, space));
    known = { projections, closed: new ClosedForm(workload.dimensions.length, projections) };
    lowered.set(workload, known);
  }
  return known;
}
