import type { Loop, Mapping, Workload } from "../types.ts";

export const temporal = 0;
export const spatialX = 1;
export const spatialY = 2;

/**
 * A mapping as one list of loops, innermost first, the way Timeloop's nest analysis holds it: per storage level the X
 * loops, the Y loops, then the temporal ones. Loops of one pass are dropped; a level left without a temporal loop gets
 * one of a single pass, so that every level ends at a temporal loop (Timeloop `mapping/parser.cpp`,
 * `NestAnalysis::InitPerLevelDimScales`).
 */
export interface Nest {
  length: number;
  dimension: Int32Array;
  kind: Uint8Array;
  /** Passes, and passes when every outer loop of the dimension is in its last one. */
  end: Float64Array;
  residual: Float64Array;
  /** How far one pass moves along the loop's own dimension. */
  stride: Float64Array;
  /** Per storage level: innermost loop, outermost loop, outermost spatial loop (-1: none). */
  first: Int32Array;
  boundary: Int32Array;
  master: Int32Array;
  /** Instances outside each loop: product of the spatial loops outside, imperfect ones averaged (not an integer then). */
  usedInstances: Float64Array;
  /** Some loop's residual differs from its end. */
  imperfect: boolean;
  /** Bit of each dimension that has an imperfect loop, else 0. `allLast` has all of them. */
  lastBit: Int32Array;
  allLast: number;
  /** Innermost imperfect loop of each dimension, -1 for none. */
  innermostImperfect: Int32Array;
  /** `extent[level · dimensions + d]`: points of dimension d covered by the loops up to and including `level`. */
  extent: Float64Array;
  residualExtent: Float64Array;
  dimensions: number;
}

const onePass: Omit<Loop, "dimension"> = { factor: 1, residual: 1 };

export function buildNest(workload: Workload, mapping: Mapping): Nest {
  const dimensions = workload.dimensions.length;
  const loops: { loop: Loop; kind: number }[] = [];
  const levels = mapping.levels.length;
  const first = new Int32Array(levels);
  const boundary = new Int32Array(levels);
  const master = new Int32Array(levels).fill(-1);
  mapping.levels.forEach((level, s) => {
    first[s] = loops.length;
    for (const loop of level.spatialX) if (loop.factor > 1) loops.push({ loop, kind: spatialX });
    for (const loop of level.spatialY) if (loop.factor > 1) loops.push({ loop, kind: spatialY });
    if (loops.length > first[s]) master[s] = loops.length - 1;
    const before = loops.length;
    for (const loop of level.temporal) if (loop.factor > 1) loops.push({ loop, kind: temporal });
    if (loops.length === before) {
      loops.push({ loop: { dimension: dimensions - 1, ...onePass }, kind: temporal });
    }
    boundary[s] = loops.length - 1;
  });

  const length = loops.length;
  const nest: Nest = {
    length,
    dimension: Int32Array.from(loops, (l) => l.loop.dimension),
    kind: Uint8Array.from(loops, (l) => l.kind),
    end: Float64Array.from(loops, (l) => l.loop.factor),
    residual: Float64Array.from(loops, (l) => l.loop.residual),
    stride: new Float64Array(length),
    first,
    boundary,
    master,
    usedInstances: new Float64Array(length),
    imperfect: false,
    lastBit: new Int32Array(dimensions),
    allLast: 0,
    innermostImperfect: new Int32Array(dimensions).fill(-1),
    extent: new Float64Array(length * dimensions),
    residualExtent: new Float64Array(length * dimensions),
    dimensions,
  };
  markImperfect(nest);
  measureExtents(nest);
  countInstances(nest);
  return nest;
}

function markImperfect(nest: Nest): void {
  let bits = 0;
  for (let i = 0; i < nest.length; i++) {
    if (nest.end[i] === nest.residual[i]) continue;
    nest.imperfect = true;
    const d = nest.dimension[i];
    if (nest.innermostImperfect[d] >= 0) continue;
    nest.innermostImperfect[d] = i;
    nest.lastBit[d] = 1 << bits++;
    nest.allLast |= nest.lastBit[d];
  }
}

function measureExtents(nest: Nest): void {
  const { dimensions } = nest;
  const full = new Float64Array(dimensions).fill(1);
  const last = new Float64Array(dimensions).fill(1);
  for (let i = 0; i < nest.length; i++) {
    const d = nest.dimension[i];
    nest.stride[i] = full[d];
    last[d] += full[d] * (nest.residual[i] - 1);
    full[d] *= nest.end[i];
    nest.extent.set(full, i * dimensions);
    nest.residualExtent.set(last, i * dimensions);
  }
}

/** Timeloop `NestAnalysis::InitNumSpatialElems`. */
function countInstances(nest: Nest): void {
  let product = 1;
  for (let i = nest.length - 1; i >= 0; i--) {
    nest.usedInstances[i] = product;
    if (nest.kind[i] === temporal) continue;
    if (nest.end[i] === nest.residual[i]) {
      product *= nest.end[i];
      continue;
    }
    let outer = 1;
    for (let o = nest.length - 1; o > i; o--) {
      if (nest.dimension[o] === nest.dimension[i]) outer = nest.residual[o] + nest.end[o] * (outer - 1);
    }
    product = (product * (nest.residual[i] + nest.end[i] * (outer - 1))) / outer;
  }
}

/** Passes of all temporal loops multiplied, residuals ignored: Timeloop's cycles of an imperfect nest. */
export function temporalPasses(nest: Nest): number {
  let product = 1;
  for (let i = 0; i < nest.length; i++) if (nest.kind[i] === temporal) product *= nest.end[i];
  return product;
}

/** Product of the spatial loops along one axis from `from` outwards. */
export function expansion(nest: Nest, axis: number, from: number): number {
  let product = 1;
  for (let i = from; i < nest.length; i++) if (nest.kind[i] === axis) product *= nest.end[i];
  return product;
}

/**
 * Operations done at the first instance of the innermost level: temporal steps with all spatial indices outside at
 * their first value, times the units that act there when the innermost level's own spatial loops feed the arithmetic.
 */
export function operationsOfFirstInstance(nest: Nest): number {
  let product = 1;
  for (let d = 0; d < nest.dimensions; d++) product *= passesOfDimension(nest, d, nest.length - 1, true);
  return product;
}

function passesOfDimension(nest: Nest, d: number, level: number, last: boolean): number {
  let i = level;
  while (i >= 0 && nest.dimension[i] !== d) i--;
  if (i < 0) return 1;
  if (nest.kind[i] !== temporal && i > nest.master[0]) {
    return passesOfDimension(nest, d, i - 1, last && nest.residual[i] <= 1);
  }
  const regular = passesOfDimension(nest, d, i - 1, false);
  if (!last) return nest.end[i] * regular;
  return (nest.residual[i] - 1) * regular + passesOfDimension(nest, d, i - 1, true);
}
