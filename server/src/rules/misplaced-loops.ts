import type { Loop, MappingLevel, Workload } from "../engine/model/types.ts";
import { listed } from "../spec/nearest.ts";
import type { ConstraintSource } from "../spec/types.ts";

/**
 * The loops that a constraint inside a v0.4 component wants along the other axis, as a clause; `null` without any.
 * Its `split` counts loops of one trip as well, so the place of a dimension in the constraint's order tells its axis;
 * dimensions that the order leaves open share what is left of each axis.
 */
export function misplacedLoops(
  { dimensions }: Workload,
  { permutation }: ConstraintSource,
  split: number,
  { spatialX, spatialY }: MappingLevel,
): string | null {
  const letters = (permutation ?? []).map(({ value }) => value);
  const mark = letters.findIndex((letter) => letter === "_" || letter === "*");
  const inner = mark < 0 ? letters : letters.slice(0, mark);
  const outer = mark < 0 ? [] : letters.slice(mark + 1);
  const open = dimensions.length - inner.length - outer.length;
  const openAlongX = Math.min(open, Math.max(0, split - inner.length));
  const places = new Map(inner.map((name, place) => [name, place]));
  outer.forEach((name, i) => void places.set(name, inner.length + open + i));
  const wrong = (loops: readonly Loop[], allowed: (place: number) => boolean, room: number) => {
    const names = loops.filter(({ factor }) => factor > 1).map(({ dimension }) => dimensions[dimension].name);
    const placed = names.filter((name) => places.has(name) && !allowed(places.get(name)!));
    return [...placed, ...names.filter((name) => !places.has(name)).slice(room)];
  };
  const clauses = [
    { axis: "X", names: wrong(spatialX, (place) => place < split, openAlongX) },
    { axis: "Y", names: wrong(spatialY, (place) => place >= split, open - openAlongX) },
  ]
    .filter(({ names }) => names.length > 0)
    .map(({ axis, names }) => `${listed(names)} ${names.length === 1 ? "runs" : "run"} along ${axis}`);
  return clauses.length === 0 ? null : listed(clauses);
}
