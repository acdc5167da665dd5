/**
 * What a counting rule finds out about a mapping: how many words move where. Energy, cycles, networks and area are
 * computed from this alone, the same way for every rule; `timeloop/` and `exact/` each fill one of these.
 *
 * All words are scalar (before blocks). Levels run inner to outer, data spaces as the workload declares them.
 */

import type { Term } from "./types.ts";

/** Words moved at one storage level for one data space. */
export interface ScalarAccesses {
  reads: number;
  fills: number;
  updates: number;
  temporalReductions: number;
}

/**
 * Transfers from one parent to its children that go to `multicast` children at a time.
 * For outputs the same transfers run inwards and `multicast` partial sums are reduced to one on the way.
 */
export interface NetworkRecord {
  multicast: number;
  /** Groups of that size served at one step. */
  scatter: number;
  /** Words leaving the parent (one per group, not per child). May be fractional where a rule averages. */
  accesses: number;
  /** Words times hops, summed over all transfers of the record. */
  hops: number;
}

/** The traffic between a level and the next inner one. Zero and empty where nothing moves. */
export interface NetworkCounts {
  /** What the records must be multiplied by to cover all parents: Timeloop's used instances; 1 where they are totals. */
  instances: number;
  /** Children below one parent (product of the spatial factors). */
  fanout: number;
  /** In ascending order of multicast, then scatter. */
  records: readonly NetworkRecord[];
  /** Traffic that crosses the fan-out twice ("M:N" networks). Empty for other networks. */
  distributed: readonly NetworkRecord[];
  /** Words that a child took from a neighbour instead. */
  linkTransfers: number;
}

export interface DataSpaceCounts {
  /** Stored at this level. A level that bypasses has zero accesses but may still have network traffic. */
  kept: boolean;
  /** Largest tile of one instance, words; 0 when bypassed. */
  tileWords: number;
  /** Words of capacity the tile takes, where that is not `tileWords`: "M:N" networks divide tiles, not the room for them. */
  heldWords?: number;
  /** Distinct words one instance owns over the run (average); 0 when bypassed. */
  partitionWords: number;
  /** Instances used; integer. */
  instances: number;
  /** Average per used instance: integers under Timeloop's rules, `total / instances` under `exact`. */
  perInstance: ScalarAccesses;
  /** Over all used instances: integers. */
  total: ScalarAccesses;
  /** Words read by the instance that sets the pace, and words written (fills and updates) to it. */
  pacingReads: number;
  pacingWrites: number;
  network: NetworkCounts;
  /** Derivations by field of `perInstance` and `tileWords`, where they were asked for. */
  terms?: Readonly<Record<string, Term>>;
}

export interface LevelCounts {
  /** Instances along X and Y the mapping spreads over: product of the spatial factors outside this level. */
  expansionX: number;
  expansionY: number;
  dataSpaces: readonly DataSpaceCounts[];
}

export interface ComputeCounts {
  /** Operations done, over all units. */
  computes: number;
  /** Units that ever act, as the rule counts them (Timeloop: truncated average). */
  instances: number;
  expansionX: number;
  expansionY: number;
  /** Cycles if no buffer is a bottleneck. */
  cycles: number;
}

export interface AccessCounts {
  levels: readonly LevelCounts[];
  compute: ComputeCounts;
}

/** No traffic at all; shared, do not write to it. */
export const noTraffic: NetworkCounts = { instances: 0, fanout: 1, records: [], distributed: [], linkTransfers: 0 };
