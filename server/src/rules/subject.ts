import type { Architecture, EvaluationOptions, EvaluationOutcome, Violation } from "../engine/model/types.ts";
import type {
  ComponentSource,
  DirectiveSource,
  FactorSource,
  LayerSource,
  LoweredMapping,
  MappingSource,
  Specification,
} from "../spec/types.ts";
import type { Location, SourceFile } from "../syntax/source.ts";

/** One layer mapped to one architecture: what a rule about mappings looks at. */
export interface Subject {
  specification: Specification;
  architecture: Architecture;
  layer: LayerSource;
  mappingSource: MappingSource;
  lowered: LoweredMapping;
  outcome: EvaluationOutcome;
  options: EvaluationOptions;
  /** The files of the design, for fixes that must see the text. */
  files: readonly SourceFile[];
}

export type ViolationOf<K extends Violation["kind"]> = Extract<Violation, { kind: K }>;

export function violationsOf<K extends Violation["kind"]>(subject: Subject, ...kinds: K[]): ViolationOf<K>[] {
  return subject.outcome.violations.filter((v): v is ViolationOf<K> => (kinds as string[]).includes(v.kind));
}

/** The component a storage level (or the arithmetic) was lowered from. */
export function componentOf(subject: Subject, level: number | "compute"): ComponentSource | undefined {
  const { architecture, specification } = subject;
  const name = level === "compute" ? architecture.compute.name : architecture.storage[level].name;
  const kind = level === "compute" ? "compute" : "storage";
  return specification.architectureSource?.components.find((c) => c.kind === kind && c.name.value === name);
}

/** Place of the first attribute given among `keys`, else of the component's name. */
export function attributePlace(component: ComponentSource | undefined, keys: readonly string[]): Location | undefined {
  for (const key of keys) {
    const attribute = component?.attributes.get(key);
    if (attribute !== undefined) return attribute.location;
  }
  return component?.name.location;
}

export function levelName(subject: Subject, level: number | "compute"): string {
  return level === "compute" ? subject.architecture.compute.name : subject.architecture.storage[level].name;
}

/** Where the mapping speaks about a level: the directive of the wanted part, else any of that level, else the mapping. */
export function mappingPlace(subject: Subject, level: number, part: "temporal" | "spatial" | "dataTypes"): Location {
  const place = subject.lowered.places[level];
  const wanted = part === "dataTypes" ? place.dataTypes.at(-1) : place[part];
  const directive: DirectiveSource | undefined = wanted ?? place.temporal ?? place.spatial ?? place.dataTypes.at(-1);
  if (directive === undefined) return headOf(subject.mappingSource.location);
  if (part !== "dataTypes" && directive === wanted && directive.factorsLocation !== null) {
    return directive.factorsLocation;
  }
  return directive.target?.location ?? directive.location;
}

/** The first character of a place, for what concerns all of it. */
export function headOf(location: Location): Location {
  return { ...location, end: Math.min(location.end, location.start + 1) };
}

/** A factor as written, and the level and kind of the directive it stands in. */
export interface WrittenFactor {
  level: number;
  spatial: boolean;
  source: FactorSource;
}

/** Factors of one dimension in force, outermost level first; of repeated ones the last. */
export function writtenFactors(subject: Subject, dimension: number): WrittenFactor[] {
  const name = subject.layer.workload.dimensions[dimension].name;
  return subject.lowered.places
    .flatMap((place, level) =>
      ([false, true] as const)
        .flatMap((spatial): WrittenFactor[] => {
          const directive = spatial ? place.spatial : place.temporal;
          const source = directive?.factors.filter((f) => f.dimension.value === name && f.relation === "=").at(-1);
          return source === undefined ? [] : [{ level, spatial, source }];
        })
        .reverse(),
    )
    .reverse();
}

/** 65,536 and 0.25: numbers as messages show them, the same everywhere. */
export function shown(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 3 });
}
