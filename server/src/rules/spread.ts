import type { Location, Problem, Severity } from "../syntax/source.ts";
import { movesOutOfSpace } from "./fitting.ts";
import { type Move, moveFix } from "./moves.ts";
import { type Splitting, splitThatFits } from "./split.ts";
import { attributePlace, componentOf, levelName, mappingPlace, type Subject, violationsOf } from "./subject.ts";

type Axis = "x" | "y";

/**
 * `fanout-x`, `fanout-y`: more children in use than a level has. An error where the array itself is exceeded
 * (Timeloop's model stops); else a warning, since only its mapper rejects it. `mesh-x`, `mesh-y`: the array is
 * exceeded although every fan-out fits.
 */
export function spread(subject: Subject): Problem[] {
  return (["x", "y"] as const).flatMap((axis) => axisProblems(subject, axis));
}

function axisProblems(subject: Subject, axis: Axis): Problem[] {
  const meshes = violationsOf(subject, axis === "x" ? "mesh-x" : "mesh-y");
  const mesh = meshes.find((violation) => violation.level === "compute") ?? meshes[0];
  const fans = violationsOf(subject, axis === "x" ? "fanout-x" : "fanout-y");
  const letter = axis.toUpperCase();
  const severity: Severity = mesh === undefined ? "warning" : "error";
  if (fans.length === 0 && mesh !== undefined) {
    return [
      {
        code: `mesh-${axis}`,
        severity,
        message: `The loops spread over ${mesh.used} instances of ${levelName(subject, mesh.level)} along ${letter}, it has ${mesh.available}.${instances(subject)}`,
        location: spatialPlace(subject, axis),
        related: related(subject, mesh.level, axis),
      },
    ];
  }
  return fans.map((violation) => {
    const { level, used, available } = violation;
    const child = level === 0 ? "compute" : level - 1;
    const splitting = splitThatFits(subject, level, violation);
    const moves = movesOutOfSpace(subject, level, axis);
    const ending = mesh === undefined ? " Timeloop's mapper rejects this, its model does not." : instances(subject);
    return {
      code: `fanout-${axis}`,
      severity,
      message: `${levelName(subject, level)} spreads ${spatialLoops(subject, level, axis)} over ${used} children along ${letter}, it has ${available}. ${advice(subject, violation, splitting, moves)}${ending}`,
      location: mappingPlace(subject, level, "spatial"),
      related: related(subject, child, axis),
      fixes: [...(splitting === null ? [] : [splitting.fix]), ...moveFix(subject, moves, violation)],
    };
  });
}

/** The simplest thing that would do: another split, else another number, else less. */
function advice(
  subject: Subject,
  { level, available }: { level: number; available: number },
  splitting: Splitting | null,
  [move]: readonly Move[],
): string {
  if (splitting !== null) return `${splitting.fix.title}: that puts ${splitting.sentence}, which fits.`;
  if (move === undefined) return `Use at most ${available} here and run the rest in time.`;
  const { name } = subject.layer.workload.dimensions[move.dimension];
  const { spatialX, spatialY } = subject.lowered.mapping.levels[level];
  const loop = [...spatialX, ...spatialY].find(({ dimension }) => dimension === move.dimension);
  return `${name}=${(loop?.factor ?? 1) / move.share} would fit; run the other ${move.share} in time.`;
}

/** The sentence on the whole array, where that is exceeded too. */
function instances(subject: Subject): string {
  const all = violationsOf(subject, "instances");
  const worst = all.find((violation) => violation.level === "compute") ?? all[0];
  return worst === undefined
    ? ""
    : ` Altogether ${worst.used} instances of ${levelName(subject, worst.level)} are needed, there are ${worst.available}.`;
}

function spatialLoops(subject: Subject, level: number, axis: Axis): string {
  const mapped = subject.lowered.mapping.levels[level];
  const loops = axis === "x" ? mapped.spatialX : mapped.spatialY;
  const { dimensions } = subject.layer.workload;
  return loops.map((loop) => `${dimensions[loop.dimension].name}=${loop.factor}`).join(" ");
}

function spatialPlace(subject: Subject, axis: Axis): Location {
  const key = axis === "x" ? "spatialX" : "spatialY";
  const level = Math.max(
    0,
    subject.lowered.mapping.levels.findIndex((l) => l[key].length > 0),
  );
  return mappingPlace(subject, level, "spatial");
}

function related(subject: Subject, level: number | "compute", axis: Axis) {
  const location = attributePlace(componentOf(subject, level), axis === "x" ? ["meshX"] : ["meshY", "meshX"]);
  const { meshX, meshY } = level === "compute" ? subject.architecture.compute : subject.architecture.storage[level];
  return location === undefined
    ? []
    : [{ message: `${levelName(subject, level)} has ${meshX} × ${meshY} instances (X × Y)`, location }];
}
