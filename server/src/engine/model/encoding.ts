import type { Loop, Mapping, MappingLevel } from "./types.ts";

/**
 * A mapping as one row of 32-bit integers, for searches that change and cost mappings without allocating.
 *
 * Per level, inner to outer, `levelSize` numbers: for each kind of loop (temporal, spatial X, spatial Y) a block of
 * `3 · dimensions` numbers — factors by dimension, residuals by dimension, then the order (dimensions, innermost
 * first) — and last one number per data space, 1 where it is kept. Loops of factor 1 do nothing wherever they stand.
 * Directives are not part of a row.
 */
export interface MappingLayout {
  levels: number;
  dimensions: number;
  dataSpaces: number;
  levelSize: number;
  size: number;
}

export const loopKinds = 3;
export const kindTemporal = 0;
export const kindSpatialX = 1;
export const kindSpatialY = 2;

export function mappingLayout(levels: number, dimensions: number, dataSpaces: number): MappingLayout {
  const levelSize = loopKinds * 3 * dimensions + dataSpaces;
  return { levels, dimensions, dataSpaces, levelSize, size: levels * levelSize };
}

/** Where the factors by dimension begin; residuals and order follow, `dimensions` numbers each. */
export function loopsAt(layout: MappingLayout, level: number, kind: number): number {
  return level * layout.levelSize + kind * 3 * layout.dimensions;
}

export function keepAt(layout: MappingLayout, level: number): number {
  return level * layout.levelSize + loopKinds * 3 * layout.dimensions;
}

/**
 * Writes a mapping as a row. False where it does not fit one: two loops of one dimension in one slot, or directives
 * that change the count.
 */
export function encodeMapping(layout: MappingLayout, mapping: Mapping, row: Int32Array): boolean {
  return mapping.levels.every((level, l) => {
    level.keep.forEach((kept, v) => {
      row[keepAt(layout, l) + v] = kept ? 1 : 0;
    });
    const { noSpatialReuse, noTemporalReuse, noLinkTransfer, rmwFirstUpdate, noCoalesce } = level;
    const plain = [noSpatialReuse, noTemporalReuse, noLinkTransfer, rmwFirstUpdate, noCoalesce].every(
      (directive) => !directive?.some((on) => on),
    );
    const kinds = [level.temporal, level.spatialX, level.spatialY];
    return plain && kinds.every((loops, kind) => encodeLoops(layout, loops, row, loopsAt(layout, l, kind)));
  });
}

function encodeLoops({ dimensions }: MappingLayout, loops: readonly Loop[], row: Int32Array, at: number): boolean {
  row.fill(1, at, at + 2 * dimensions);
  let place = at + 2 * dimensions;
  const seen = new Set<number>();
  for (const { dimension, factor, residual } of loops) {
    if (factor === 1 && residual === 1) continue;
    if (seen.has(dimension)) return false;
    seen.add(dimension);
    row[at + dimension] = factor;
    row[at + dimensions + dimension] = residual;
    row[place++] = dimension;
  }
  for (let d = 0; d < dimensions; d++) if (!seen.has(d)) row[place++] = d;
  return true;
}

/** The mapping of a row, loops of factor 1 left out. */
export function decodeMapping(layout: MappingLayout, row: Int32Array): Mapping {
  const { dimensions } = layout;
  const loops = (level: number, kind: number): Loop[] => {
    const at = loopsAt(layout, level, kind);
    return Array.from(row.subarray(at + 2 * dimensions, at + 3 * dimensions))
      .filter((dimension) => row[at + dimension] !== 1)
      .map((dimension) => ({ dimension, factor: row[at + dimension], residual: row[at + dimensions + dimension] }));
  };
  const levels = Array.from({ length: layout.levels }, (_, l): MappingLevel => {
    const at = keepAt(layout, l);
    return {
      temporal: loops(l, kindTemporal),
      spatialX: loops(l, kindSpatialX),
      spatialY: loops(l, kindSpatialY),
      keep: Array.from(row.subarray(at, at + layout.dataSpaces), (kept) => kept === 1),
    };
  });
  return { levels };
}
