import type { Architecture } from "../engine/model/types.ts";
import type { ArchitectureSource, DirectiveSource } from "./types.ts";

/** The directives that speak for one storage level. */
export interface Place {
  temporal?: DirectiveSource;
  spatial?: DirectiveSource;
  dataTypes: DirectiveSource[];
}

/** True for the levels that stand for v0.4 fan-outs. */
export function isGenerated(name: string, source: ArchitectureSource | undefined): boolean {
  return source?.components.some((component) => component.generated && component.name.value === name) ?? false;
}

/** Storage level index of a target name, −1 if none. v0.4: a container stands for the level of its fan-out. */
export function targetLevel(
  name: string,
  spatial: boolean,
  architecture: Architecture,
  architectureSource: ArchitectureSource | undefined,
): number {
  const byName = architecture.storage.findIndex((level) => level.name === name);
  const generated = architectureSource?.components.find((c) => c.generated && c.container === name);
  if (generated === undefined || (byName >= 0 && !spatial)) return byName;
  const ofFanout = architecture.storage.findIndex((level) => level.name === generated.name.value);
  return ofFanout >= 0 ? ofFanout : byName;
}

/**
 * In v0.4 a component's `constraints` hold in a mapping wherever the mapping itself says nothing: the front end
 * merges both lists before Timeloop reads them (`v4_to_v3.py`).
 */
export function withComponentConstraints(
  places: readonly Place[],
  architecture: Architecture,
  source: ArchitectureSource | undefined,
): readonly Place[] {
  if (source?.version !== "0.4") return places;
  const merged = places.map((place) => ({ ...place, dataTypes: [...place.dataTypes] }));
  for (const constraint of source.constraints) {
    const type = constraint.type?.value;
    const level = targetLevel(constraint.target?.value ?? "", type === "spatial", architecture, source);
    if (level < 0) continue;
    if (type === "temporal" || type === "spatial") {
      merged[level][type] = mergeLoops(constraint, merged[level][type]);
    } else if (type === "datatype" || type === "bypass" || type === "dataspace") {
      merged[level].dataTypes.unshift(constraint);
    }
  }
  return merged;
}

function mergeLoops(constraint: DirectiveSource, own: DirectiveSource | undefined): DirectiveSource {
  const stated = new Set(own?.factors.map((factor) => factor.dimension.value));
  const fixed = constraint.factors.filter((f) => f.relation === "=" && !stated.has(f.dimension.value));
  const list = (key: "noReuse" | "noTemporalReuse" | "noLinkTransfer" | "rmwFirstUpdate") =>
    own !== undefined && own[key].length > 0 ? own[key] : constraint[key];
  return {
    ...(own ?? constraint),
    factors: [...(own?.factors ?? []), ...fixed],
    permutation:
      own?.permutation ?? constraint.permutation?.filter(({ value }) => value !== "_" && value !== "*") ?? null,
    split: own?.split ?? constraint.split,
    noReuse: list("noReuse"),
    noTemporalReuse: list("noTemporalReuse"),
    noLinkTransfer: list("noLinkTransfer"),
    rmwFirstUpdate: list("rmwFirstUpdate"),
  };
}
