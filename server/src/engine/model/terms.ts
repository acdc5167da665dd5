import type { AccessCounts, DataSpaceCounts, LevelCounts } from "./counts.ts";
import { instancesPerCluster, leakingInstances, vectorAccesses } from "./energy.ts";
import type {
  Architecture,
  CountingRule,
  DataSpace,
  DataSpaceResult,
  Evaluation,
  LevelResult,
  StorageLevel,
  Term,
  Workload,
} from "./types.ts";

/** Adds to every figure the numbers it was made of. Formula names are keys: the words for people are made elsewhere. */
export function addTerms(
  evaluation: Evaluation,
  architecture: Architecture,
  workload: Workload,
  counts: AccessCounts,
): void {
  const rule = evaluation.counting;
  evaluation.levels.forEach((level, i) => {
    const storage = architecture.storage[i];
    const own = counts.levels[i];
    level.terms = levelTerms(evaluation, architecture, counts, i);
    level.dataSpaces.forEach((space, p) => {
      const counted = own.dataSpaces[p];
      // A rule that derives its counts itself needs no general derivation of them.
      const terms: Record<string, Term> =
        counted.terms?.reads === undefined ? countTerms(counted, workload.dataSpaces[p]) : {};
      terms.energyPj = energyTerm(storage, own, counted, space, rule);
      for (const field in counted.terms) terms[field] = counted.terms[field];
      space.terms = terms;
    });
  });
  evaluation.terms = {
    cycles: {
      formula: "slowest-plus-network-latency",
      value: evaluation.cycles,
      inputs: { computeCycles: evaluation.compute.cycles, networkLatencyCycles: evaluation.networkLatencyCycles },
      parts: evaluation.levels.map((level) => levelCycles(level, evaluation.compute.cycles)),
    },
    energyPj: {
      formula: "sum-of-components",
      value: evaluation.energyPj,
      inputs: {
        compute: evaluation.compute.energyPj,
        storage: evaluation.levels.reduce((sum, level) => sum + level.energyPj, 0),
        networks: evaluation.networks.reduce((sum, network) => sum + network.energyPj, 0),
      },
    },
    utilization: {
      formula: "computes-per-unit-and-cycle",
      value: evaluation.utilization,
      inputs: {
        computes: evaluation.compute.computes,
        units: evaluation.compute.instances,
        cycles: evaluation.cycles,
      },
    },
    edpPjCycles: {
      formula: "energy-times-cycles",
      value: evaluation.edpPjCycles,
      inputs: { energyPj: evaluation.energyPj, cycles: evaluation.cycles },
    },
  };
}

function levelCycles(level: LevelResult, computeCycles: number): Term {
  return {
    formula: "level-cycles",
    value: level.cycles,
    inputs: { computeCycles, slowdown: level.slowdown },
  };
}

function levelTerms(
  evaluation: Evaluation,
  architecture: Architecture,
  counts: AccessCounts,
  index: number,
): Record<string, Term> {
  const level = evaluation.levels[index];
  const storage = architecture.storage[index];
  return {
    cycles: levelCycles(level, evaluation.compute.cycles),
    leakageEnergyPj: {
      formula: "leakage",
      value: level.leakageEnergyPj,
      inputs: {
        energyPerInstanceAndCyclePj: storage.leakEnergyPj,
        cycles: evaluation.cycles - evaluation.networkLatencyCycles,
        instances: leakingInstances(architecture, counts.levels, index),
      },
    },
    energyPj: {
      formula: "sum-of-data-spaces-and-leakage",
      value: level.energyPj,
      inputs: {
        accesses: level.dataSpaces.reduce((sum, space) => sum + space.total.energyPj, 0),
        leakage: level.leakageEnergyPj,
      },
    },
  };
}

/** How the words delivered to the children become reads, fills and updates. */
function countTerms(counts: DataSpaceCounts, space: DataSpace): Record<string, Term> {
  const { perInstance, network, partitionWords } = counts;
  const delivered = network.records.reduce((sum, record) => sum + record.accesses, 0);
  const parts = network.records.map(
    (record): Term => ({
      formula: "access-record",
      value: record.accesses,
      inputs: { multicast: record.multicast, scatter: record.scatter, hops: record.hops },
    }),
  );
  const inputs = { delivered, links: network.linkTransfers, owned: space.readWrite ? partitionWords : 0 };
  const reading = space.readWrite ? "reads-of-accumulated" : "reads-of-operand";
  return {
    tileWords: {
      formula: "largest-tile",
      value: counts.tileWords,
      inputs: { held: counts.heldWords ?? counts.tileWords },
    },
    reads: { formula: reading, value: perInstance.reads, inputs, parts },
    updates: { formula: "updates-arriving", value: perInstance.updates, inputs, parts },
    fills: { formula: "fills-from-outside", value: perInstance.fills, inputs: { owned: inputs.owned } },
    temporalReductions: { formula: "updates-of-known-words", value: perInstance.temporalReductions, inputs, parts },
  };
}

function energyTerm(
  level: StorageLevel,
  own: LevelCounts,
  counts: DataSpaceCounts,
  result: DataSpaceResult,
  rule: CountingRule,
): Term {
  const vectors = vectorAccesses(level, counts);
  const part = (action: string, accesses: number, energyPj: number): Term => ({
    formula: `${action}-energy`,
    value: accesses * energyPj,
    inputs: { vectorAccesses: accesses, energyPj, blockSize: level.blockSize },
  });
  return {
    formula: "accesses-times-energy",
    value: result.perInstance.energyPj,
    inputs: { instancesPerCluster: instancesPerCluster(level, own, counts.instances, rule) },
    parts: [
      part("read", vectors.reads, level.readEnergyPj),
      part("fill", vectors.fills, level.fillEnergyPj),
      part("update", vectors.updates, level.updateEnergyPj),
    ],
  };
}
