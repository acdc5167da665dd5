import { evaluate } from "../engine/model/evaluate.ts";
import type { Loop, Mapping, MappingLevel, Violation } from "../engine/model/types.ts";
import type { Fix, SourceEdit } from "../syntax/source.ts";
import { levelName, type Subject, type WrittenFactor, writtenFactors } from "./subject.ts";

/** A share of a loop to be run in time at another level. */
interface Move {
  dimension: number;
  from: number;
  spatial: boolean;
  to: number;
  share: number;
}

/** Candidates tried before giving up. */
const mostTries = 40;

/**
 * The smallest move of one factor that makes the mapping fit: out of the loops in space of `level` (into time there),
 * or out of its loops in time (to the next outer level). None where factors are imperfect or no single move cures.
 */
export function moveFixes(subject: Subject, level: number, spatial: boolean): Fix[] {
  const to = spatial ? level : level + 1;
  if (to >= subject.lowered.mapping.levels.length) return [];
  const mapped = subject.lowered.mapping.levels[level];
  const loops = spatial ? [...mapped.spatialX, ...mapped.spatialY] : mapped.temporal;
  const moves = loops
    .filter((loop) => loop.factor === loop.residual)
    .flatMap(({ dimension, factor }) =>
      divisors(factor).map((share): Move => ({ dimension, from: level, spatial, to, share })),
    )
    .sort((a, b) => a.share - b.share);
  for (const move of moves.slice(0, mostTries)) {
    const edits = editsOf(subject, move);
    if (edits !== null && cures(subject, move)) return [{ title: titleOf(subject, move), edits, safe: false }];
  }
  return [];
}

function divisors(n: number): number[] {
  return Array.from({ length: Math.min(n, 4096) - 1 }, (_, i) => i + 2).filter((d) => n % d === 0);
}

function titleOf(subject: Subject, { dimension, from, spatial, to, share }: Move): string {
  const what = `${subject.layer.workload.dimensions[dimension].name}=${share}`;
  return spatial
    ? `Run ${what} in time at ${levelName(subject, to)}`
    : `Move ${what} from ${levelName(subject, from)} to ${levelName(subject, to)}`;
}

function editsOf(subject: Subject, { dimension, from, spatial, to, share }: Move): SourceEdit[] | null {
  const factors = writtenFactors(subject, dimension);
  const at = (level: number, inSpace: boolean) => factors.find((f) => f.level === level && f.spatial === inSpace);
  const source = at(from, spatial);
  const bound = subject.layer.workload.dimensions[dimension].bound;
  const value = ({ source: { end } }: WrittenFactor) => (end.value === 0 ? bound : end.value);
  if (source === undefined || source.source.residual !== null || value(source) % share !== 0) return null;
  const lowered = { location: source.source.end.location, newText: String(value(source) / share) };
  const target = at(to, false);
  if (target !== undefined) {
    if (target.source.residual !== null) return null;
    return [lowered, { location: target.source.end.location, newText: String(value(target) * share) }];
  }
  const last = subject.lowered.places[to].temporal?.factors.at(-1);
  if (last === undefined) return null;
  const { name } = subject.layer.workload.dimensions[dimension];
  return [lowered, { location: { ...last.location, start: last.location.end }, newText: ` ${name}=${share}` }];
}

const key = (violation: Violation) =>
  `${violation.kind} ${"level" in violation ? violation.level : ""} ${"dimension" in violation ? violation.dimension : ""}`;

/** Fewer violations than before, and none that was not there. */
function cures(subject: Subject, move: Move): boolean {
  const { architecture, layer, options, outcome } = subject;
  const before = new Set(outcome.violations.map(key));
  const after = evaluate(architecture, layer.workload, moved(subject.lowered.mapping, move), options).violations;
  return after.length < before.size && after.every((violation) => before.has(key(violation)));
}

function moved(mapping: Mapping, { dimension, from, spatial, to, share }: Move): Mapping {
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
  const levels = mapping.levels.map((level, i): MappingLevel => {
    const taken: MappingLevel =
      i !== from
        ? level
        : spatial
          ? { ...level, spatialX: divided(level.spatialX), spatialY: divided(level.spatialY) }
          : { ...level, temporal: divided(level.temporal) };
    return i === to ? { ...taken, temporal: multiplied(taken.temporal) } : taken;
  });
  return { levels };
}
