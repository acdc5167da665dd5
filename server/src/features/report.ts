/** The whole cost of a design as Markdown: what the command “Show report” opens. */

import type { Evaluation, Workload } from "../engine/model/types.ts";
import { type LayerAnalysis, networkTotals } from "../workspace/analysis.ts";
import { bottleneck } from "../workspace/bottleneck.ts";
import { latencyText, learnedOf } from "../workspace/latency.ts";
import { fileName } from "../workspace/paths.ts";
import {
  formatArea,
  formatCount,
  formatEdp,
  formatEnergy,
  formatNumber,
  formatPercent,
  formatSeconds,
} from "../workspace/quantities.ts";
import { speed } from "../workspace/speed.ts";
import type { FeatureContext } from "./context.ts";

export function designReport({ snapshot }: Pick<FeatureContext, "snapshot">): string {
  const { analysis, design, specification } = snapshot;
  const { architecture } = specification;
  const files = design.parts.map((part) => fileName(part.uri)).join(", ");
  const blocks = [`# What this mapping costs`, `Files: ${files}. Counting: ${analysis.options.counting}.`];
  if (architecture === undefined || analysis.layers.every(({ outcome }) => outcome?.evaluation === undefined)) {
    const missing =
      design.missing.length > 0 ? `no ${design.missing.join(" and no ")} was found` : "the problems stand in the way";
    return [...blocks, `There is no estimate yet: ${missing}.`, ""].join("\n\n");
  }
  if (analysis.layers.length > 1) {
    const totals = networkTotals(analysis);
    blocks.push(
      "## Network",
      `${formatCount(totals.cycles)} cycles, ${formatEnergy(totals.energyPj)}, EDP ${formatEdp(totals.edpPjCycles)}.`,
      table(
        ["layer", "count", "cycles", "energy", "EDP", "utilization"],
        analysis.layers.map(({ layer, outcome }) => [
          layer.workload.name,
          String(layer.count),
          ...layerCells(outcome?.evaluation),
        ]),
        1,
      ),
    );
  }
  for (const entry of analysis.layers) {
    if (entry.outcome?.evaluation) blocks.push(...layerReport(entry, entry.outcome.evaluation));
  }
  return `${blocks.join("\n\n")}\n`;

  function layerReport(entry: LayerAnalysis, evaluation: Evaluation): string[] {
    const { layer } = entry;
    const learned = learnedOf(analysis, entry);
    const pace = bottleneck(evaluation, architecture!);
    const clock = speed(architecture!, evaluation);
    const bounds = layer.workload.dimensions.map(({ name, bound }) => `${name} ${bound}`).join(", ");
    return [
      `## ${layer.workload.name || "Layer"}`,
      bounds,
      table(
        ["", ""],
        [
          ["cycles", learned === null ? formatCount(evaluation.cycles) : latencyText(learned)],
          ["utilization", formatPercent(evaluation.utilization)],
          ["energy", formatEnergy(evaluation.energyPj)],
          ["energy per MAC", `${formatNumber(evaluation.energyPerMacPj)} pJ`],
          ["EDP", formatEdp(evaluation.edpPjCycles)],
          ["area", formatArea(evaluation.areaUm2)],
          [
            "bound by",
            pace.by === "compute"
              ? "compute"
              : `${pace.name} (${formatNumber(pace.cycles / pace.computeCycles, 3)} × compute)`,
          ],
          ...(clock === null
            ? []
            : [
                ["time", formatSeconds(clock.seconds)],
                ["average power", `${formatNumber(clock.averagePowerWatts)} W`],
                ["speed", `${formatNumber(clock.gops)} GOPS, ${formatNumber(clock.topsPerWatt)} TOPS/W`],
              ]),
        ],
        2,
      ),
      accessTable(evaluation, layer.workload),
    ];
  }
}

function layerCells(evaluation: Evaluation | undefined): string[] {
  if (evaluation === undefined) return ["no estimate", "", "", ""];
  return [
    formatCount(evaluation.cycles),
    formatEnergy(evaluation.energyPj),
    formatEdp(evaluation.edpPjCycles),
    formatPercent(evaluation.utilization),
  ];
}

function accessTable(evaluation: Evaluation, workload: Workload): string {
  const rows = [...evaluation.levels]
    .reverse()
    .flatMap((level) =>
      level.dataSpaces.flatMap((result, index) =>
        result.kept
          ? [
              [
                level.dataSpaces.findIndex(({ kept }) => kept) === index ? level.name : "",
                workload.dataSpaces[index].name,
                formatEnergy(result.total.energyPj),
                formatCount(result.tileWords),
                formatCount(result.total.reads),
                formatCount(result.total.fills),
                formatCount(result.total.updates),
              ],
            ]
          : [],
      ),
    );
  return table(["level", "data space", "energy", "tile words", "reads", "fills", "updates"], rows, 2);
}

/** The first `texts` columns on the left, the others are numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[], texts: number): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const unbroken = (cells: readonly string[]) => cells.map((cell) => cell.replaceAll(" ", "\u00a0"));
  return [line(head), line(head.map((_, i) => (i < texts ? "---" : "---:"))), ...rows.map(unbroken).map(line)].join(
    "\n",
  );
}
