import type { DataSpaceCounts, LevelCounts } from "./counts.ts";
import type { Architecture, CountingRule, StorageLevel } from "./types.ts";

/** Vector accesses of one instance: `n · ceil(words / (n · block))` over all n instances, so that none shares a block. */
export interface VectorAccesses {
  reads: number;
  fills: number;
  updates: number;
}

export function vectorAccesses(level: StorageLevel, counts: DataSpaceCounts): VectorAccesses {
  const words = counts.instances * level.blockSize;
  const blocks = (total: number) => (total === 0 ? 0 : Math.ceil(total / words));
  return {
    reads: blocks(counts.total.reads),
    fills: blocks(counts.total.fills),
    updates: blocks(counts.total.updates),
  };
}

/**
 * Instances that share one clustered access: a cluster of `clusterSize` instances is accessed once for all of them
 * (Timeloop `buffer.cpp`, `FinalizeBufferEnergy`). At least 1.
 */
export function instancesPerCluster(
  level: StorageLevel,
  counts: LevelCounts,
  instances: number,
  rule: CountingRule,
): number {
  const spread = rule === "exact" ? instances : counts.expansionX * counts.expansionY;
  return spread / usedClusters(level, spread);
}

function usedClusters(level: StorageLevel, spread: number): number {
  return Math.min(spread, level.instances / level.clusterSize);
}

/** Energy of the accesses of one data space by one instance, pJ. */
export function accessEnergyPj(level: StorageLevel, vectors: VectorAccesses, perCluster: number): number {
  const cluster =
    vectors.reads * level.readEnergyPj + vectors.fills * level.fillEnergyPj + vectors.updates * level.updateEnergyPj;
  return cluster / perCluster;
}

/** One address per access that a buffer serves: updates and fills of outputs, reads and fills of the others. */
export function addressGenerations(counts: DataSpaceCounts, readWrite: boolean): number {
  const { perInstance } = counts;
  return perInstance.fills + (readWrite ? perInstance.updates : perInstance.reads);
}

/** Address generation of one data space over all used clusters, pJ. */
export function addressEnergyPj(
  level: StorageLevel,
  counts: LevelCounts,
  instances: number,
  addresses: number,
  rule: CountingRule,
): number {
  const spread = rule === "exact" ? instances : counts.expansionX * counts.expansionY;
  return Math.max(0, level.addressGenerationEnergyPj) * addresses * usedClusters(level, spread);
}

/**
 * Instances that leak: those used, or, where another level gates the power and has fewer instances, all that hang on
 * its used ones (Timeloop `BufferLevel::ComputeLeaksPerCycle`).
 */
export function leakingInstances(architecture: Architecture, counts: readonly LevelCounts[], level: number): number {
  const own = architecture.storage[level];
  const gate = architecture.storage.findIndex((other) => other.name === own.powerGatedAt);
  if (gate >= 0) {
    const sharing = own.instances / Math.max(1, architecture.storage[gate].instances);
    if (sharing > 1) return sharing * mostUsed(counts[gate]);
  }
  return mostUsed(counts[level]);
}

function mostUsed(level: LevelCounts): number {
  return level.dataSpaces.reduce((most, space) => Math.max(most, space.instances), 1);
}
