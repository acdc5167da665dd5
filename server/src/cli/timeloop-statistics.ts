/** `--format timeloop`: statistics laid out as timeloop-model prints them (model/topology.cpp, buffer.cpp). */

import type { Architecture, DataSpaceResult, Evaluation, StorageLevel, Workload } from "../engine/model/types.ts";

const two = (value: number) => value.toFixed(2);
const whole = (value: number) => String(Math.trunc(value));
const optional = (value: number | null, format: (value: number) => string) => (value === null ? "-" : format(value));
const underline = (title: string, mark = "-") => `${title}\n${mark.repeat(title.length)}`;

function block(indent: number, width: number, rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, value]) => `${" ".repeat(indent)}${name.padEnd(width)} : ${value}`).join("\n");
}

export function renderTimeloopStatistics(
  architecture: Architecture,
  workload: Workload,
  evaluation: Evaluation,
): string {
  const { compute } = evaluation;
  const sections = [
    underline("Buffer and Arithmetic Levels"),
    underline("Level 0"),
    `=== ${compute.name} ===\n\n    SPECS\n    -----\n${block(4, 21, [
      ["Word bits", String(architecture.compute.wordBits)],
      ["Instances", `${compute.instances} (${architecture.compute.meshX}*${architecture.compute.meshY})`],
      ["Compute energy", `${two(architecture.compute.energyPj)} pJ`],
    ])}\n\n    STATS\n    -----\n${block(4, 23, [
      ["Utilized instances", whole(compute.utilizedInstances)],
      ["Computes (total)", whole(compute.computes)],
      ["Cycles", whole(compute.cycles)],
      ["Energy (total)", `${two(compute.energyPj)} pJ`],
      ["Area (total)", `${two(compute.areaUm2)} um^2`],
    ])}\n`,
    ...evaluation.levels.map((level, index) => {
      const spec = architecture.storage[index];
      const spaces = level.dataSpaces.flatMap((result, d) =>
        result.kept ? [renderDataSpace(workload.dataSpaces[d].name, result, spec, evaluation.cycles)] : [],
      );
      return `${underline(`Level ${index + 1}`)}\n=== ${level.name} ===\n\n${renderSpecs(spec, level.leakageEnergyPj, level.areaUm2)}\n\n    STATS\n    -----\n${block(
        4,
        20,
        [
          ["Cycles", whole(level.cycles)],
          ["Bandwidth throttling", two(level.slowdown)],
        ],
      )}\n${spaces.join("\n")}\n`;
    }),
    underline("Networks"),
    ...evaluation.networks
      .filter((network) => network.energyPj !== 0)
      .map((network) => {
        const spaces = network.dataSpaces.map(
          (result, d) =>
            `    ${workload.dataSpaces[d].name}:\n${block(8, 40, [
              ["Ingresses", two(result.ingresses)],
              ["Link transfers", whole(result.linkTransfers)],
              ["Spatial reductions", whole(result.spatialReductions)],
              ["Hops (weighted)", two(result.hops)],
              ["Energy (total)", `${two(result.energyPj)} pJ`],
            ])}`,
        );
        return `=== ${network.name} ===\n\n    STATS\n    -----\n${spaces.join("\n")}\n`;
      }),
    renderSummary(architecture, evaluation),
  ];
  return sections.join("\n");
}

function renderSpecs(spec: StorageLevel, leakagePj: number, areaUm2: number): string {
  const effective = spec.capacityWords === null ? null : Math.floor(spec.capacityWords / spec.multipleBuffering);
  const largest = Math.max(spec.readEnergyPj, spec.fillEnergyPj, spec.updateEnergyPj);
  return `    SPECS\n    -----\n${block(8, 31, [
    ["Technology", spec.technology],
    ["Size", optional(spec.capacityWords, String)],
    ["Word bits", String(spec.wordBits)],
    ["Block size", String(spec.blockSize)],
    ["Cluster size", String(spec.clusterSize)],
    ["Instances", `${spec.instances} (${spec.meshX}*${spec.meshY})`],
    ["Shared bandwidth", optional(spec.sharedBandwidth, two)],
    ["Read bandwidth", optional(spec.readBandwidth, two)],
    ["Write bandwidth", optional(spec.writeBandwidth, two)],
    ["Multiple buffering", two(spec.multipleBuffering)],
    ["Effective size", optional(effective, String)],
    ["Min utilization", two(spec.minUtilization)],
    ["Vector access energy", `${two(largest / spec.clusterSize)} pJ`],
    ["Vector access energy source", spec.energySource.toUpperCase()],
    ["Per-instance-cycle leakage", `${two(spec.leakEnergyPj)} pJ`],
    ["Leakage energy (total)", `${two(leakagePj)} pJ`],
    ["Area", `${two(areaUm2)} um^2`],
  ])}`;
}

function renderDataSpace(name: string, result: DataSpaceResult, spec: StorageLevel, cycles: number): string {
  const each = result.perInstance;
  const scalar = each.reads + each.fills + each.updates;
  const perCycle = (words: number) => `${two(words / cycles)} words/cycle`;
  return `    ${name}:\n${block(8, 40, [
    ["Utilized capacity", whole(result.tileWords)],
    ["Utilized instances (max)", whole(result.utilizedInstances)],
    ["Scalar reads (per-instance)", whole(each.reads)],
    ["Scalar fills (per-instance)", whole(each.fills)],
    ["Scalar updates (per-instance)", whole(each.updates)],
    ["Temporal reductions (per-instance)", whole(each.temporalReductions)],
    ["Address generations (per-cluster)", whole(each.addressGenerations)],
    ["Energy (per-scalar-access)", `${scalar > 0 ? two(each.energyPj / scalar) : "0.00"} pJ`],
    ["Energy (per-instance)", `${two(each.energyPj)} pJ`],
    ["Energy (total)", `${two(result.total.energyPj)} pJ`],
    ["Shared Bandwidth (per-instance)", perCycle(scalar)],
    ["Read Bandwidth (per-instance)", perCycle(each.reads)],
    ["Write Bandwidth (per-instance)", perCycle(each.fills + each.updates)],
    ["Word bits", String(spec.wordBits)],
  ])}`;
}

function renderSummary(architecture: Architecture, evaluation: Evaluation): string {
  const { compute } = evaluation;
  const parts: [string, number][] = [
    [compute.name, compute.energyPj],
    ...evaluation.levels.map((level): [string, number] => [level.name, level.energyPj]),
    ...evaluation.networks.map((network): [string, number] => [network.name, network.energyPj]),
    ["Total", evaluation.energyPj],
  ];
  const width = Math.max(...parts.map(([name]) => name.length));
  const edp = (evaluation.edpPjCycles * 1e-12).toExponential(2).replace(/e([+-])(\d)$/, "e$10$2");
  const seconds = architecture.globalCycleSeconds ?? 1e-9;
  const gflops = (2 * compute.computes) / (evaluation.cycles * seconds) / 1e9;
  return `${underline("Summary Stats")}
GFLOPs (@${1e-9 / seconds}GHz): ${two(gflops)}
Utilization: ${two(100 * evaluation.utilization)}%
Cycles: ${whole(evaluation.cycles)}
Energy: ${two(evaluation.energyPj * 1e-6)} uJ
EDP(J*cycle): ${edp}
Area: ${two(evaluation.areaUm2 * 1e-6)} mm^2

Computes = ${whole(compute.computes)}
fJ/Compute
${block(
  4,
  width,
  parts
    .filter(([name, energy]) => energy !== 0 || name === "Total")
    .map(([name, energy]) => [name, two((1000 * energy) / compute.computes)] as const),
)}`;
}
