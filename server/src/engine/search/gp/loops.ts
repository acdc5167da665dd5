import type { Mapspace } from "../../mapspace/mapspace.ts";
import type { Workload } from "../../model/types.ts";

/** Smallest and largest trip count by slot · dimensions + dimension. */
export interface LoopRanges {
  min: Float64Array;
  max: Float64Array;
}

/** A family of programs: where loops may stand that the programs do not choose freely. */
export interface Family {
  /**
   * The smaller dimensions of each window (the kernel's height and width): not tiled, whole in the innermost level as
   * in the paper; not tiled, spread over the units, all of them or one (rows of the kernel); or tiled like all others, windows then being larger than they are.
   */
  kernels: "inner" | "rows" | "spread" | "tiled";
  /** Sums of outputs over time in the innermost level, or over units alone: then no partial sum is ever read. */
  sums: "in-time" | "in-space";
}

/** Ranges a mapspace allows within a family. */
export function loopRanges(mapspace: Mapspace, { kernels, sums }: Family): LoopRanges {
  const { workload, rules, architecture } = mapspace;
  const nd = workload.dimensions.length;
  const slots = 2 * architecture.storage.length;
  const min = new Float64Array(slots * nd).fill(1);
  const max = new Float64Array(slots * nd).fill(1);
  const all = kernelsOf(workload);
  const spreadKernels = kernels === "spread" ? all : kernels === "rows" ? all.slice(0, 1) : [];
  const inner = kernels === "tiled" ? [] : all.filter((d) => !spreadKernels.includes(d) && allows(mapspace, d));
  const spread = new Set([...spreadKernels, ...(sums === "in-space" ? reductions(workload) : [])]);
  for (let slot = 0; slot < slots; slot++) {
    const hasSlot = slot % 2 === 1 || rules.spreads.some((spread) => 2 * spread.level === slot);
    for (let d = 0; d < nd; d++) {
      const at = slot * nd + d;
      const { bound } = workload.dimensions[d];
      if (inner.includes(d)) {
        min[at] = slot === 1 ? bound : 1;
        max[at] = min[at];
      } else if (hasSlot && !(slot % 2 === 1 && spread.has(d))) {
        min[at] = Math.min(bound, Math.max(1, rules.factors[at].min));
        max[at] = Math.max(min[at], Math.min(bound, rules.factors[at].max));
      }
    }
  }
  return { min, max };
}

function allows(mapspace: Mapspace, d: number): boolean {
  const nd = mapspace.workload.dimensions.length;
  return mapspace.rules.factors.every((rule, at) => {
    if (at % nd !== d) return true;
    const wanted = at === nd + d ? mapspace.workload.dimensions[d].bound : 1;
    return rule.min <= wanted && wanted <= rule.max;
  });
}

/** All but the largest dimension of every window. */
export function kernelsOf(workload: Workload): number[] {
  const found = new Set<number>();
  for (const space of workload.dataSpaces) {
    for (const rank of space.ranks) {
      if (rank.length < 2) continue;
      const bound = (d: number) => workload.dimensions[d].bound;
      const largest = rank.reduce(
        (most, t) => (bound(t.dimension) > bound(most) ? t.dimension : most),
        rank[0].dimension,
      );
      for (const t of rank) if (t.dimension !== largest) found.add(t.dimension);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** Dimensions that some output does not contain. */
function reductions(workload: Workload): number[] {
  return workload.dimensions.flatMap((_, d) =>
    workload.dataSpaces.some((s) => s.readWrite && !s.ranks.some((rank) => rank.some((t) => t.dimension === d)))
      ? [d]
      : [],
  );
}
