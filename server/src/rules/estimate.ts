import { modelMismatch } from "../engine/model/learned/latency-model.ts";
import type { Location, Problem, SourceFile } from "../syntax/source.ts";
import { type Analysis, networkTotals } from "../workspace/analysis.ts";
import { bottleneck } from "../workspace/bottleneck.ts";
import { cyclesText, learnedTotal, mismatchText } from "../workspace/latency.ts";
import { baseName } from "../workspace/paths.ts";
import { formatEdp, formatEnergy, formatPercent } from "../workspace/quantities.ts";
import { headOf } from "./subject.ts";

/** `estimate`: predicted latency, energy and EDP, at the key `mapping`. */
export function estimate(analysis: Analysis, files: readonly SourceFile[]): Problem[] {
  const { architecture, mappingSource } = analysis.specification;
  const message = architecture === undefined ? null : sentence(analysis);
  if (message === null || mappingSource === undefined) return [];
  return [{ code: "estimate", severity: "information", message, location: keyOf(mappingSource.location, files) }];
}

/** `latency-model`: the model that the settings name cannot be read, or was learned on something else. */
export function latencyModel(analysis: Analysis, files: readonly SourceFile[]): Problem[] {
  const { latency, specification, layers } = analysis;
  const { architecture, mappingSource } = specification;
  if (latency === null || mappingSource === undefined || architecture === undefined || layers.length === 0) return [];
  const mismatches = layers.map(
    ({ layer }) => latency.model && modelMismatch(latency.model.file, architecture, layer.workload),
  );
  const mismatch = mismatches.find((found) => found !== null);
  const why = latency.problem ?? (mismatch && mismatchText(mismatch));
  if (why == null) return [];
  const message = `The latency model ${baseName(latency.uri)} ${why}. Cycles are analytical alone; “mapspace.latencyModel” names another model, \`mapspace learn\` makes one.`;
  return [{ code: "latency-model", severity: "warning", message, location: keyOf(mappingSource.location, files) }];
}

function sentence(analysis: Analysis): string | null {
  const totals = networkTotals(analysis);
  const evaluated = analysis.layers.flatMap(({ outcome }) => outcome?.evaluation ?? []);
  if (evaluated.length === 0) return null;
  const learned = learnedTotal(analysis);
  const cost = `${formatEnergy(totals.energyPj)}, EDP ${formatEdp(totals.edpPjCycles)}`;
  if (analysis.layers.length > 1) {
    return `Predicted for ${evaluated.length === analysis.layers.length ? "the network of" : `${evaluated.length} of the`} ${analysis.layers.length} layers: ${cyclesText(totals.cycles, learned)}, ${cost}.`;
  }
  const [evaluation] = evaluated;
  // More units than there are: what it would cost elsewhere is no prediction.
  if (evaluation.utilization > 1) return null;
  const pace = bottleneck(evaluation, analysis.specification.architecture!);
  return `Predicted: ${cyclesText(evaluation.cycles, learned)} (${formatPercent(evaluation.utilization)} of the MACs busy, bound by ${pace.by === "compute" ? "compute" : pace.name}), ${cost}.`;
}

/** The word `mapping` above the list, where there is one on its own. */
export function keyOf(location: Location, files: readonly SourceFile[]): Location {
  const text = files.find((file) => file.uri === location.uri)?.text.slice(0, location.start) ?? "";
  const key = /(mapping)["']?\s*:(?:\s|#[^\n]*\n)*$/.exec(text);
  return key === null ? headOf(location) : { uri: location.uri, start: key.index, end: key.index + key[1].length };
}
