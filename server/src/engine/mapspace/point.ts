import type { Loop, Mapping, MappingLevel } from "../model/types.ts";
import type { DirectiveName } from "./constraints.ts";
import type { SpaceRules } from "./rules.ts";

/** One mapping of a mapspace in flat arrays, written over by sampling and enumeration. */
export interface MapspacePoint {
  /** By dimension: the bound in use (above the workload's where it is padded). */
  bounds: Int32Array;
  /** By slot · dimensions + dimension; slot 2·level is spatial, 2·level + 1 temporal. */
  factors: Int32Array;
  residuals: Int32Array;
  /** 1 where a spatial loop runs along Y. */
  alongY: Uint8Array;
  /** By level · dimensions + position: dimensions of the temporal slot, innermost first. */
  orders: Uint8Array;
  /** By dimension: the profile a sampled point has; not set by enumeration. */
  spread: Int32Array;
  /** By level: bit v is set where data space v is kept. */
  keep: Int32Array;
}

export function createPoint(levels: number, dimensions: number): MapspacePoint {
  return {
    bounds: new Int32Array(dimensions),
    factors: new Int32Array(2 * levels * dimensions).fill(1),
    residuals: new Int32Array(2 * levels * dimensions).fill(1),
    alongY: new Uint8Array(levels * dimensions),
    orders: new Uint8Array(levels * dimensions),
    spread: new Int32Array(dimensions),
    keep: new Int32Array(levels),
  };
}

export function copyPoint(from: MapspacePoint, to: MapspacePoint): MapspacePoint {
  to.bounds.set(from.bounds);
  to.factors.set(from.factors);
  to.residuals.set(from.residuals);
  to.alongY.set(from.alongY);
  to.orders.set(from.orders);
  to.spread.set(from.spread);
  to.keep.set(from.keep);
  return to;
}

export type Directives = Partial<Record<DirectiveName, readonly boolean[]>>;

/** The model's mapping of a point. Loops of factor 1 are left out. */
export function toMapping(
  point: MapspacePoint,
  rules: SpaceRules,
  dataSpaces: number,
  directives: readonly Directives[],
): Mapping {
  const nd = point.bounds.length;
  const levels: MappingLevel[] = [];
  for (let level = 0; level < point.keep.length; level++) {
    const loop = (slot: number, dimension: number): Loop => ({
      dimension,
      factor: point.factors[slot * nd + dimension],
      residual: point.residuals[slot * nd + dimension],
    });
    const written = rules.spreads.find((s) => s.level === level)?.order ?? [];
    const spatial = written.map((d) => loop(2 * level, d)).filter((l) => l.factor > 1);
    const temporal: Loop[] = [];
    for (let k = 0; k < nd; k++) {
      const l = loop(2 * level + 1, point.orders[level * nd + k]);
      if (l.factor > 1) temporal.push(l);
    }
    levels.push({
      temporal,
      spatialX: spatial.filter((l) => point.alongY[level * nd + l.dimension] === 0),
      spatialY: spatial.filter((l) => point.alongY[level * nd + l.dimension] === 1),
      keep: Array.from({ length: dataSpaces }, (_, v) => ((point.keep[level] >> v) & 1) === 1),
      ...directives[level],
    });
  }
  return { levels };
}
