import { listed } from "../spec/nearest.ts";
import type { Specification } from "../spec/types.ts";
import { isUnreadable } from "../spec/unreadable.ts";
import type { Location, Problem, SourceFile } from "../syntax/source.ts";
import { parseYaml } from "../syntax/yaml.ts";
import { fileName } from "../workspace/paths.ts";

/**
 * `missing-architecture`, `missing-problem`, `missing-mapping`: a cost needs all three; what is missing is told at once,
 * by the code of the first. `unreadable-file`: says at the mapping why nothing is predicted while another file cannot be
 * read.
 */
export function incomplete(specification: Specification, files: readonly SourceFile[]): Problem[] {
  const unreadable = specification.problems.filter(isUnreadable);
  if (unreadable.length > 0) return withoutEstimate(unreadable[0], files);
  const { architectureSource, layers, mappingSource } = specification;
  const has = (...keys: string[]) => keys.some((key) => specification.present?.has(key));
  const missing = [
    ...(architectureSource === undefined && !has("architecture", "arch") ? ["architecture"] : []),
    ...(layers.length === 0 && !has("problem", "layers") ? ["problem"] : []),
    ...(mappingSource === undefined && !has("mapping") ? ["mapping"] : []),
  ];
  if (missing.length === 0) return [];
  const keys = listed(missing.map((key) => `“${key}:”`));
  const where = missing.length === 1 ? "name the file that has it" : "name the files that have them";
  return [
    {
      code: `missing-${missing[0]}`,
      severity: "error",
      message: `There is no ${listed(missing, "and no")}. Add ${keys} here or ${where}.`,
      location: somewhere(files),
    },
  ];
}

function withoutEstimate(cause: Problem, files: readonly SourceFile[]): Problem[] {
  const mapping = keysOf(files, ["mapping"]).find((place) => place.uri !== cause.location.uri);
  if (mapping === undefined) return [];
  return [
    {
      code: "unreadable-file",
      severity: "error",
      message: `Nothing is predicted, because ${fileName(cause.location.uri)} cannot be read: ${cause.message}`,
      location: mapping,
      related: [{ message: "What must be mended first", location: cause.location }],
    },
  ];
}

/** Where a cost would stand: the key of the mapping, else of another part, else where the text begins. */
function somewhere(files: readonly SourceFile[]): Location {
  const [place] = keysOf(files, ["mapping", "architecture", "arch", "problem", "layers"]);
  if (place !== undefined) return place;
  const uri = files[0]?.uri ?? "";
  return { uri, start: 0, end: Math.min(1, files[0]?.text.length ?? 0) };
}

/** Places of these top-level keys, in the order of the keys. */
function keysOf(files: readonly SourceFile[], keys: readonly string[]): Location[] {
  const roots = files.map((file) => parseYaml(file).root);
  return keys.flatMap((key) =>
    roots.flatMap((root) => (root?.kind === "map" ? (root.index.get(key)?.key.location ?? []) : [])),
  );
}
