import { evaluate } from "../engine/model/evaluate.ts";
import type { Loop, Mapping, MappingLevel, Violation } from "../engine/model/types.ts";
import type { Fix, SourceEdit } from "../syntax/source.ts";
import { levelName, type Subject, type WrittenFactor, writtenFactors } from "./subject.ts";

/** A share of a loop to be run in time at another level. */
export interface Move {
  dimension: number;
  from: number;
  /** Out of the loops in space of `from`. */
  spatial: boolean;
  to: number;
  share: number;
}

/** The mapping after the moves. Only loops without a residual are moved. */
export function moved(mapping: Mapping, moves: readonly Move[]): Mapping {
  return { levels: moves.reduce((levels, move) => withMove(levels, move), mapping.levels) };
}

function withMove(levels: readonly MappingLevel[], { dimension, from, spatial, to, share }: Move): MappingLevel[] {
  const divided = (loops: readonly Loop[]) =>
    loops.map((loop) =>
      loop.dimension === dimension ? { ...loop, factor: loop.factor / share, residual: loop.residual / share } : loop,
    );
  const multiplied = (loops: readonly Loop[]): Loop[] => {
    const present = loops.find((loop) => loop.dimension === dimension);
    if (present === undefined) return [...loops, { dimension, factor: share, residual: share }];
    const factor = present.factor * share;
    return loops.map((loop) => (loop === present ? { ...loop, factor, residual: factor } : loop));
  };
  return levels.map((level, i): MappingLevel => {
    const taken: MappingLevel =
      i !== from
        ? level
        : spatial
          ? { ...level, spatialX: divided(level.spatialX), spatialY: divided(level.spatialY) }
          : { ...level, temporal: divided(level.temporal) };
    return i === to ? { ...taken, temporal: multiplied(taken.temporal) } : taken;
  });
}

/** One fix for all the moves; none where the text has no place for them, the violation (if it is one) stays or another comes. */
export function moveFix(subject: Subject, moves: readonly Move[], cured: Violation | null): Fix[] {
  const edits = moves.length === 0 ? null : editsOf(subject, moves);
  if (edits === null || !cures(subject, moved(subject.lowered.mapping, moves), cured)) return [];
  return [{ title: titleOf(subject, moves), edits, safe: false }];
}

function titleOf(subject: Subject, moves: readonly Move[]): string {
  const { dimensions } = subject.layer.workload;
  const shares = (chosen: readonly Move[]) =>
    chosen.map(({ dimension, share }) => `${dimensions[dimension].name}=${share}`).join(" ");
  const [{ from, to, spatial }] = moves;
  if (spatial) return `Run ${shares(moves)} in time at ${levelName(subject, to)}`;
  if (moves.every((move) => move.from === from && move.to === to)) {
    return `Move ${shares(moves)} from ${levelName(subject, from)} to ${levelName(subject, to)}`;
  }
  return `Move ${shares(moves)} to ${levelName(subject, to)}`;
}

/** New numbers for the factors that change; factors a directive does not have yet are added behind its last one. */
function editsOf(subject: Subject, moves: readonly Move[]): SourceEdit[] | null {
  const { dimensions } = subject.layer.workload;
  const changes = new Map<WrittenFactor, number>();
  const added = new Map<number, string[]>();
  for (const { dimension, from, spatial, to, share } of moves) {
    const { name, bound } = dimensions[dimension];
    const factors = writtenFactors(subject, dimension);
    const at = (level: number, inSpace: boolean) =>
      [...changes.keys()].find(
        (f) => f.level === level && f.spatial === inSpace && f.source.dimension.value === name,
      ) ?? factors.find((f) => f.level === level && f.spatial === inSpace);
    const value = (factor: WrittenFactor) =>
      changes.get(factor) ?? (factor.source.end.value === 0 ? bound : factor.source.end.value);
    const source = at(from, spatial);
    if (source === undefined || source.source.residual !== null || value(source) % share !== 0) return null;
    changes.set(source, value(source) / share);
    const target = at(to, false);
    if (target === undefined) added.set(to, [...(added.get(to) ?? []), `${name}=${share}`]);
    else if (target.source.residual !== null) return null;
    else changes.set(target, value(target) * share);
  }
  const edits = [...changes].map(([{ source }, value]) => ({ location: source.end.location, newText: String(value) }));
  for (const [level, factors] of added) {
    const edit = appended(subject, level, factors);
    if (edit === null) return null;
    edits.push(edit);
  }
  return edits;
}

/** Adds factors to the loops in time of a level; null where it has none to add them to. */
export function appended(subject: Subject, level: number, factors: readonly string[]): SourceEdit | null {
  const directive = subject.lowered.places[level].temporal;
  const last = directive?.factors.at(-1);
  if (last === undefined) return null;
  const separator = directive?.factorsListed ? ", " : " ";
  const newText = factors.map((factor) => `${separator}${factor}`).join("");
  return { location: { ...last.location, start: last.location.end }, newText };
}

const key = (violation: Violation) =>
  `${violation.kind} ${"level" in violation ? violation.level : ""} ${"dimension" in violation ? violation.dimension : ""}`;

/** Is the violation gone, and none there that was not before? */
export function cures(
  { architecture, layer, options, outcome }: Subject,
  mapping: Mapping,
  cured: Violation | null,
): boolean {
  const before = new Set(outcome.violations.map(key));
  const after = evaluate(architecture, layer.workload, mapping, options).violations;
  return after.every((violation) => (cured === null || key(violation) !== key(cured)) && before.has(key(violation)));
}
