import { type Fanout, fanouts, hasFanout } from "../engine/model/fanout.ts";
import type { Architecture, Loop, MappingLevel, Workload } from "../engine/model/types.ts";
import type { Located, Problem } from "../syntax/source.ts";
import { isGenerated, type Place, targetLevel, withComponentConstraints } from "./component-constraints.ts";
import { directiveLoops } from "./loops.ts";
import { didYouMean, listed, renameFixes } from "./nearest.ts";
import type { ArchitectureSource, DirectiveSource, LoweredMapping, MappingSource, Reading } from "./types.ts";
import { unitLoopsInside } from "./v04/unit-loops.ts";

type Flag = "noSpatialReuse" | "noTemporalReuse" | "noLinkTransfer" | "rmwFirstUpdate" | "noCoalesce";
type ListKey = "noReuse" | "noTemporalReuse" | "noLinkTransfer" | "rmwFirstUpdate" | "noCoalesce";

/**
 * Lowers the directives of a mapping for one workload on one architecture (Timeloop `mapping/parser.cpp`,
 * `ParseAndConstruct`). A v0.4 `architectureSource` adds what its components fix: containers may be named as
 * targets, and component constraints hold where the mapping says nothing. Whether the loops multiply to the
 * bounds and fit the hardware is judged by the engine, not here.
 */
export function lowerMapping(
  source: MappingSource,
  architecture: Architecture,
  workload: Workload,
  architectureSource?: ArchitectureSource,
): Reading<LoweredMapping> {
  const problems: Problem[] = [];
  const fans = fanouts(architecture);
  const places = assignDirectives(source, architecture, fans, architectureSource, problems);
  const generated = architecture.storage.map((level) => isGenerated(level.name, architectureSource));
  const levels = withComponentConstraints(places, architecture, architectureSource).map((place, level) =>
    lowerLevel(place, generated[level], workload, problems),
  );
  return { value: { mapping: { levels }, places }, problems };
}

/** Which directive speaks for which part of which level: the last temporal and spatial one, all data type ones. */
function assignDirectives(
  source: MappingSource,
  architecture: Architecture,
  fans: readonly Fanout[],
  architectureSource: ArchitectureSource | undefined,
  problems: Problem[],
): Place[] {
  const names = architecture.storage.map((level) => level.name);
  const places: Place[] = names.map(() => ({ dataTypes: [] }));
  for (const directive of source.directives) {
    const { target, type } = directive;
    if (target === null || type === null) continue;
    const level = targetLevel(target.value, type.value === "spatial", architecture, architectureSource);
    if (level < 0) {
      problems.push(unknownTarget(target, names, architecture.compute.name));
      continue;
    }
    if (type.value === "spatial" && !hasFanout(fans[level])) {
      problems.push(noFanout(directive, level, architecture));
    }
    if (type.value === "temporal" || type.value === "spatial") {
      const earlier = places[level][type.value];
      if (earlier !== undefined) problems.push(replaced(earlier, directive, names[level]));
      places[level][type.value] = directive;
    } else if (type.value === "datatype" || type.value === "bypass" || type.value === "dataspace") {
      places[level].dataTypes.push(directive);
    } else if (type.value === "skew") {
      problems.push({
        code: "not-modelled",
        severity: "warning",
        message: "Skewed loops are not modelled; the costs shown are those without the skew.",
        location: type.location,
      });
    }
  }
  return places;
}

function unknownTarget(target: Located<string>, names: readonly string[], compute: string): Problem {
  const isCompute = target.value === compute;
  return {
    code: "unknown-target",
    severity: "error",
    message: isCompute
      ? `${target.value} computes and holds no loops. Loops belong to a storage level: ${listed(names, "or")}.`
      : `The architecture has no storage level named “${target.value}”; it has ${listed([...names].reverse())}.${didYouMean(target.value, names)}`,
    location: target.location,
    fixes: renameFixes(target.value, names, target.location),
  };
}

function noFanout(directive: DirectiveSource, level: number, architecture: Architecture): Problem {
  const own = architecture.storage[level];
  const child = level === 0 ? architecture.compute : architecture.storage[level - 1];
  return {
    code: "no-fanout",
    severity: "error",
    message:
      `${own.name} has no fan-out: it has ${own.meshX} × ${own.meshY} instances (X × Y) and ${child.name} below it ` +
      `${child.meshX} × ${child.meshY}, so no loop can be spread in space here. Make these loops temporal or name a level with more children.`,
    location: directive.location,
  };
}

function replaced(earlier: DirectiveSource, later: DirectiveSource, level: string): Problem {
  const kind = later.type?.value;
  return {
    code: "replaced-directive",
    severity: "warning",
    message: `This ${kind} directive of ${level} replaces an earlier one entirely. Merge the two.`,
    location: later.location,
    related: [{ message: "The directive that no longer counts", location: earlier.location }],
  };
}

function lowerLevel(place: Place, generated: boolean, workload: Workload, problems: Problem[]): MappingLevel {
  const real = (loop: Loop) => loop.factor !== 1 || loop.residual !== 1;
  // v0.4: loops of one pass that a permutation leaves out are innermost there, and `split` counts them.
  const directive = place.spatial && generated ? unitLoopsInside(place.spatial, workload) : place.spatial;
  const spatial = directive ? directiveLoops(directive, workload, problems) : [];
  const split = place.spatial?.split?.value ?? spatial.length;
  return {
    temporal: directiveLoops(place.temporal, workload, problems).filter(real),
    spatialX: spatial.slice(0, split).filter(real),
    spatialY: spatial.slice(split).filter(real),
    keep: lowerKeep(place.dataTypes, !generated, workload, problems),
    ...lowerFlags(place, workload, problems),
  };
}

/** Flags accumulate over directives, the later one wins; inside one directive `bypass` is read after `keep`. */
function lowerKeep(
  directives: readonly DirectiveSource[],
  byDefault: boolean,
  workload: Workload,
  problems: Problem[],
) {
  const keep = workload.dataSpaces.map(() => byDefault);
  for (const directive of directives) {
    const kept = directive.keep.map((name) => dataSpaceIndex(name, workload, problems));
    const bypassed = directive.bypass.map((name) => dataSpaceIndex(name, workload, problems));
    for (const index of kept) if (index >= 0) keep[index] = true;
    bypassed.forEach((index, i) => {
      if (index < 0) return;
      keep[index] = false;
      if (kept.includes(index)) problems.push(keptAndBypassed(directive, directive.bypass[i]));
    });
  }
  return keep;
}

function keptAndBypassed(directive: DirectiveSource, name: Located<string>): Problem {
  const kept = directive.keep.find((other) => other.value === name.value)!;
  return {
    code: "keep-and-bypass",
    severity: "warning",
    message: `${name.value} is both kept and bypassed here; bypass wins. Remove it from one of the two lists.`,
    location: name.location,
    related: [{ message: "Kept here", location: kept.location }],
  };
}

const flagSources: readonly (readonly [Flag, "temporal" | "spatial" | "dataTypes", readonly ListKey[]])[] = [
  ["noSpatialReuse", "spatial", ["noReuse"]],
  ["noLinkTransfer", "spatial", ["noLinkTransfer"]],
  ["noTemporalReuse", "temporal", ["noReuse", "noTemporalReuse"]],
  ["rmwFirstUpdate", "temporal", ["rmwFirstUpdate"]],
  ["noCoalesce", "dataTypes", ["noCoalesce"]],
];

function lowerFlags(place: Place, workload: Workload, problems: Problem[]): Partial<Record<Flag, boolean[]>> {
  const flags: Partial<Record<Flag, boolean[]>> = {};
  for (const [flag, part, keys] of flagSources) {
    for (const directive of [place[part] ?? []].flat()) {
      const names = keys.map((key) => directive[key]).find((list) => list.length > 0);
      if (names === undefined) continue;
      const set = workload.dataSpaces.map(() => false);
      for (const name of names) {
        const index = dataSpaceIndex(name, workload, problems);
        if (index >= 0) set[index] = true;
      }
      flags[flag] = set;
    }
  }
  return flags;
}

function dataSpaceIndex(name: Located<string>, workload: Workload, problems: Problem[]): number {
  const names = workload.dataSpaces.map((space) => space.name);
  const index = names.indexOf(name.value);
  if (index < 0) {
    problems.push({
      code: "unknown-data-space",
      severity: "error",
      message: `The problem has no data space “${name.value}”; it has ${listed(names)}.${didYouMean(name.value, names)}`,
      location: name.location,
      fixes: renameFixes(name.value, names, name.location),
    });
  }
  return index;
}
