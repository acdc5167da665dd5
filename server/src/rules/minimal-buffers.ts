import type { Fix, Problem, SourceEdit, SourceFile } from "../syntax/source.ts";
import { neededWords } from "../workspace/analysis.ts";
import { formatPercent } from "../workspace/quantities.ts";
import { attributePlace, componentOf, type Subject, shown } from "./subject.ts";

const rows = ["depth", "memory_depth", "data_storage_depth"];
/** Attributes that say how large a buffer is. */
export const sizeAttributes = ["entries", ...rows, "sizeKB"];

/** Where a capacity is written and what would be the least there. */
interface Shrinking {
  edit: SourceEdit;
  title: string;
}

/** `minimal-buffer`: beside each storage component how much of it the mapping (of the largest layer) needs. */
export function minimalBuffers(subjects: readonly Subject[], files: readonly SourceFile[]): Problem[] {
  const costed = subjects.find((subject) => subject.outcome.evaluation !== undefined);
  const found = (costed?.outcome.evaluation?.minimalBuffers ?? []).flatMap((buffer) => {
    const { level, name, capacityWords } = buffer;
    const needed = neededWords(subjects, level) ?? 0;
    const location = attributePlace(componentOf(subjects[0], level), sizeAttributes);
    // More than there is: that is the rule `capacity`.
    if (capacityWords === null || needed === 0 || needed > capacityWords || location === undefined) return [];
    const what = subjects.length > 1 ? " for its largest layer" : "";
    const problem: Problem = {
      code: "minimal-buffer",
      severity: "information",
      message: `${name} needs ${shown(needed)} of ${shown(capacityWords)} words${what}, ${formatPercent(needed / capacityWords)}.`,
      location,
    };
    return [{ problem, shrinking: shrink(subjects[0], level, needed, files) }];
  });
  const possible = found.flatMap(({ shrinking }) => shrinking ?? []);
  const all: Fix[] =
    possible.length < 2
      ? []
      : [{ title: "Shrink all buffers to the minimum", edits: possible.map(({ edit }) => edit), safe: false }];
  return found.map(({ problem, shrinking }) =>
    shrinking === null
      ? problem
      : { ...problem, fixes: [{ title: shrinking.title, edits: [shrinking.edit], safe: false }, ...all] },
  );
}

/** `null` where one number in the text does not decide the capacity of this component alone. */
function shrink(subject: Subject, level: number, neededWords: number, files: readonly SourceFile[]): Shrinking | null {
  const component = componentOf(subject, level);
  const given = sizeAttributes.filter((key) => component?.attributes.has(key));
  if (component === undefined || given.length !== 1) return null;
  const [key] = given;
  const { value, location } = component.attributes.get(key)!;
  const written = files.find((file) => file.uri === location.uri)?.text.slice(location.start, location.end);
  const { location: own } = component;
  const inside = own.uri === location.uri && own.start <= location.start && location.end <= own.end;
  const shared = subject.specification.architectureSource?.components.some(
    (other) => other !== component && other.attributes.get(key)?.location === location,
  );
  // An expression, a value from a table of defaults or from a component around this one.
  if (!inside || shared || typeof value !== "number" || Number(written) !== value) return null;
  const { blockSize, wordBits } = subject.architecture.storage[level];
  const least =
    key === "entries"
      ? neededWords
      : key === "sizeKB"
        ? Math.ceil((neededWords * wordBits) / 8192)
        : Math.ceil(neededWords / blockSize);
  if (least >= value) return null;
  return {
    edit: { location, newText: String(least) },
    title: `Shrink ${component.name.value} to the minimum: ${key} ${shown(least)} instead of ${shown(value)}`,
  };
}
