import { listed } from "../spec/nearest.ts";
import { maxFileLength } from "../syntax/limits.ts";
import type { Location, Problem } from "../syntax/source.ts";
import { fileName } from "../workspace/paths.ts";
import { formatCount, megabytes } from "../workspace/quantities.ts";
import type { Snapshot } from "../workspace/store.ts";
import { keyOf } from "./estimate.ts";
import { headOf } from "./subject.ts";
import { unsuppressed } from "./suppression.ts";

/** `files-not-read`: a part of the design may be in files that are too large, or too many to be looked into. */
export function filesNotRead({ design, files, leftOut, specification }: Snapshot): Problem[] {
  if (leftOut === null) return [];
  const { mappingSource, architectureSource, layers } = specification;
  const places = [mappingSource, architectureSource, layers[0]].flatMap((part) => part?.location ?? []);
  const place = places.find(({ uri }) => uri === design.main);
  const top: Location = { uri: design.main, start: 0, end: 1 };
  const location = place === undefined ? top : place === mappingSource?.location ? keyOf(place, files) : headOf(place);
  const warning = (message: string): Problem => ({ code: "files-not-read", severity: "warning", message, location });
  const problems = leftOut.large.map(({ uri, bytes }) =>
    warning(
      `${fileName(uri)} has ${megabytes(bytes)} and was not read: the limit is ${megabytes(maxFileLength)}. If it belongs to this design, split it: what is shown is without it.`,
    ),
  );
  for (const { code, message, location } of specification.problems) {
    if (code === "file-too-large" && location.uri !== design.main) {
      problems.push(warning(`${fileName(location.uri)} was not read to its end: ${message}`));
    }
  }
  if (leftOut.files > 0 && design.missing.length > 0) {
    const count = `${formatCount(leftOut.files)} ${leftOut.orMore ? "or more " : ""}files`;
    problems.push(
      warning(
        `${count} farther away were not looked into for ${listed([...design.missing])}. Name the right one: “# mapspace: ${design.missing[0]}=…” in the first lines.`,
      ),
    );
  }
  return unsuppressed(problems, files);
}
