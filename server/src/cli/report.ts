/** The table a person reads: summary, energy split, and accesses by level and data space. */

import type { Architecture, Evaluation, Workload } from "../engine/model/types.ts";
import { bottleneck } from "../workspace/bottleneck.ts";
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
import { bar, type Column, pad, renderTable } from "./table.ts";

export function renderReport(
  title: string,
  architecture: Architecture,
  workload: Workload,
  evaluation: Evaluation,
): string {
  return [
    `${title}  (${architecture.name} · ${describeWorkload(workload)} · counting ${evaluation.counting})`,
    "",
    renderSummary(architecture, evaluation),
    "",
    renderEnergySplit(architecture, evaluation),
    "",
    renderLevels(architecture, workload, evaluation),
    "",
    renderBuffers(evaluation),
  ].join("\n");
}

export function describeWorkload(workload: Workload): string {
  const bounds = workload.dimensions.map(({ name, bound }) => `${name}=${bound}`).join(" ");
  return workload.name === "" ? bounds : `${workload.name}: ${bounds}`;
}

function renderSummary(architecture: Architecture, evaluation: Evaluation): string {
  const bound = bottleneck(evaluation, architecture);
  const rows: [string, string, string, string][] = [
    ["cycles", formatCount(evaluation.cycles), "utilization", formatPercent(evaluation.utilization)],
    ["energy", formatEnergy(evaluation.energyPj), "per MAC", `${formatNumber(evaluation.energyPerMacPj)} pJ`],
    ["EDP", formatEdp(evaluation.edpPjCycles), "MACs", formatCount(evaluation.macs)],
    [
      "area",
      formatArea(evaluation.areaUm2),
      "bound by",
      describeBound(bound.by, bound.name, bound.cycles / bound.computeCycles),
    ],
  ];
  const pace = speed(architecture, evaluation);
  if (pace !== null) {
    rows.push(["time", formatSeconds(pace.seconds), "power", `${formatNumber(pace.averagePowerWatts)} W`]);
    rows.push(["speed", `${formatNumber(pace.gops)} GOPS`, "efficiency", `${formatNumber(pace.topsPerWatt)} TOPS/W`]);
  }
  const width = Math.max(...rows.map(([, value]) => value.length));
  return rows
    .map(([a, b, c, d]) => `  ${pad(a, 7, "left")} ${pad(b, width, "right")}    ${pad(c, 12, "left")} ${d}`)
    .join("\n");
}

function describeBound(by: string, name: string, slowdown: number): string {
  return by === "compute"
    ? `compute (${name})`
    : `bandwidth of ${name} (${formatNumber(slowdown, 3)}× the compute cycles)`;
}

function renderEnergySplit(architecture: Architecture, evaluation: Evaluation): string {
  const total = evaluation.energyPj;
  const parts: [string, number][] = [
    ...[...evaluation.levels].reverse().map((level): [string, number] => [level.name, level.energyPj]),
    ...evaluation.networks.map((network): [string, number] => [network.name, network.energyPj]),
    [architecture.compute.name, evaluation.compute.energyPj],
  ];
  const shown = parts.filter(([, energy]) => energy > 0);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  const lines = shown.map(([name, energy]) => {
    const share = total > 0 ? energy / total : 0;
    return `  ${pad(name, width, "left")}  ${pad(bar(share, 28), 28, "left")} ${pad(formatPercent(share), 7, "right")}  ${formatEnergy(energy)}`;
  });
  return ["Energy", ...lines].join("\n");
}

const levelColumns: Column[] = [
  { title: "level" },
  { title: "used / instances", align: "right" },
  { title: "cycles", align: "right" },
  { title: "data space" },
  { title: "tile words", align: "right" },
  { title: "reads", align: "right" },
  { title: "fills", align: "right" },
  { title: "updates", align: "right" },
  { title: "energy", align: "right" },
];

function renderLevels(architecture: Architecture, workload: Workload, evaluation: Evaluation): string {
  const rows: string[][] = [];
  for (let i = evaluation.levels.length - 1; i >= 0; i--) {
    const level = evaluation.levels[i];
    const kept = level.dataSpaces.flatMap((result, d) =>
      result.kept ? [{ result, name: workload.dataSpaces[d].name }] : [],
    );
    const head = [
      level.name,
      `${formatNumber(level.utilizedInstances)} / ${formatCount(level.instances)}`,
      level.cycles > evaluation.compute.cycles ? `${formatCount(level.cycles)} !` : formatCount(level.cycles),
    ];
    if (kept.length === 0) rows.push([...head, "(keeps nothing)"]);
    kept.forEach(({ result, name }, index) => {
      rows.push([
        ...(index === 0 ? head : ["", "", ""]),
        name,
        formatCount(result.tileWords),
        formatCount(result.total.reads),
        formatCount(result.total.fills),
        formatCount(result.total.updates),
        formatEnergy(result.total.energyPj),
      ]);
    });
  }
  const { compute } = evaluation;
  rows.push([
    architecture.compute.name,
    `${formatNumber(compute.utilizedInstances)} / ${formatCount(compute.instances)}`,
    formatCount(compute.cycles),
    "(MAC)",
    "",
    "",
    "",
    formatCount(compute.computes),
    formatEnergy(compute.energyPj),
  ]);
  const slow = evaluation.levels.some((level) => level.cycles > compute.cycles)
    ? "\n  ! slower than the array: its bandwidth sets the pace"
    : "";
  return `Accesses in words, summed over the instances in use\n${renderTable(levelColumns, rows)}${slow}`;
}

function renderBuffers(evaluation: Evaluation): string {
  const rows = evaluation.minimalBuffers
    .filter(({ neededWords }) => neededWords > 0)
    .reverse()
    .map(({ name, neededWords, capacityWords }) => [
      name,
      formatCount(neededWords),
      capacityWords === null ? "unlimited" : formatCount(capacityWords),
      capacityWords === null ? "" : formatPercent(neededWords / capacityWords),
    ]);
  return `Smallest buffers this mapping runs with\n${renderTable(
    [
      { title: "level" },
      { title: "needs words", align: "right" },
      { title: "has", align: "right" },
      { title: "used", align: "right" },
    ],
    rows,
  )}`;
}
