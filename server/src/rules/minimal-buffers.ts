import type { Problem } from "../syntax/source.ts";
import { attributePlace, componentOf, type Subject, shown } from "./subject.ts";

/** Buffers used less than this are worth a word. */
const wellUsed = 0.5;

/** `buffer-larger-than-needed`: the mapping would run with a much smaller buffer. */
export function minimalBuffers(subject: Subject): Problem[] {
  return (subject.outcome.evaluation?.minimalBuffers ?? []).flatMap((buffer): Problem[] => {
    const { level, name, neededWords, capacityWords } = buffer;
    if (capacityWords === null || neededWords === 0 || neededWords >= capacityWords * wellUsed) return [];
    const location = attributePlace(componentOf(subject, level), ["entries", "depth", "memory_depth", "sizeKB"]);
    if (location === undefined) return [];
    const share = ((100 * neededWords) / capacityWords).toFixed(1);
    return [
      {
        code: "buffer-larger-than-needed",
        severity: "hint",
        message: `${name}: this mapping needs ${shown(neededWords)} of ${shown(capacityWords)} words (${share} %).`,
        location,
      },
    ];
  });
}
