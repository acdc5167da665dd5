import type { Workload } from "../../engine/model/types.ts";
import type { DirectiveSource } from "../types.ts";

/**
 * The directive with dimensions of one pass at the inner end of its permutation, where the front end puts those
 * that the permutation leaves out (`timeloopfe/v4/processors/permutation_optimizer.py`). `split` counts them.
 */
export function unitLoopsInside<T extends DirectiveSource>(directive: T, workload: Workload): T {
  const written = directive.permutation ?? [];
  const present = new Set(written.map(({ value }) => value));
  const ones = new Set(directive.factors.flatMap((f) => (f.end.value === 1 ? [f.dimension.value] : [])));
  const known = new Set(workload.dimensions.map(({ name }) => name));
  const missing = [...ones].filter((name) => known.has(name) && !present.has(name)).reverse();
  for (const { name, bound } of workload.dimensions)
    if (bound === 1 && !present.has(name) && !ones.has(name)) missing.unshift(name);
  if (missing.length === 0) return directive;
  const location = directive.permutationLocation ?? directive.location;
  return { ...directive, permutation: [...missing.map((value) => ({ value, location })), ...written] };
}
