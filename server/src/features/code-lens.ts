/** Code lenses over `mapping:` and over each layer of a problem: what the design costs. */

import type { CodeLens } from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import { child } from "../syntax/yaml.ts";
import { type LayerAnalysis, networkTotals } from "../workspace/analysis.ts";
import { bottleneck } from "../workspace/bottleneck.ts";
import { cyclesText, learnedTotal } from "../workspace/latency.ts";
import { formatCount, formatEdp, formatEnergy, formatNumber, formatPercent } from "../workspace/quantities.ts";
import { type FeatureContext, toRange } from "./context.ts";

/** Commands a lens may start; the client registers them. */
export const showReportCommand = "mapspace.showReport";

export function codeLenses(context: FeatureContext): CodeLens[] {
  const { file, snapshot, tree } = context;
  const index = lineIndex(file);
  const lenses: CodeLens[] = [];
  const add = (start: number, end: number, title: string) => {
    lenses.push({
      range: toRange(index, start, end),
      command: { title, command: showReportCommand, arguments: [file.uri] },
    });
  };
  const { analysis } = snapshot;
  const mapping = tree.root?.kind === "map" ? tree.root.index.get("mapping") : undefined;
  if (mapping !== undefined) {
    // A template that includes its mapping shows the cost at its top.
    const place = mapping.key.location.uri === file.uri ? mapping.key.location : { start: 0, end: 0 };
    for (const title of mappingTitles(context)) add(place.start, place.end, title);
  }
  if (analysis.layers.length > 1) {
    for (const entry of analysis.layers) {
      const { location } = entry.layer;
      const title = layerTitle(entry);
      if (location.uri === file.uri && title !== null) add(location.start, location.start + 1, title);
    }
    const problem = child(tree.root, "problem") ?? child(tree.root, "layers");
    if (problem?.kind === "sequence") {
      const { start } = problem.location;
      for (const title of networkTitles(context)) add(start, start + 1, title);
    }
  }
  return lenses;
}

/** Actions stand behind the first cost of their line: a narrow editor cuts off what is last. */
export function withActions(costs: CodeLens[], actions: CodeLens[]): CodeLens[] {
  const line = actions[0]?.range.start.line;
  const first = costs.findIndex(({ range }) => range.start.line === line);
  return costs.toSpliced(first + 1, 0, ...actions);
}

function mappingTitles({ snapshot }: FeatureContext): string[] {
  const { architecture } = snapshot.specification;
  const { layers } = snapshot.analysis;
  if (layers.length > 1) return networkTitles({ snapshot });
  const evaluation = layers[0]?.outcome?.evaluation;
  if (evaluation === undefined || architecture === undefined) return [];
  const pace = bottleneck(evaluation, architecture);
  const learned = learnedTotal(snapshot.analysis);
  return [
    `${cyclesText(evaluation.cycles, learned)} · EDP ${formatEdp(evaluation.edpPjCycles)}`,
    `${formatEnergy(evaluation.energyPj)} · ${formatNumber(evaluation.energyPerMacPj)} pJ/MAC`,
    `${formatPercent(evaluation.utilization)} of the MACs busy`,
    pace.by === "compute" ? `bound by compute` : `bound by ${pace.name}`,
  ];
}

function layerTitle({ layer, outcome }: LayerAnalysis): string | null {
  const evaluation = outcome?.evaluation;
  if (evaluation === undefined) return null;
  const times = layer.count === 1 ? "" : `${layer.count} × `;
  return `${times}${formatCount(evaluation.cycles)} cycles · ${formatEnergy(evaluation.energyPj)} · EDP ${formatEdp(evaluation.edpPjCycles)} · ${formatPercent(evaluation.utilization)} busy`;
}

function networkTitles({ snapshot }: Pick<FeatureContext, "snapshot">): string[] {
  const totals = networkTotals(snapshot.analysis);
  const evaluated = snapshot.analysis.layers.length - totals.missingLayers;
  const learned = learnedTotal(snapshot.analysis);
  const missing = totals.missingLayers === 0 ? "" : ` (${totals.missingLayers} without a cost)`;
  return [
    `${evaluated} layers${missing}: ${cyclesText(totals.cycles, learned)} · EDP ${formatEdp(totals.edpPjCycles)}`,
    `${formatEnergy(totals.energyPj)} · ${formatNumber(totals.energyPj / totals.macs)} pJ/MAC`,
    `${formatPercent(totals.utilization)} of the MACs busy`,
  ];
}
