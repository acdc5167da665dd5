import type { Location, Problem, SourceFile } from "../syntax/source.ts";
import { type Analysis, networkTotals } from "../workspace/analysis.ts";
import { bottleneck } from "../workspace/bottleneck.ts";
import { formatCount, formatEdp, formatEnergy, formatPercent } from "../workspace/quantities.ts";
import { headOf } from "./subject.ts";

/** `estimate`: predicted latency, energy and EDP, at the key `mapping`. */
export function estimate(analysis: Analysis, files: readonly SourceFile[]): Problem[] {
  const { architecture, mappingSource } = analysis.specification;
  const message = architecture === undefined ? null : sentence(analysis);
  if (message === null || mappingSource === undefined) return [];
  return [{ code: "estimate", severity: "information", message, location: keyOf(mappingSource.location, files) }];
}

function sentence(analysis: Analysis): string | null {
  const totals = networkTotals(analysis);
  const evaluated = analysis.layers.flatMap(({ outcome }) => outcome?.evaluation ?? []);
  if (evaluated.length === 0) return null;
  const cost = `${formatEnergy(totals.energyPj)}, EDP ${formatEdp(totals.edpPjCycles)}`;
  if (analysis.layers.length > 1) {
    return `Predicted for ${evaluated.length === analysis.layers.length ? "the network of" : `${evaluated.length} of the`} ${analysis.layers.length} layers: ${formatCount(totals.cycles)} cycles, ${cost}.`;
  }
  const [evaluation] = evaluated;
  // More units than there are: what it would cost elsewhere is no prediction.
  if (evaluation.utilization > 1) return null;
  const pace = bottleneck(evaluation, analysis.specification.architecture!);
  return `Predicted: ${formatCount(evaluation.cycles)} cycles (${formatPercent(evaluation.utilization)} of the MACs busy, bound by ${pace.by === "compute" ? "compute" : pace.name}), ${cost}.`;
}

/** The word `mapping` above the list, where there is one on its own. */
function keyOf(location: Location, files: readonly SourceFile[]): Location {
  const text = files.find((file) => file.uri === location.uri)?.text.slice(0, location.start) ?? "";
  const key = /(mapping)["']?\s*:(?:\s|#[^\n]*\n)*$/.exec(text);
  return key === null ? headOf(location) : { uri: location.uri, start: key.index, end: key.index + key[1].length };
}
