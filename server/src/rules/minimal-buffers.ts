import type { Problem } from "../syntax/source.ts";
import { attributePlace, componentOf, type Subject, shown } from "./subject.ts";

/** Buffers used less than this are worth a word. */
const wellUsed = 0.5;

/** `buffer-larger-than-needed`: the mapping would run with a much smaller buffer, whichever of the layers it is. */
export function minimalBuffers(subjects: readonly Subject[]): Problem[] {
  const layers = subjects.map((subject) => subject.outcome.evaluation?.minimalBuffers ?? []);
  const who = subjects.length > 1 ? "the largest layer" : "this mapping";
  return (layers.find((buffers) => buffers.length > 0) ?? []).flatMap((buffer): Problem[] => {
    const { level, name, capacityWords } = buffer;
    const neededWords = Math.max(...layers.flatMap((buffers) => buffers[level]?.neededWords ?? []));
    if (capacityWords === null || neededWords === 0 || neededWords >= capacityWords * wellUsed) return [];
    const location = attributePlace(componentOf(subjects[0], level), ["entries", "depth", "memory_depth", "sizeKB"]);
    if (location === undefined) return [];
    const share = ((100 * neededWords) / capacityWords).toFixed(1);
    return [
      {
        code: "buffer-larger-than-needed",
        severity: "hint",
        message: `${name}: ${who} needs ${shown(neededWords)} of ${shown(capacityWords)} words (${share} %).`,
        location,
      },
    ];
  });
}
