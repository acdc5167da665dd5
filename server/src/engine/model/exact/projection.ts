import type { DataSpace, Workload } from "../types.ts";

/** One rank of a data space: index = Σ coefficient · dimension. */
export interface Rank {
  dimensions: readonly number[];
  coefficients: readonly number[];
  /** Words along the rank over the whole layer. */
  words: number;
}

/** How one data space depends on the dimensions. */
export interface Projection {
  readWrite: boolean;
  ranks: readonly Rank[];
  /** 1 for dimensions the data space depends on. */
  relevant: Uint8Array;
  /** Dimensions that share a rank, directly or through others; a part of one dimension has no overlapping tiles. */
  parts: readonly Part[];
  /** Index of the part a dimension belongs to, −1 for irrelevant ones. */
  partOf: Int32Array;
  /** 1 for relevant dimensions that are a part by themselves. */
  alone: Uint8Array;
  /** True where some part joins several dimensions: tiles may overlap (halos). */
  windowed: boolean;
}

export interface Part {
  dimensions: readonly number[];
  ranks: readonly Rank[];
}

/** One part as a data space of its own. */
export function projectionOfPart({ readWrite, relevant }: Projection, part: Part): Projection {
  return {
    readWrite,
    ranks: part.ranks,
    relevant: relevant.map((_, d) => (part.dimensions.includes(d) ? 1 : 0)),
    parts: [part],
    partOf: Int32Array.from(relevant, (_, d) => (part.dimensions.includes(d) ? 0 : -1)),
    alone: relevant.map((_, d) => (part.dimensions.length === 1 && part.dimensions[0] === d ? 1 : 0)),
    windowed: part.dimensions.length > 1,
  };
}

export function projectionOf(workload: Workload, space: DataSpace): Projection {
  const ranks = space.ranks.map((terms): Rank => {
    const sums = new Map<number, number>();
    for (const { dimension, coefficient } of terms) {
      // A dimension of one iteration moves nothing, and what it would join stays apart: fewer windows.
      if (workload.dimensions[dimension].bound === 1) continue;
      sums.set(dimension, (sums.get(dimension) ?? 0) + coefficient);
    }
    const dimensions = [...sums.keys()];
    const coefficients = [...sums.values()];
    const words = dimensions.reduce((sum, d, i) => sum + coefficients[i] * (workload.dimensions[d].bound - 1), 1);
    return { dimensions, coefficients, words };
  });
  return projectionOfRanks(workload.dimensions.length, space.readWrite, ranks);
}

export function projectionOfRanks(dimensions: number, readWrite: boolean, ranks: readonly Rank[]): Projection {
  const parts = partsOf(ranks);
  const every = Array.from({ length: dimensions }, (_, d) => d);
  return {
    readWrite,
    ranks,
    relevant: Uint8Array.from(every, (d) => (ranks.some((rank) => rank.dimensions.includes(d)) ? 1 : 0)),
    parts,
    partOf: Int32Array.from(every, (d) => parts.findIndex((part) => part.dimensions.includes(d))),
    alone: Uint8Array.from(every, (d) =>
      parts.some((part) => part.dimensions.length === 1 && part.dimensions[0] === d) ? 1 : 0,
    ),
    windowed: parts.some((part) => part.dimensions.length > 1),
  };
}

function partsOf(ranks: readonly Rank[]): Part[] {
  let parts: Part[] = [];
  for (const rank of ranks) {
    const touching = parts.filter((part) => part.dimensions.some((d) => rank.dimensions.includes(d)));
    parts = parts.filter((part) => !touching.includes(part));
    parts.push({
      dimensions: [...new Set([...touching.flatMap((part) => part.dimensions), ...rank.dimensions])],
      ranks: [...touching.flatMap((part) => part.ranks), rank],
    });
  }
  return parts;
}

/** Words of a box of `extents` indices per dimension (Timeloop `operation-space.cpp`, `ProjectLowHigh`). */
export function rankExtent(rank: Rank, extents: ArrayLike<number>, from: number): number {
  let words = 1;
  for (let i = 0; i < rank.dimensions.length; i++) {
    words += rank.coefficients[i] * (extents[from + rank.dimensions[i]] - 1);
  }
  return words;
}

/** Words of one part of a tile. */
export function partWords(part: Part, extents: ArrayLike<number>): number {
  let words = 1;
  for (let r = 0; r < part.ranks.length; r++) words *= rankExtent(part.ranks[r], extents, 0);
  return words;
}
