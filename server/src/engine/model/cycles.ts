import type { LevelCounts } from "./counts.ts";
import type { CountingRule, StorageLevel } from "./types.ts";

export interface Pace {
  cycles: number;
  /** Share of full speed this level allows: 1 where it is no bottleneck. */
  slowdown: number;
  /** Cycles that its bandwidth alone takes; null where that is unlimited. */
  bandwidthCycles: number | null;
}

/**
 * Cycles a storage level needs to move its words, `computeCycles` at least (Timeloop `buffer.cpp`,
 * `ComputePerformance`): read, write and shared bandwidth, words per cycle and instance, each divided by the demand
 * of the data spaces times their bandwidth scale. Double buffering hides latency completely.
 */
export function paceOf(level: StorageLevel, counts: LevelCounts, computeCycles: number, rule: CountingRule): Pace {
  let read = 0;
  let write = 0;
  let readWords = 0;
  let writeWords = 0;
  counts.dataSpaces.forEach((space, p) => {
    const scale = level.bandwidthScale[p] ?? 1;
    read += (space.pacingReads / computeCycles) * scale;
    write += (space.pacingWrites / computeCycles) * scale;
    readWords += space.pacingReads * scale;
    writeWords += space.pacingWrites * scale;
  });
  let slowdown = 1;
  let cycles = computeCycles;
  let bandwidthCycles: number | null = null;
  const limit = (bandwidth: number | null, demand: number, words: number) => {
    if (bandwidth === null) return;
    const needed = Math.ceil(words / bandwidth);
    bandwidthCycles = Math.max(bandwidthCycles ?? 0, needed);
    if (bandwidth >= demand) return;
    slowdown = Math.min(slowdown, bandwidth / demand);
    cycles = Math.max(cycles, needed);
  };
  limit(level.readBandwidth, read, readWords);
  limit(level.writeBandwidth, write, writeWords);
  limit(level.sharedBandwidth, write + read, writeWords + readWords);
  if (rule !== "exact") cycles = Math.ceil(computeCycles / slowdown);
  return { cycles, slowdown, bandwidthCycles: slowdown < 1 ? cycles : bandwidthCycles };
}
