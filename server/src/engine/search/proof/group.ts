import type { Mapspace } from "../../mapspace/mapspace.ts";
import { networkLatencyCycles } from "../../model/networks.ts";
import type { DataSpace } from "../../model/types.ts";
import { effectiveWords } from "../../model/validity.ts";
import type { Chain } from "./chains.ts";

/** A data space as sums of dimensions, and what follows from its form alone. */
export interface Tensor {
  readWrite: boolean;
  /** Per rank: dimensions with their coefficients. */
  ranks: readonly (readonly { d: number; by: number }[])[];
  moves: readonly boolean[];
  /** No dimension occurs twice. */
  regular: boolean;
  /** Ranks are single dimensions, step 1: tiles neither overlap nor leave gaps. */
  plain: boolean;
  /** First writes are not spared, or not known: then nothing is charged that they may spare. */
  firstWritesKnown: boolean;
}

/** A mapspace as the checker reads it. */
export interface Claimed {
  mapspace: Mapspace;
  dimensions: number;
  levels: number;
  tensors: readonly Tensor[];
  capacity: readonly number[];
  least: readonly number[];
  latency: number;
  /** Per data space: sets of levels that may keep it, as bits. */
  keeps: readonly (readonly number[])[];
}

/** All mappings with these chains and these kept levels (per data space, as bits). */
export interface Group {
  chains: readonly Chain[];
  keep: readonly number[];
}

export function claimedOf(mapspace: Mapspace): Claimed {
  const { architecture, workload, rules } = mapspace;
  const nd = workload.dimensions.length;
  return {
    mapspace,
    dimensions: nd,
    levels: architecture.storage.length,
    tensors: workload.dataSpaces.map((space, v) =>
      tensorOf(
        space,
        nd,
        mapspace.directives.some((level) => level.noCoalesce?.[v]),
      ),
    ),
    capacity: architecture.storage.map((level) => effectiveWords(level) ?? Number.POSITIVE_INFINITY),
    least: architecture.storage.map((level) => (effectiveWords(level) ?? 0) * level.minUtilization),
    latency: networkLatencyCycles(architecture, "exact"),
    keeps: workload.dataSpaces.map((_, v) =>
      Array.from({ length: 1 << architecture.storage.length }, (_, mask) => mask).filter(
        (mask) => mask > 0 && rules.keep.every((row, l) => row[v] === null || row[v] === (((mask >> l) & 1) === 1)),
      ),
    ),
  };
}

function tensorOf(space: DataSpace, nd: number, uncoalesced: boolean): Tensor {
  const ranks = space.ranks.map((terms) => {
    const by = new Map<number, number>();
    for (const { dimension, coefficient } of terms) by.set(dimension, (by.get(dimension) ?? 0) + coefficient);
    return [...by].map(([d, coefficient]) => ({ d, by: coefficient }));
  });
  const used = ranks.flat().map(({ d }) => d);
  const regular = new Set(used).size === used.length;
  const plain = regular && ranks.every((rank) => rank.length === 1 && rank[0].by === 1);
  return {
    readWrite: space.readWrite,
    ranks,
    moves: Array.from({ length: nd }, (_, d) => used.includes(d)),
    regular,
    plain,
    firstWritesKnown: plain && !uncoalesced,
  };
}

/** Transfers of a data space, inner to outer: from `parent` down to `child`, −1 being the arithmetic. */
export function transfersOf(keep: number, levels: number): { child: number; parent: number }[] {
  const found: { child: number; parent: number }[] = [];
  let child = -1;
  for (let l = 0; l < levels; l++) {
    if (((keep >> l) & 1) === 0) continue;
    found.push({ child, parent: l });
    child = l;
  }
  return found;
}

/** Compute cycles: every step of every temporal loop. */
export function stepsOf({ chains }: Group): number {
  return chains.reduce((product, { trips }) => product * trips, 1);
}

export function operationsOf({ chains }: Group): number {
  return chains.reduce((product, { bound }) => product * bound, 1);
}

/** Instances along one dimension between two boundaries that act even if all others of the last pass idle. */
export function surelyActing(chain: Chain, inner: number, outer: number): number {
  if (chain.top === chain.bound) return chain.outside[inner] / chain.outside[outer];
  let most = 1;
  for (let l = inner; l < outer; l++) most = Math.max(most, chain.spatial[l]);
  return most;
}
