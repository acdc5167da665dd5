/** What a level stores and moves, as a table, and why, in sentences made from the evaluation's own terms. */

import type { Architecture, DataSpaceResult, Evaluation, Workload } from "../engine/model/types.ts";
import { formatCount, formatEnergy, formatNumber, formatPercent } from "../workspace/quantities.ts";
import type { FeatureContext } from "./context.ts";
import { explainCount } from "./explain-count.ts";

const counts = ["reads", "fills", "updates"] as const;

export function explainLevel({ snapshot }: FeatureContext, name: string): string | null {
  const { architecture } = snapshot.specification;
  const level = architecture?.storage.findIndex((candidate) => candidate.name === name) ?? -1;
  if (architecture === undefined || level < 0) return null;
  const blocks = [describeHardware(architecture, level)];
  const costed = snapshot.analysis.layers.filter(({ outcome }) => outcome?.evaluation !== undefined);
  for (const { layer, outcome } of costed.slice(0, 1)) {
    const evaluation = outcome!.evaluation!;
    blocks.push(
      describeTraffic(layer.workload, evaluation, level),
      ...explanations(architecture, layer.workload, evaluation, level),
    );
  }
  if (costed.length > 1)
    blocks.push(`These are the figures of the first of ${costed.length} layers, ${costed[0].layer.workload.name}.`);
  return blocks.join("\n\n");
}

export function explainCompute({ snapshot }: FeatureContext, name: string): string | null {
  const { architecture } = snapshot.specification;
  if (architecture?.compute.name !== name) return null;
  const { compute } = architecture;
  const head = `**${name}** — ${formatCount(compute.instances)} units (${compute.meshX} × ${compute.meshY}), ${formatNumber(compute.energyPj)} pJ per operation.`;
  const evaluation = snapshot.analysis.layers[0]?.outcome?.evaluation;
  if (evaluation === undefined) return head;
  return `${head}\n\n${formatCount(evaluation.macs)} MACs on ${formatNumber(evaluation.compute.utilizedInstances)} of them in ${formatCount(evaluation.compute.cycles)} cycles; ${formatPercent(evaluation.utilization)} of what all could do in the ${formatCount(evaluation.cycles)} cycles of the whole run.`;
}

function describeHardware(architecture: Architecture, index: number): string {
  const level = architecture.storage[index];
  const size = level.capacityWords === null ? "unlimited" : `${formatCount(level.capacityWords)} words`;
  const buffering =
    level.multipleBuffering === 1 ? "" : `, of which 1/${formatNumber(level.multipleBuffering)} for a tile`;
  const bandwidth = [
    level.readBandwidth !== null && `reads ${formatNumber(level.readBandwidth)}`,
    level.writeBandwidth !== null && `writes ${formatNumber(level.writeBandwidth)}`,
    level.sharedBandwidth !== null && `together ${formatNumber(level.sharedBandwidth)}`,
  ].filter((part) => part !== false);
  return `**${level.name}** — ${formatCount(level.instances)} instance${level.instances === 1 ? "" : "s"} (${level.meshX} × ${level.meshY}) of ${size}${buffering}, ${level.wordBits} bits each${bandwidth.length > 0 ? `; bandwidth in words per cycle: ${bandwidth.join(", ")}` : ""}.`;
}

function describeTraffic(workload: Workload, evaluation: Evaluation, index: number): string {
  const level = evaluation.levels[index];
  const rows = level.dataSpaces.flatMap((result, d) => (result.kept ? [row(workload.dataSpaces[d].name, result)] : []));
  const used = `${formatNumber(level.utilizedInstances)} of ${formatCount(level.instances)} instances in use.`;
  const pace =
    level.cycles > evaluation.compute.cycles
      ? ` Its bandwidth is a bottleneck: ${formatCount(level.cycles)} cycles where the array needs ${formatCount(evaluation.compute.cycles)}.`
      : "";
  if (rows.length === 0) return `Nothing is kept here. ${used}`;
  return `${used}${pace}\n\n| data space | tile words | reads | fills | updates | energy |\n| --- | ---: | ---: | ---: | ---: | ---: |\n${rows.join("\n")}\n\nWords, summed over the instances in use.`;
}

function row(name: string, { tileWords, total }: DataSpaceResult): string {
  const cells = [tileWords, ...counts.map((count) => total[count])].map(formatCount);
  return `| ${name} | ${cells.join(" | ")} | ${formatEnergy(total.energyPj)} |`;
}

function explanations(architecture: Architecture, workload: Workload, evaluation: Evaluation, index: number): string[] {
  const lines = evaluation.levels[index].dataSpaces.flatMap((result, d) =>
    result.kept
      ? counts.flatMap((count) => {
          const term = result.terms?.[count];
          const text = term && result.total[count] > 0 ? explainCount(architecture, workload, d, count, term) : null;
          return text === null ? [] : [`* ${text}`];
        })
      : [],
  );
  return lines.length === 0 ? [] : [lines.join("\n")];
}
