/** Everything the panel draws of one mapping on one layer. */

import { evaluate } from "../../engine/model/evaluate.ts";
import type { LearnedLatency } from "../../engine/model/learned/latency-model.ts";
import type {
  Architecture,
  Evaluation,
  EvaluationOptions,
  LevelResult,
  Mapping,
  Violation,
  Workload,
} from "../../engine/model/types.ts";
import type { Analysis } from "../../workspace/analysis.ts";
import { bottleneck } from "../../workspace/bottleneck.ts";
import { learnedCycles } from "../../workspace/latency.ts";
import { formatCount } from "../../workspace/quantities.ts";
import { arrayViews, nestLines } from "./nest.ts";
import type { Candidate, CandidateView, Cost, LevelView, RooflineLevel } from "./protocol.ts";

export function costOf(
  { cycles, energyPj, utilization }: Pick<Evaluation, "cycles" | "energyPj" | "utilization">,
  learned: LearnedLatency | null,
): Cost {
  const cost = { cycles, energyPj, utilization };
  if (learned === null) return cost;
  const { logDeviation, analyticalLogDeviation } = learned;
  return { ...cost, learned: { cycles: learned.cycles, logDeviation, analyticalLogDeviation } };
}

/** `null` where the loops do not describe the layer. */
export function candidateOf(
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  { options, latency }: Pick<Analysis, "options" | "latency">,
): Candidate | null {
  const { evaluation } = evaluate(architecture, workload, mapping, options);
  if (evaluation === undefined) return null;
  return { mapping, cost: costOf(evaluation, learnedCycles(latency, architecture, workload, mapping, evaluation)) };
}

export function candidateView(
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  options: EvaluationOptions,
): CandidateView | null {
  const { evaluation, violations } = evaluate(architecture, workload, mapping, options);
  if (evaluation === undefined) return null;
  const pace = bottleneck(evaluation, architecture);
  const levels = evaluation.levels.map((level, index) => levelView(level, index, evaluation, workload));
  return {
    cost: costOf(evaluation, null),
    macs: evaluation.macs,
    dataSpaces: workload.dataSpaces.map(({ name }) => name),
    levels: levels.reverse(),
    computeName: architecture.compute.name,
    computeEnergyPj: evaluation.compute.energyPj,
    networkEnergyPj: evaluation.networks.reduce((sum, network) => sum + network.energyPj, 0),
    areaUm2: evaluation.areaUm2,
    boundBy: pace.by === "compute" ? "compute" : pace.name,
    nest: nestLines(architecture, workload, mapping),
    arrays: arrayViews(architecture, workload, mapping),
    roofline: { peakMacsPerCycle: architecture.compute.instances, levels: roofline(architecture, evaluation) },
    violations: violations.map((violation) => violationText(violation, architecture, workload)),
  };
}

function levelView(result: LevelResult, index: number, evaluation: Evaluation, workload: Workload): LevelView {
  const spaces = result.dataSpaces.map((space, v) => ({
    name: workload.dataSpaces[v].name,
    kept: space.kept,
    tileWords: space.tileWords,
    reads: space.total.reads,
    fills: space.total.fills,
    updates: space.total.updates,
    energyPj: space.total.energyPj,
  }));
  const accessesPj = spaces.reduce((sum, space) => sum + space.energyPj, 0);
  const buffer = evaluation.minimalBuffers[index];
  return {
    name: result.name,
    level: index,
    instances: result.instances,
    usedInstances: result.utilizedInstances,
    cycles: result.cycles,
    otherEnergyPj: Math.max(0, result.energyPj - accessesPj),
    energyPj: result.energyPj,
    spaces,
    neededWords: buffer.neededWords,
    capacityWords: buffer.capacityWords,
  };
}

/** Levels through which words pass, outer to inner. */
function roofline(architecture: Architecture, evaluation: Evaluation): RooflineLevel[] {
  return evaluation.levels
    .flatMap((result, l): RooflineLevel[] => {
      const { instances, readBandwidth, writeBandwidth, sharedBandwidth } = architecture.storage[l];
      const words = result.dataSpaces.reduce((sum, { total }) => sum + total.reads + total.fills + total.updates, 0);
      if (words === 0) return [];
      const split = readBandwidth === null || writeBandwidth === null ? null : readBandwidth + writeBandwidth;
      const each = sharedBandwidth === null ? split : Math.min(sharedBandwidth, split ?? sharedBandwidth);
      return [
        {
          name: result.name,
          intensity: evaluation.macs / words,
          wordsPerCycle: each === null ? null : each * instances,
        },
      ];
    })
    .reverse();
}

function violationText(violation: Violation, architecture: Architecture, workload: Workload): string {
  const name = (level: number | "compute") =>
    level === "compute" ? architecture.compute.name : architecture.storage[level].name;
  switch (violation.kind) {
    case "capacity":
      return `${name(violation.level)} needs ${formatCount(violation.neededWords)} of ${formatCount(violation.effectiveWords)} words`;
    case "min-utilization":
      return `${name(violation.level)} holds ${formatCount(violation.usedWords)} words, at least ${formatCount(violation.neededWords)} are asked for`;
    case "bypassed-everywhere":
      return `${workload.dataSpaces[violation.dataSpace].name} is stored nowhere`;
    case "factor-product":
      return `the factors of ${workload.dimensions[violation.dimension].name} make ${violation.product}, not ${violation.bound}`;
    case "residual":
      return `${workload.dimensions[violation.dimension].name} has an impossible last pass at ${name(violation.level)}`;
    default:
      return `${name(violation.level)} uses ${formatCount(violation.used)} of ${formatCount(violation.available)} (${violation.kind.replace("-", " ")})`;
  }
}
