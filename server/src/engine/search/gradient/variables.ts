import type { Mapspace } from "../../mapspace/mapspace.ts";
import { temporalSlot } from "../../model/relaxed/space.ts";

/** One tiling factor of a layer that a search may choose. */
export interface FactorVariable {
  slot: number;
  dimension: number;
  /** Slot whose factor follows: bound / product of the others of the dimension. */
  implied: number;
  min: number;
  max: number;
}

/** Which factors of a layer are free, which are given, and which follow. */
export interface LayerVariables {
  free: readonly FactorVariable[];
  /** Slots with a given factor, and it. */
  fixed: readonly { slot: number; factor: number }[];
  /** The factor that follows, per dimension; −1 where all are given. */
  implied: readonly { slot: number; dimension: number; bound: number; min: number; max: number }[];
}

/** The outermost temporal factor that is free follows from the others (DOSA, Sec. 4: implied at the last level). */
export function layerVariables(mapspace: Mapspace): LayerVariables {
  const { rules, workload } = mapspace;
  const nd = workload.dimensions.length;
  const slots = rules.factors.length / nd;
  const free: FactorVariable[] = [];
  const fixed: { slot: number; factor: number }[] = [];
  const implied: { slot: number; dimension: number; bound: number; min: number; max: number }[] = [];
  for (let d = 0; d < nd; d++) {
    const { bound } = workload.dimensions[d];
    const open: number[] = [];
    for (let s = 0; s < slots; s++) {
      const rule = rules.factors[s * nd + d];
      const spreads = s % 2 === temporalSlot || rules.spreads.some((spread) => 2 * spread.level === s);
      const most = spreads ? Math.min(rule.max, bound) : 1;
      if (bound === 1 || rule.min >= most)
        fixed.push({ slot: s * nd + d, factor: bound === 1 ? 1 : Math.max(1, most) });
      else open.push(s);
    }
    if (open.length === 0) continue;
    const last = [...open].reverse().find((s) => s % 2 === temporalSlot) ?? open[open.length - 1];
    const limits = (s: number) => ({
      min: rules.factors[s * nd + d].min,
      max: Math.min(bound, rules.factors[s * nd + d].max),
    });
    implied.push({ slot: last * nd + d, dimension: d, bound, ...limits(last) });
    for (const s of open) {
      if (s !== last) free.push({ slot: s * nd + d, dimension: d, implied: last * nd + d, ...limits(s) });
    }
  }
  return { free, fixed, implied };
}
