import { createMapspace } from "../../mapspace/build.ts";
import type { Mapspace } from "../../mapspace/mapspace.ts";
import type { Workload } from "../../model/types.ts";
import { architectureFor, type Dimensioning, type Technology } from "./technology.ts";

/** A mapspace of perfect factors in which every level keeps everything. */
export function fullMapspace(technology: Technology, dimensioning: Dimensioning, workload: Workload): Mapspace | null {
  const architecture = architectureFor(technology, dimensioning);
  const spaces = workload.dataSpaces.length;
  const keep = Array.from({ length: 3 * spaces }, (_, id) => ({
    id,
    kind: "keep" as const,
    level: Math.floor(id / spaces),
    dataSpace: id % spaces,
    keep: true,
  }));
  return createMapspace(architecture, workload, "pfm", keep).mapspace ?? null;
}
