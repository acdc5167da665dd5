import { fanouts } from "../engine/model/fanout.ts";
import type { Loop, MappingLevel, Violation } from "../engine/model/types.ts";
import type { DirectiveSource } from "../spec/types.ts";
import type { Fix } from "../syntax/source.ts";
import { cures } from "./moves.ts";
import { levelName, type Subject } from "./subject.ts";
import { setEntry } from "./text-edits.ts";

/** Another `split` (and order, where no split alone does) with which the loops in space fit the array. */
export interface Splitting {
  /** What it comes to: “K=4 along X and N=2 along Y”. */
  sentence: string;
  fix: Fix;
}

/** `null` where no division of the loops between X and Y fits. */
export function splitThatFits(subject: Subject, level: number, violation: Violation): Splitting | null {
  const directive = subject.lowered.places[level].spatial;
  const mapped = subject.lowered.mapping.levels[level];
  if (directive === undefined) return null;
  const order = writtenOrder(directive, subject);
  const loops = [...mapped.spatialX, ...mapped.spatialY];
  const loopOf = (name: string) =>
    loops.find((loop) => subject.layer.workload.dimensions[loop.dimension].name === name);
  for (let split = 0; split <= order.length; split++) {
    const found = tried(subject, level, violation, {
      spatialX: order.slice(0, split).flatMap((name) => loopOf(name) ?? []),
      spatialY: order.slice(split).flatMap((name) => loopOf(name) ?? []),
    });
    if (found === null) continue;
    const edits = setEntry(subject.files, directive.location, "split", String(split));
    return edits.length === 0 ? null : { sentence: found, fix: { title: `Write split: ${split}`, edits, safe: false } };
  }
  return reordered(subject, level, violation, directive, loops);
}

/** All letters of the directive, innermost first. */
function writtenOrder(directive: DirectiveSource, subject: Subject): string[] {
  const names = subject.layer.workload.dimensions.map(({ name }) => name);
  const written = (directive.permutation ?? []).map(({ value }) => value).filter((name) => names.includes(name));
  return [...written, ...names.filter((name) => !written.includes(name))];
}

function tried(
  subject: Subject,
  level: number,
  violation: Violation,
  spread: Pick<MappingLevel, "spatialX" | "spatialY">,
): string | null {
  const { lowered, architecture, layer } = subject;
  const fan = fanouts(architecture)[level];
  const product = (loops: readonly Loop[]) => loops.reduce((all, { factor }) => all * factor, 1);
  if (product(spread.spatialX) > fan.x || product(spread.spatialY) > fan.y) return null;
  const levels = lowered.mapping.levels.map((own, l) => (l === level ? { ...own, ...spread } : own));
  if (!cures(subject, { levels }, violation)) return null;
  const named = (loops: readonly Loop[]) =>
    loops.map(({ dimension, factor }) => `${layer.workload.dimensions[dimension].name}=${factor}`).join(" ") ||
    "nothing";
  return `${named(spread.spatialX)} along X and ${named(spread.spatialY)} along Y`;
}

/** Where the order stands in the way: the first choice of loops for X that fits, and the order that says so. */
function reordered(
  subject: Subject,
  level: number,
  violation: Violation,
  directive: DirectiveSource,
  loops: readonly Loop[],
): Splitting | null {
  const place = directive.permutationLocation;
  // A list or a text with separators is left to the writer.
  if (place === null || directive.permutation?.length !== place.end - place.start || loops.length > 8) return null;
  const names = subject.layer.workload.dimensions.map(({ name }) => name);
  for (let chosen = 1; chosen < 2 ** loops.length - 1; chosen++) {
    const spatialX = loops.filter((_, i) => (chosen >> i) & 1);
    const spatialY = loops.filter((_, i) => !((chosen >> i) & 1));
    const found = tried(subject, level, violation, { spatialX, spatialY });
    if (found === null) continue;
    const split = setEntry(subject.files, directive.location, "split", String(spatialX.length));
    const present = [...spatialX, ...spatialY].map((loop) => names[loop.dimension]);
    const order = [...present, ...names.filter((name) => !present.includes(name))].join("");
    return {
      sentence: found,
      fix: {
        title: `Write permutation: ${order} and split: ${spatialX.length} at ${levelName(subject, level)}`,
        edits: [{ location: place, newText: order }, ...split],
        safe: false,
      },
    };
  }
  return null;
}
