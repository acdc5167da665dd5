import type { AccessCounts } from "./counts.ts";
import { countingExactly } from "./exact/counts.ts";
import { withTransferTerms } from "./exact/transfer-terms.ts";
import { countingByTimeloop } from "./timeloop/counts.ts";
import type { Architecture, EvaluationOptions, Mapping, Workload } from "./types.ts";

/** Counts accesses by the rule the options name, in steps; `terms` asks for the derivations a rule has to offer. */
export function* countingAccesses(
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  options: EvaluationOptions,
  terms: boolean,
): Generator<void, AccessCounts> {
  if (options.counting !== "exact") return yield* countingByTimeloop(architecture, workload, mapping, options);
  const counts = yield* countingExactly(architecture, workload, mapping, options, terms);
  return terms ? withTransferTerms(counts, architecture, workload, mapping) : counts;
}
