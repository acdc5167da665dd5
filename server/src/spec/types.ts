/**
 * What the files say, with the place of every value, before it is lowered to the engine's plain data.
 * Each reader returns `{ value, problems }` and never throws on user input.
 */

import type { Architecture, EvaluationOptions, Mapping, Workload } from "../engine/model/types.ts";
import type { Located, Location, Problem } from "../syntax/source.ts";

export interface Reading<T> {
  value: T;
  problems: Problem[];
}

export type Scalar = string | number | boolean | null;
/** Attribute values as written (expressions already evaluated). */
export type AttributeValue = Scalar | AttributeValue[] | { [key: string]: AttributeValue };

/** How the architecture was written; decides some defaults. */
export type FormatVersion = "0.2" | "0.3" | "0.4" | "legacy";

/** A component after the tree was flattened: arithmetic, storage or network. */
export interface ComponentSource {
  /** Name without its range. */
  name: Located<string>;
  /** Dotted path with ranges, as ERT and ART tables name it. */
  path: string;
  class: Located<string>;
  kind: "storage" | "compute" | "network";
  /** Product of the `[a..b]` ranges (or v0.4 meshes) from the root, `instances` attribute applied. */
  instances: number;
  /** Cumulative mesh; `null` where the file leaves it to the defaults. */
  meshX: number | null;
  meshY: number | null;
  /** Keys with underscores (`word-bits` is read as `word_bits`). */
  attributes: ReadonlyMap<string, Located<AttributeValue>>;
  /** Places of the attributes' keys, where they are written in the component. */
  keyLocations?: ReadonlyMap<string, Location>;
  /** Whole component, for problems that concern all of it. */
  location: Location;
  /** True for the `inter_<Container>_spatial` levels that v0.4 fan-outs stand for. */
  generated: boolean;
  /** v0.4 container whose fan-out a generated level stands for. */
  container?: string;
}

export interface ArchitectureSource {
  version: FormatVersion;
  name: string;
  /** In the order of the file: outer to inner. */
  components: readonly ComponentSource[];
  /** Constraints written inside v0.4 components, as targets. */
  constraints: readonly ConstraintSource[];
  globalCycleSeconds: number | null;
  location: Location;
}

/** ERT: energies by action. ART: one area. Names keep their path; `componentName` is the part after the last dot without range. */
export interface EnergyTable {
  path: string;
  componentName: string;
  /** Largest energy of each action, pJ. */
  actions: ReadonlyMap<string, Located<number>>;
  /** Energies by argument, for actions listed more than once (multicast factors of networks). */
  byArguments: readonly { action: string; arguments: Readonly<Record<string, Scalar>>; energyPj: number }[];
  location: Location;
}

export interface AreaTable {
  path: string;
  componentName: string;
  areaUm2: Located<number>;
  location: Location;
}

/** One layer of the problem with the places its parts came from. */
export interface LayerSource {
  workload: Workload;
  /** How often the layer occurs in the network. */
  count: number;
  location: Location;
  dimensionLocations: ReadonlyMap<string, Location>;
  /** Place of each bound (`instance` entry), by dimension name. */
  boundLocations: ReadonlyMap<string, Location>;
  dataSpaceLocations: ReadonlyMap<string, Location>;
}

/** One factor as written: `K=4`, `K4`, `K=7,6`, `K<=16`. */
export interface FactorSource {
  dimension: Located<string>;
  relation: "=" | "<=" | ">=";
  /** 0 stands for the whole bound. */
  end: Located<number>;
  residual: Located<number> | null;
  location: Location;
}

export type DirectiveType =
  | "temporal"
  | "spatial"
  | "datatype"
  | "bypass"
  | "dataspace"
  | "skew"
  | "parallelism"
  | "utilization"
  | "max_overbooked_proportion";

/** One entry of `mapping:` or of a constraint list. */
export interface DirectiveSource {
  target: Located<string> | null;
  type: Located<DirectiveType> | null;
  factors: readonly FactorSource[];
  factorsLocation: Location | null;
  /** Written as a list, one factor an item. */
  factorsListed?: boolean;
  /** Letters as written, first = innermost; constraints may hold `_` or `*` where the search is free. */
  permutation: readonly Located<string>[] | null;
  permutationLocation: Location | null;
  split: Located<number> | null;
  keep: readonly Located<string>[];
  bypass: readonly Located<string>[];
  noReuse: readonly Located<string>[];
  noTemporalReuse: readonly Located<string>[];
  noLinkTransfer: readonly Located<string>[];
  noMulticastNoReduction: readonly Located<string>[];
  rmwFirstUpdate: readonly Located<string>[];
  noCoalesce: readonly Located<string>[];
  /** Mapspace constraints only. */
  remainders: Located<number> | null;
  min: Located<number> | null;
  max: Located<number> | null;
  /** Bounds of every factor the constraint does not name. */
  defaultMinFactor: Located<number> | null;
  defaultMaxFactor: Located<number> | null;
  location: Location;
}

export interface ConstraintSource extends DirectiveSource {
  /** `architecture` constraints bind given mappings too; `mapspace` ones only the search. */
  scope: "architecture" | "mapspace";
}

export interface MappingSource {
  directives: readonly DirectiveSource[];
  location: Location;
}

/** Settings of Timeloop's mapper that have a meaning here. */
export interface MapperSource {
  settings: ReadonlyMap<string, Located<AttributeValue>>;
  location: Location;
}

/** Everything a set of files says. Parts that are absent or unreadable are missing; problems say why. */
export interface Specification {
  /** Top-level keys that the files have, understood or not: `architecture`, `problem`, … */
  present?: ReadonlySet<string>;
  architectureSource?: ArchitectureSource;
  /** Lowered hardware; present when the source could be understood. */
  architecture?: Architecture;
  layers: readonly LayerSource[];
  mappingSource?: MappingSource;
  constraints: readonly ConstraintSource[];
  energyTables: readonly EnergyTable[];
  areaTables: readonly AreaTable[];
  mapper?: MapperSource;
  /** `evaluate: {…}` in a file. */
  evaluate: Partial<EvaluationOptions>;
  problems: readonly Problem[];
}

/** A mapping lowered for one layer, with the way back to the text. */
export interface LoweredMapping {
  mapping: Mapping;
  /** By storage level index (inner to outer): the directive that set each part, if any. */
  places: readonly {
    temporal?: DirectiveSource;
    spatial?: DirectiveSource;
    dataTypes: readonly DirectiveSource[];
  }[];
}
