/** What a level stores and moves, as a table, and why, in sentences made from the evaluation's own terms. */

import type { Architecture, DataSpaceResult, Evaluation, Workload } from "../engine/model/types.ts";
import { explained, type LayerAnalysis } from "../workspace/analysis.ts";
import { formatCount, formatEnergy, formatNumber, formatPercent } from "../workspace/quantities.ts";
import { type FeatureContext, hoverTable } from "./context.ts";
import { explainCount } from "./explain-count.ts";
import { explainEnergy, explainLevelEnergy } from "./explain-energy.ts";
import type { Explained } from "./explain-loops.ts";
import { explainTile } from "./explain-tile.ts";
import { layerAt } from "./layer-at.ts";

const counts = ["reads", "fills", "updates"] as const;
const columns = ["tile words", ...counts, "energy"];

/** Layers of a network that are told apart; the rest is left to the report. */
const layersListed = 12;

/** @param offset where the question was asked: it tells the layer of a network */
export function explainLevel(context: FeatureContext, name: string, offset: number): string | null {
  const { snapshot } = context;
  const { analysis } = snapshot;
  const { architecture } = snapshot.specification;
  const level = architecture?.storage.findIndex((candidate) => candidate.name === name) ?? -1;
  if (architecture === undefined || level < 0) return null;
  const blocks = [describeHardware(architecture, level)];
  const costed = analysis.layers.filter(({ outcome }) => outcome?.evaluation !== undefined);
  const several = costed.length > 1;
  if (several) blocks.push(layerTable(costed, level));
  const chosen = layerAt(context, offset);
  const evaluation = chosen && explained(analysis, chosen);
  const lowered = chosen?.lowered?.mapping;
  if (chosen === undefined || evaluation === undefined || lowered === undefined) return blocks.join("\n\n");
  if (several) blocks.push(`Layer **${chosen.layer.workload.name}** in detail:`);
  const about: Explained = { architecture, workload: chosen.layer.workload, mapping: lowered };
  blocks.push(describeTraffic(about.workload, evaluation, level), ...explanations(about, evaluation, level));
  return blocks.join("\n\n");
}

export function explainCompute(context: FeatureContext, name: string, offset: number): string | null {
  const { architecture } = context.snapshot.specification;
  if (architecture?.compute.name !== name) return null;
  const { compute } = architecture;
  const head = `**${name}** — ${formatCount(compute.instances)} units (${compute.meshX} × ${compute.meshY}), ${formatNumber(compute.energyPj)} pJ per operation.`;
  const chosen = layerAt(context, offset);
  const evaluation = chosen?.outcome?.evaluation;
  if (chosen === undefined || evaluation === undefined) return head;
  const which = context.snapshot.analysis.layers.length > 1 ? `Layer **${chosen.layer.workload.name}**: ` : "";
  return `${head}\n\n${which}${formatCount(evaluation.macs)} MACs on ${formatNumber(evaluation.compute.utilizedInstances)} of them in ${formatCount(evaluation.compute.cycles)} cycles; ${formatPercent(evaluation.utilization)} of what all could do in the ${formatCount(evaluation.cycles)} cycles of the whole run. Energy: ${formatCount(evaluation.compute.computes)} × ${formatNumber(compute.energyPj)} pJ = ${formatEnergy(evaluation.compute.energyPj)}.`;
}

function describeHardware(architecture: Architecture, index: number): string {
  const level = architecture.storage[index];
  const size = level.capacityWords === null ? "unlimited size" : `${formatCount(level.capacityWords)} words`;
  const buffering =
    level.multipleBuffering === 1 ? "" : `, of which 1/${formatNumber(level.multipleBuffering)} for a tile`;
  const bandwidth = [
    level.readBandwidth !== null && `reads ${formatNumber(level.readBandwidth)}`,
    level.writeBandwidth !== null && `writes ${formatNumber(level.writeBandwidth)}`,
    level.sharedBandwidth !== null && `together ${formatNumber(level.sharedBandwidth)}`,
  ].filter((part) => part !== false);
  const instances =
    level.instances === 1
      ? "1 instance"
      : `${formatCount(level.instances)} instances (${level.meshX} × ${level.meshY})`;
  return `**${level.name}** — ${instances} of ${size}${buffering}, ${level.wordBits} bits each${bandwidth.length > 0 ? `; bandwidth in words per cycle: ${bandwidth.join(", ")}` : ""}.`;
}

function describeTraffic(workload: Workload, evaluation: Evaluation, index: number): string {
  const level = evaluation.levels[index];
  const rows = level.dataSpaces.flatMap((result, d) => (result.kept ? [row(workload.dataSpaces[d].name, result)] : []));
  // The only one there is is always in use.
  const used =
    level.instances === 1
      ? ""
      : `${formatNumber(level.utilizedInstances)} of ${formatCount(level.instances)} instances in use.`;
  const pace =
    level.cycles > evaluation.compute.cycles
      ? ` Its bandwidth is a bottleneck: ${formatCount(level.cycles)} cycles where the array needs ${formatCount(evaluation.compute.cycles)}.`
      : "";
  if (rows.length === 0) return `Nothing is kept here. ${used}`.trimEnd();
  const words =
    level.instances === 1
      ? "Reads, fills and updates in words."
      : "Reads, fills and updates in words, summed over the instances in use.";
  const table = hoverTable(["data space", ...columns], rows, columns.length);
  return [`${used}${pace}`.trimStart(), table, words].filter((block) => block !== "").join("\n\n");
}

function row(name: string, { tileWords, total }: DataSpaceResult): string[] {
  return [name, ...[tileWords, ...counts.map((count) => total[count])].map(formatCount), formatEnergy(total.energyPj)];
}

/** The level in each layer of a network. */
function layerTable(costed: readonly LayerAnalysis[], index: number): string {
  const rows = costed.slice(0, layersListed).map(({ layer, outcome }) => {
    const { dataSpaces, energyPj } = outcome!.evaluation!.levels[index];
    const sum = (pick: (result: DataSpaceResult) => number) =>
      formatCount(dataSpaces.reduce((total, result) => total + pick(result), 0));
    const cells = [
      sum((result) => result.tileWords),
      ...counts.map((count) => sum((result) => result.total[count])),
      formatEnergy(energyPj),
    ];
    const times = layer.count === 1 ? "" : ` (${layer.count} ×)`;
    return [`${layer.workload.name}${times}`, ...cells];
  });
  const left = costed.length - rows.length;
  const more = left > 0 ? `\n\n${formatCount(left)} more layers: see the report.` : "";
  return `${hoverTable(["layer", ...columns], rows, columns.length)}${more}`;
}

/** Per data space the tile, every count and the energy, each derived. */
export function explanations(about: Explained, evaluation: Evaluation, index: number): string[] {
  const level = evaluation.levels[index];
  const storage = about.architecture.storage[index];
  const lines = level.dataSpaces.flatMap((result, d) => {
    if (!result.kept) return [];
    const column = evaluation.levels.map(({ dataSpaces }) => dataSpaces[d]);
    const tile = explainTile(about, index, d, result.tileWords);
    const { name } = about.workload.dataSpaces[d];
    const energy = explainEnergy(storage, result);
    return [
      ...(tile === null ? [] : [`* **${name} tile** = ${tile}`]),
      ...counts.flatMap((count) =>
        explainCount(about, column, index, d, count).map((line, i) => (i === 0 ? `* ${line}` : line)),
      ),
      ...(energy === null ? [] : [`* **${name} energy** = ${energy}`]),
    ];
  });
  const names = about.workload.dataSpaces.map(({ name }) => name);
  const energy = explainLevelEnergy(storage, level, names);
  if (energy !== null) lines.push(`* **${level.name} energy** = ${energy}`);
  return lines.length === 0 ? [] : [lines.join("\n")];
}
