import type { Specification } from "../spec/types.ts";
import { isUnreadable } from "../spec/unreadable.ts";
import type { Location, Problem, SourceFile } from "../syntax/source.ts";
import { parseYaml } from "../syntax/yaml.ts";
import { fileName } from "../workspace/paths.ts";
import { headOf } from "./subject.ts";

/**
 * `missing-architecture`, `missing-problem`, `missing-mapping`: a cost needs all three. `unreadable-file`: says at the
 * mapping why nothing is predicted while another file cannot be read.
 */
export function incomplete(specification: Specification, files: readonly SourceFile[]): Problem[] {
  const unreadable = specification.problems.filter(isUnreadable);
  if (unreadable.length > 0) return withoutEstimate(unreadable[0], files);
  const { architectureSource, layers, mappingSource } = specification;
  const location = somewhere(specification, files);
  const missing = (code: string, what: string, key: string): Problem => ({
    code,
    severity: "error",
    message: `There is no ${what}. Add “${key}:” here or name the file that has it.`,
    location,
  });
  const has = (...keys: string[]) => keys.some((key) => specification.present?.has(key));
  return [
    ...(architectureSource === undefined && !has("architecture", "arch")
      ? [missing("missing-architecture", "architecture", "architecture")]
      : []),
    ...(layers.length === 0 && !has("problem", "layers") ? [missing("missing-problem", "problem", "problem")] : []),
    ...(mappingSource === undefined && !has("mapping") ? [missing("missing-mapping", "mapping", "mapping")] : []),
  ];
}

function withoutEstimate(cause: Problem, files: readonly SourceFile[]): Problem[] {
  const mapping = files
    .map((file) => parseYaml(file).root)
    .map((root) => (root?.kind === "map" ? root.index.get("mapping")?.key.location : undefined))
    .find((place) => place !== undefined && place.uri !== cause.location.uri);
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

function somewhere(specification: Specification, files: readonly SourceFile[]): Location {
  const place =
    specification.mappingSource?.location ??
    specification.architectureSource?.location ??
    specification.layers[0]?.location;
  if (place !== undefined) return headOf(place);
  const uri = files[0]?.uri ?? "";
  return { uri, start: 0, end: Math.min(1, files[0]?.text.length ?? 0) };
}
