import { createHash } from "node:crypto";
import type { Mapspace } from "../engine/mapspace/mapspace.ts";
import type { Mapping } from "../engine/model/types.ts";
import { MappingEncoder } from "../engine/search/bayes/encoder.ts";
import { exportTimeloopParts } from "../spec/formats/timeloop-export.ts";
import type { LogHeader } from "./log.ts";

/** What a log of this search says first. */
export function logHeader(mapspace: Mapspace, command: string): LogHeader {
  return {
    mapspaceLog: 1,
    design: designHash(mapspace),
    layer: mapspace.workload.name,
    command,
    choices: hash(new MappingEncoder(mapspace).variables),
  };
}

/** Changes with everything that changes what a logged point means. */
function designHash({ architecture, workload, kind, rules }: Mapspace): string {
  const keep = workload.dataSpaces.map(() => true);
  const nothing: Mapping = {
    levels: architecture.storage.map(() => ({ temporal: [], spatialX: [], spatialY: [], keep })),
  };
  const parts = exportTimeloopParts(architecture, workload, nothing);
  return hash([parts.architecture, parts.problem, parts.tables, kind, rules]);
}

export const hash = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 24);
