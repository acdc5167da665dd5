import type { MapspaceConstraint, SlotKind } from "../engine/mapspace/constraints.ts";
import type { Architecture, Workload } from "../engine/model/types.ts";
import type { Location } from "../syntax/source.ts";
import { targetLevel } from "./component-constraints.ts";
import type { ArchitectureSource, ConstraintSource } from "./types.ts";

/** Constraints for a search, with the place of each: `id` of a constraint is its index in `places`. */
export interface LoweredConstraints {
  constraints: MapspaceConstraint[];
  /** What v0.4 fan-outs imply has the place of the fan-out. */
  places: Location[];
}

type Flag = "noSpatialReuse" | "noTemporalReuse" | "noLinkTransfer" | "rmwFirstUpdate" | "noCoalesce";

/**
 * Lowers constraints for one layer on one architecture (Timeloop `mapping/constraints.cpp`, `Parse`). What names
 * nothing that exists is left out; `rules/constraint-names.ts` reports it.
 */
export function lowerConstraints(
  sources: readonly ConstraintSource[],
  architecture: Architecture,
  workload: Workload,
  architectureSource?: ArchitectureSource,
): LoweredConstraints {
  const lowering = new Lowering(architecture, workload, architectureSource);
  for (const source of sources) lowering.add(source);
  lowering.addGenerated();
  const { constraints, places } = lowering;
  return { constraints, places };
}

/** A constraint before it has its id. */
type Unnumbered = MapspaceConstraint extends infer C ? (C extends MapspaceConstraint ? Omit<C, "id"> : never) : never;

class Lowering {
  readonly constraints: MapspaceConstraint[] = [];
  readonly places: Location[] = [];
  private readonly architecture: Architecture;
  private readonly workload: Workload;
  private readonly source: ArchitectureSource | undefined;

  constructor(architecture: Architecture, workload: Workload, source: ArchitectureSource | undefined) {
    this.architecture = architecture;
    this.workload = workload;
    this.source = source;
  }

  add(source: ConstraintSource): void {
    const type = source.type?.value;
    if (type === undefined || source.target === null) return;
    const spatial = type === "spatial";
    const level = targetLevel(source.target.value, spatial, this.architecture, this.source);
    if (level < 0) return;
    if (type === "temporal" || type === "spatial") this.addLoops(source, level, type);
    else if (type === "datatype" || type === "bypass" || type === "dataspace") this.addKeeps(source, level);
    else if ((type === "parallelism" || type === "utilization") && source.min !== null) {
      this.push({ kind: "min-parallelism", level, value: source.min.value }, source.min.location);
    }
  }

  /** Levels that stand for v0.4 fan-outs store nothing and hold no temporal loops. */
  addGenerated(): void {
    this.architecture.storage.forEach(({ name }, level) => {
      const fanout = this.source?.components.find((c) => c.generated && c.name.value === name);
      if (fanout === undefined) return;
      this.workload.dataSpaces.forEach((_, dataSpace) => {
        const stated = this.constraints.some(
          (c) => c.kind === "keep" && c.level === level && c.dataSpace === dataSpace,
        );
        if (!stated) this.push({ kind: "keep", level, dataSpace, keep: false }, fanout.location);
      });
      this.workload.dimensions.forEach((_, dimension) => {
        this.push({ kind: "factor", level, slot: "temporal", dimension, relation: "=", value: 1 }, fanout.location);
      });
    });
  }

  private addLoops(source: ConstraintSource, level: number, slot: SlotKind): void {
    const bounded = { "=": new Set<number>(), "<=": new Set<number>(), ">=": new Set<number>() };
    for (const { dimension: name, relation, end, location } of source.factors) {
      const dimension = this.dimension(name.value);
      // Timeloop sets aside a fixed factor that the layer is too small for.
      if (dimension < 0 || (relation === "=" && end.value > this.workload.dimensions[dimension].bound)) continue;
      bounded[relation].add(dimension);
      this.push({ kind: "factor", level, slot, dimension, relation, value: end.value }, location);
    }
    for (const [limit, relation] of [
      [source.defaultMinFactor, ">="],
      [source.defaultMaxFactor, "<="],
    ] as const) {
      if (limit === null) continue;
      this.workload.dimensions.forEach((_, dimension) => {
        if (bounded["="].has(dimension) || bounded[relation].has(dimension)) return;
        this.push({ kind: "factor", level, slot, dimension, relation, value: limit.value }, limit.location);
      });
    }
    if (source.permutation !== null) {
      const free = source.permutation.findIndex(({ value }) => /^[_*]$/.test(value));
      const end = free < 0 ? source.permutation.length : free;
      const indices = (letters: typeof source.permutation) =>
        letters!
          .filter(({ value }) => /^\w+$/.test(value) && value !== "_")
          .map(({ value }) => this.dimension(value))
          .filter((dimension) => dimension >= 0);
      const prefix = indices(source.permutation.slice(0, end));
      const suffix = indices(source.permutation.slice(end));
      this.push({ kind: "permutation", level, slot, prefix, suffix }, source.permutationLocation ?? source.location);
    }
    if (slot === "spatial" && source.split !== null) {
      this.push({ kind: "split", level, value: source.split.value }, source.split.location);
    }
    if (source.remainders !== null) {
      this.push({ kind: "remainders", level, slot, value: source.remainders.value }, source.remainders.location);
    }
    if (slot === "spatial") {
      if (source.max !== null) {
        this.push({ kind: "max-fanout", level, value: source.max.value }, source.max.location);
      }
      this.addFlags(level, "noSpatialReuse", [...source.noReuse, ...source.noMulticastNoReduction]);
      this.addFlags(level, "noLinkTransfer", source.noLinkTransfer);
    } else {
      this.addFlags(level, "noTemporalReuse", [...source.noReuse, ...source.noTemporalReuse]);
      this.addFlags(level, "rmwFirstUpdate", source.rmwFirstUpdate);
    }
  }

  private addKeeps(source: ConstraintSource, level: number): void {
    for (const [names, keep] of [
      [source.keep, true],
      [source.bypass, false],
    ] as const) {
      for (const { value, location } of names) {
        const dataSpace = this.dataSpace(value);
        if (dataSpace >= 0) this.push({ kind: "keep", level, dataSpace, keep }, location);
      }
    }
    this.addFlags(level, "noCoalesce", source.noCoalesce);
  }

  private addFlags(level: number, directive: Flag, names: readonly { value: string; location: Location }[]): void {
    for (const { value, location } of names) {
      const dataSpace = this.dataSpace(value);
      if (dataSpace >= 0) this.push({ kind: "directive", level, directive, dataSpace }, location);
    }
  }

  private dimension(name: string): number {
    return this.workload.dimensions.findIndex((dimension) => dimension.name === name);
  }

  private dataSpace(name: string): number {
    return this.workload.dataSpaces.findIndex((space) => space.name === name);
  }

  private push(constraint: Unnumbered, place: Location): void {
    this.constraints.push({ ...constraint, id: this.places.length } as MapspaceConstraint);
    this.places.push(place);
  }
}
