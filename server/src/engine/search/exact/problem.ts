import type { Mapspace } from "../../mapspace/mapspace.ts";
import { effectiveWords } from "../../model/validity.ts";

/** One rank of a data space: which dimensions move it, and how far. */
export interface Rank {
  dimensions: readonly number[];
  coefficients: readonly number[];
}

/** A data space as the bounds see it. */
export interface Space {
  readWrite: boolean;
  ranks: readonly Rank[];
  relevant: readonly boolean[];
  relevantList: readonly number[];
  irrelevantList: readonly number[];
  /** No dimension occurs twice: tile sizes are products over ranks and sums over tiles have a closed form. */
  regular: boolean;
  /** Every rank is one dimension with coefficient 1: tiles cut the tensor into disjoint parts. */
  simple: boolean;
  /** A directive that makes outputs count differently: bounds then leave out what it changes. */
  uncoalesced: boolean;
}

/** Everything about an architecture and a layer that does not change from mapping to mapping. */
export interface ExactProblem {
  mapspace: Mapspace;
  dimensions: number;
  levels: number;
  spaces: readonly Space[];
  /** Words that fit, and words that must be used, per level. */
  capacity: readonly number[];
  leastWords: readonly number[];
}

export function exactProblem(mapspace: Mapspace): ExactProblem {
  const { architecture, workload } = mapspace;
  const nd = workload.dimensions.length;
  const spaces = workload.dataSpaces.map((space, v): Space => {
    const ranks = space.ranks.map((terms): Rank => {
      const merged = new Map<number, number>();
      for (const { dimension, coefficient } of terms) merged.set(dimension, (merged.get(dimension) ?? 0) + coefficient);
      return { dimensions: [...merged.keys()], coefficients: [...merged.values()] };
    });
    const used = ranks.flatMap((rank) => rank.dimensions);
    const relevant = Array.from({ length: nd }, (_, d) => used.includes(d));
    const all = relevant.map((_, d) => d);
    return {
      readWrite: space.readWrite,
      ranks,
      relevant,
      relevantList: all.filter((d) => relevant[d]),
      irrelevantList: all.filter((d) => !relevant[d]),
      regular: new Set(used).size === used.length,
      simple:
        ranks.every((rank) => rank.dimensions.length === 1 && rank.coefficients[0] === 1) &&
        new Set(used).size === used.length,
      uncoalesced: mapspace.directives.some((d) => d.noCoalesce?.[v]),
    };
  });
  return {
    mapspace,
    dimensions: nd,
    levels: architecture.storage.length,
    spaces,
    capacity: architecture.storage.map((level) => effectiveWords(level) ?? Number.POSITIVE_INFINITY),
    leastWords: architecture.storage.map((level) => {
      const effective = effectiveWords(level);
      return effective === null ? 0 : effective * level.minUtilization;
    }),
  };
}

/** Distinct words of a data space for given bounds: per rank the number of different sums. A lower bound where ranks share dimensions. */
export function distinctWords(space: Pick<Space, "ranks" | "regular">, bounds: ArrayLike<number>): number {
  if (!space.regular) return 0;
  let product = 1;
  for (const rank of space.ranks) product *= distinctSums(rank, bounds);
  return product;
}

function distinctSums(rank: Rank, bounds: ArrayLike<number>): number {
  const { dimensions, coefficients } = rank;
  if (dimensions.length === 1) return bounds[dimensions[0]];
  const last = dimensions.reduce((sum, d, i) => sum + coefficients[i] * (bounds[d] - 1), 0);
  if (last > 1_000_000) return Math.max(...dimensions.map((d) => bounds[d]));
  let reached = new Uint8Array(last + 1);
  reached[0] = 1;
  dimensions.forEach((d, i) => {
    const next = new Uint8Array(last + 1);
    for (let x = 0; x <= last; x++) {
      if (reached[x] === 0) continue;
      for (let k = 0; k < bounds[d]; k++) next[x + k * coefficients[i]] = 1;
    }
    reached = next;
  });
  return reached.reduce((sum, x) => sum + x, 0);
}
