import type { Specification } from "../spec/types.ts";
import type { Location, Problem, SourceFile } from "../syntax/source.ts";
import { headOf } from "./subject.ts";

/** `missing-architecture`, `missing-problem`, `missing-mapping`: a cost needs all three. */
export function incomplete(specification: Specification, files: readonly SourceFile[]): Problem[] {
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

function somewhere(specification: Specification, files: readonly SourceFile[]): Location {
  const place =
    specification.mappingSource?.location ??
    specification.architectureSource?.location ??
    specification.layers[0]?.location;
  if (place !== undefined) return headOf(place);
  const uri = files[0]?.uri ?? "";
  return { uri, start: 0, end: Math.min(1, files[0]?.text.length ?? 0) };
}
