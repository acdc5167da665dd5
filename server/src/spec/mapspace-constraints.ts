import type { MapspaceConstraint, SlotKind } from "../engine/mapspace/constraints.ts";
import type { Architecture, Workload } from "../engine/model/types.ts";
import type { Location, Problem } from "../syntax/source.ts";
import { isGenerated, targetLevel } from "./component-constraints.ts";
import { listed, renameFixes } from "./nearest.ts";
import type { ArchitectureSource, ConstraintSource, Reading } from "./types.ts";

/** Constraints for a search, with the place of each: `id` of a constraint is its index in `places`. */
export interface LoweredConstraints {
  constraints: MapspaceConstraint[];
  /** `null` for what v0.4 fan-outs imply without saying so. */
  places: (Location | null)[];
}

type Flag = "noSpatialReuse" | "noTemporalReuse" | "noLinkTransfer" | "rmwFirstUpdate" | "noCoalesce";

/**
 * Lowers constraints for one layer on one architecture (Timeloop `mapping/constraints.cpp`, `Parse`). What names
 * nothing that exists is reported and left out.
 */
export function lowerConstraints(
  sources: readonly ConstraintSource[],
  architecture: Architecture,
  workload: Workload,
  architectureSource?: ArchitectureSource,
): Reading<LoweredConstraints> {
  const lowering = new Lowering(architecture, workload, architectureSource);
  for (const source of sources) lowering.add(source);
  lowering.addGenerated();
  const { constraints, places, problems } = lowering;
  return { value: { constraints, places }, problems };
}

/** A constraint before it has its id. */
type Unnumbered = MapspaceConstraint extends infer C ? (C extends MapspaceConstraint ? Omit<C, "id"> : never) : never;

class Lowering {
  readonly constraints: MapspaceConstraint[] = [];
  readonly places: (Location | null)[] = [];
  readonly problems: Problem[] = [];
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
    if (level < 0) {
      const names = this.architecture.storage.map((storage) => storage.name);
      if (source.target.value !== this.architecture.compute.name) {
        this.unknown("unknown-target", "storage level", source.target.value, names, source.target.location);
      }
      return;
    }
    if (type === "temporal" || type === "spatial") this.addLoops(source, level, type);
    else if (type === "datatype" || type === "bypass" || type === "dataspace") this.addKeeps(source, level);
    else if ((type === "parallelism" || type === "utilization") && source.min !== null) {
      this.push({ kind: "min-parallelism", level, value: source.min.value }, source.min.location);
    }
  }

  /** Levels that stand for v0.4 fan-outs store nothing and hold no temporal loops. */
  addGenerated(): void {
    this.architecture.storage.forEach(({ name }, level) => {
      if (!isGenerated(name, this.source)) return;
      this.workload.dataSpaces.forEach((_, dataSpace) => {
        const stated = this.constraints.some(
          (c) => c.kind === "keep" && c.level === level && c.dataSpace === dataSpace,
        );
        if (!stated) this.push({ kind: "keep", level, dataSpace, keep: false }, null);
      });
      this.workload.dimensions.forEach((_, dimension) => {
        this.push({ kind: "factor", level, slot: "temporal", dimension, relation: "=", value: 1 }, null);
      });
    });
  }

  private addLoops(source: ConstraintSource, level: number, slot: SlotKind): void {
    for (const factor of source.factors) {
      const dimension = this.dimension(factor.dimension.value, factor.dimension.location);
      if (dimension < 0) continue;
      this.push(
        { kind: "factor", level, slot, dimension, relation: factor.relation, value: factor.end.value },
        factor.location,
      );
    }
    if (source.permutation !== null) {
      const free = source.permutation.findIndex(({ value }) => /^[_*]$/.test(value));
      const end = free < 0 ? source.permutation.length : free;
      const indices = (letters: typeof source.permutation) =>
        letters!
          .filter(({ value }) => /^\w+$/.test(value) && value !== "_")
          .map(({ value, location }) => this.dimension(value, location))
          .filter((dimension) => dimension >= 0);
      const prefix = indices(source.permutation.slice(0, end));
      const suffix = indices(source.permutation.slice(end));
      this.push({ kind: "permutation", level, slot, prefix, suffix }, source.permutationLocation);
    }
    if (source.remainders !== null) {
      this.push({ kind: "remainders", level, slot, value: source.remainders.value }, source.remainders.location);
    }
    if (slot === "spatial") {
      if (source.split !== null) this.push({ kind: "split", level, value: source.split.value }, source.split.location);
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
        const dataSpace = this.dataSpace(value, location);
        if (dataSpace >= 0) this.push({ kind: "keep", level, dataSpace, keep }, location);
      }
    }
    this.addFlags(level, "noCoalesce", source.noCoalesce);
  }

  private addFlags(level: number, directive: Flag, names: readonly { value: string; location: Location }[]): void {
    for (const { value, location } of names) {
      const dataSpace = this.dataSpace(value, location);
      if (dataSpace >= 0) this.push({ kind: "directive", level, directive, dataSpace }, location);
    }
  }

  private dimension(name: string, location: Location): number {
    const names = this.workload.dimensions.map((d) => d.name);
    const index = names.indexOf(name);
    if (index < 0) this.unknown("unknown-dimension", "dimension", name, names, location);
    return index;
  }

  private dataSpace(name: string, location: Location): number {
    const names = this.workload.dataSpaces.map((space) => space.name);
    const index = names.indexOf(name);
    if (index < 0) this.unknown("unknown-data-space", "data space", name, names, location);
    return index;
  }

  private unknown(code: string, what: string, name: string, names: readonly string[], location: Location): void {
    this.problems.push({
      code,
      severity: "warning",
      message: `There is no ${what} “${name}”; this constraint binds nothing. There are ${listed(names)}.`,
      location,
      fixes: renameFixes(name, names, location),
    });
  }

  private push(constraint: Unnumbered, place: Location | null): void {
    this.constraints.push({ ...constraint, id: this.places.length } as MapspaceConstraint);
    this.places.push(place);
  }
}
