/** `--format timeloop`: statistics laid out as timeloop-model prints them (model/topology.cpp, buffer.cpp). */

import type {
  Architecture,
  DataSpace,
  DataSpaceResult,
  Evaluation,
  StorageLevel,
  Workload,
} from "../engine/model/types.ts";

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
        result.kept ? [renderDataSpace(workload.dataSpaces[d].name, result, evaluation.cycles)] : [],
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
    renderIntensity(architecture, workload, evaluation),
    renderSummary(architecture, workload, evaluation),
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

function renderDataSpace(name: string, result: DataSpaceResult, cycles: number): string {
  const each = result.perInstance;
  const scalar = each.reads + each.fills + each.updates;
  const bandwidths = [
    ["Shared", scalar],
    ["Read", each.reads],
    ["Write", each.fills + each.updates],
  ] as const;
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
    ...bandwidths.flatMap(([name, words]) => [
      [`${name} Bandwidth (per-instance)`, perCycle(words)] as const,
      [`${name} Bandwidth (total)`, perCycle(words * result.utilizedInstances)] as const,
    ]),
  ])}`;
}

/** Multiplications, and additions of partial sums: each output word takes one fewer than its products. */
function operations(
  workload: Workload,
  evaluation: Evaluation,
): { elementwise: number; reduction: number; total: number } {
  const outputs = workload.dataSpaces
    .filter((space) => space.readWrite)
    .reduce((sum, space) => sum + dataSpaceWords(workload, space), 0);
  const elementwise = evaluation.compute.computes;
  const reduction = elementwise - outputs;
  return { elementwise, reduction, total: elementwise + reduction };
}

function dataSpaceWords({ dimensions }: Workload, { ranks }: DataSpace): number {
  return ranks
    .map((rank) => rank.reduce((extent, term) => extent + term.coefficient * (dimensions[term.dimension].bound - 1), 1))
    .reduce((product, extent) => product * extent, 1);
}

function renderIntensity(architecture: Architecture, workload: Workload, evaluation: Evaluation): string {
  const ops = operations(workload, evaluation);
  const words = workload.dataSpaces.reduce((sum, space) => sum + dataSpaceWords(workload, space), 0);
  const outermost = architecture.storage[architecture.storage.length - 1];
  const levels = evaluation.levels.map((level, index) => {
    const accesses = level.dataSpaces.reduce((sum, { total }) => sum + total.reads + total.fills + total.updates, 0);
    const bytes = (accesses * architecture.storage[index].wordBits) / 8;
    return `=== ${level.name} ===\n${block(4, 39, [
      ["Total scalar accesses", whole(accesses)],
      ["Op per Byte", bytes > 0 ? two(ops.total / bytes) : "-"],
    ])}`;
  });
  return `${underline("Operational Intensity Stats")}\n${block(4, 39, [
    ["Total elementwise ops", whole(ops.elementwise)],
    ["Total reduction ops", whole(ops.reduction)],
    ["Total ops", whole(ops.total)],
    ["Total memory accesses required", whole(words)],
    ["Optimal Op per Byte", two(ops.total / ((words * outermost.wordBits) / 8))],
  ])}\n\n${levels.join("\n")}\n\n`;
}

function renderSummary(architecture: Architecture, workload: Workload, evaluation: Evaluation): string {
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
  const gflops = operations(workload, evaluation).total / (evaluation.cycles * seconds) / 1e9;
  return `${underline("Summary Stats")}
GFLOPs (@${1e-9 / seconds}GHz): ${two(gflops)}
Utilization: ${two(100 * evaluation.utilization)}%
Cycles: ${whole(evaluation.cycles)}
Energy: ${two(evaluation.energyPj * 1e-6)} uJ
EDP(J*cycle): ${edp}
Area: ${two(evaluation.areaUm2 * 1e-6)} mm^2

Computes = ${whole(compute.computes)}
fJ/Compute
${parts
  .filter(([name, energy]) => energy !== 0 || name === "Total")
  .map(([name, energy]) => `    ${name.padEnd(width)} = ${two((1000 * energy) / compute.computes)}`)
  .join("\n")}`;
}
