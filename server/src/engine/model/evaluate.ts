import { totalAreaUm2 } from "./area.ts";
import { countingAccesses } from "./counting.ts";
import type { AccessCounts, DataSpaceCounts, ScalarAccesses } from "./counts.ts";
import { type Pace, paceOf } from "./cycles.ts";
import {
  accessEnergyPj,
  addressEnergyPj,
  addressGenerations,
  instancesPerCluster,
  leakingInstances,
  vectorAccesses,
} from "./energy.ts";
import { finish } from "./finish.ts";
import { networkLatencyCycles, networkResults } from "./networks.ts";
import { addTerms } from "./terms.ts";
import type {
  Accesses,
  Architecture,
  ComputeResult,
  DataSpaceResult,
  Evaluation,
  EvaluationOptions,
  EvaluationOutcome,
  LevelResult,
  Mapping,
  MinimalBuffer,
  Workload,
} from "./types.ts";
import { hardwareViolations, loopViolations } from "./validity.ts";

/**
 * The cost of a mapping. Energies in pJ, areas in µm², cycles of the one clock. Loops that do not describe the
 * workload have no cost; a mapping that merely exceeds the hardware has one, beside its violations.
 */
export function evaluate(
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  options: EvaluationOptions,
  { terms = false }: { terms?: boolean } = {},
): EvaluationOutcome {
  return finish(evaluating(architecture, workload, mapping, options, terms));
}

/** The same in steps, for callers that have other things to do in between. */
export function* evaluating(
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  options: EvaluationOptions,
  terms = false,
): Generator<void, EvaluationOutcome> {
  const violations = loopViolations(workload, mapping);
  if (violations.length > 0) {
    return { violations: [...violations, ...hardwareViolations(architecture, workload, mapping, null)] };
  }
  const counts = yield* countingAccesses(architecture, workload, mapping, options, terms);
  const evaluation = costOf(architecture, workload, counts, options);
  const held = counts.levels.map((level) => level.dataSpaces.map(heldWords));
  if (terms) addTerms(evaluation, architecture, workload, counts);
  return { evaluation, violations: hardwareViolations(architecture, workload, mapping, held) };
}

/** From counts to cost: the same for every counting rule, up to the small differences `docs/model.md` names. */
export function costOf(
  architecture: Architecture,
  workload: Workload,
  counts: AccessCounts,
  options: EvaluationOptions,
): Evaluation {
  const rule = options.counting;
  const { computes, cycles: computeCycles } = counts.compute;
  const paces = architecture.storage.map((level, i) => paceOf(level, counts.levels[i], computeCycles, rule));
  const busyCycles = paces.reduce((most, pace) => Math.max(most, pace.cycles), computeCycles);
  const networkLatency = networkLatencyCycles(architecture, rule);
  const cycles = busyCycles + networkLatency;

  const levels = architecture.storage.map((_, i) =>
    levelResult(architecture, workload, counts, i, paces[i], busyCycles, options),
  );
  const compute = computeResult(architecture, counts);
  const networks = networkResults(architecture, workload, counts, rule);
  const energyPj =
    compute.energyPj +
    levels.reduce((sum, level) => sum + level.energyPj, 0) +
    networks.reduce((sum, network) => sum + network.energyPj, 0);
  return {
    counting: rule,
    cycles,
    utilization: computes / architecture.compute.instances / cycles,
    macs: workload.dimensions.reduce((product, d) => product * d.bound, 1),
    energyPj,
    energyPerMacPj: energyPj / computes,
    edpPjCycles: energyPj * cycles,
    areaUm2: totalAreaUm2(architecture),
    networkLatencyCycles: networkLatency,
    levels,
    compute,
    networks,
    minimalBuffers: minimalBuffers(architecture, counts),
  };
}

function levelResult(
  architecture: Architecture,
  workload: Workload,
  counts: AccessCounts,
  index: number,
  pace: Pace,
  busyCycles: number,
  { counting }: EvaluationOptions,
): LevelResult {
  const level = architecture.storage[index];
  const own = counts.levels[index];
  const leakageEnergyPj = level.leakEnergyPj * busyCycles * leakingInstances(architecture, counts.levels, index);
  let energyPj = leakageEnergyPj;
  const dataSpaces = own.dataSpaces.map((space, p): DataSpaceResult => {
    const perCluster = instancesPerCluster(level, own, space.instances, counting);
    const addresses = addressGenerations(space, workload.dataSpaces[p].readWrite);
    const perInstancePj = accessEnergyPj(level, vectorAccesses(level, space), perCluster);
    energyPj += perInstancePj * space.instances + addressEnergyPj(level, own, space.instances, addresses, counting);
    return {
      kept: space.kept,
      tileWords: space.tileWords,
      utilizedInstances: space.instances,
      perInstance: accesses(space.perInstance, addresses, perInstancePj),
      total: accesses(
        space.total,
        addressGenerations({ ...space, perInstance: space.total }, workload.dataSpaces[p].readWrite),
        perInstancePj * space.instances,
      ),
    };
  });
  return {
    name: level.name,
    instances: level.instances,
    utilizedInstances: dataSpaces.reduce((most, space) => Math.max(most, space.utilizedInstances), 0),
    cycles: pace.cycles,
    slowdown: pace.slowdown,
    bandwidthCycles: pace.bandwidthCycles,
    leakageEnergyPj,
    energyPj,
    areaUm2: level.areaUm2 * level.instances,
    dataSpaces,
  };
}

function accesses(words: ScalarAccesses, addresses: number, energyPj: number): Accesses {
  const { reads, fills, updates, temporalReductions } = words;
  return { reads, fills, updates, temporalReductions, addressGenerations: addresses, energyPj };
}

function computeResult({ compute }: Architecture, counts: AccessCounts): ComputeResult {
  return {
    name: compute.name,
    instances: compute.instances,
    utilizedInstances: counts.compute.expansionX * counts.compute.expansionY,
    computes: counts.compute.computes,
    cycles: counts.compute.cycles,
    energyPj: counts.compute.computes * compute.energyPj,
    areaUm2: compute.areaUm2 * compute.instances,
  };
}

function heldWords(space: DataSpaceCounts): number {
  return space.heldWords ?? space.tileWords;
}

function minimalBuffers(architecture: Architecture, counts: AccessCounts): MinimalBuffer[] {
  return architecture.storage.map((level, i) => {
    const words = counts.levels[i].dataSpaces.reduce((sum, space) => sum + heldWords(space), 0);
    return {
      level: i,
      name: level.name,
      neededWords: Math.ceil(words * level.multipleBuffering),
      capacityWords: level.capacityWords,
    };
  });
}
