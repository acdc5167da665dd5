import { type Nest, spatialX, temporal } from "./nest.ts";

/** A child instance as its parent sees it. */
export interface Cell {
  /** Where its indices begin relative to the first child. */
  value: number;
  x: number;
  y: number;
}

/** Children that differ in one dimension only by translation: same steps, same tile sizes. */
export interface ChildClass {
  /** Per loop of the nest: digits of the last step such a child acts at (temporal loops of the dimension only). */
  last: Float64Array;
  /** Extent of the tile at that step. */
  end: number;
  cells: Cell[];
  /** The child whose spatial indices below the parent are all 0 is among them. */
  first: boolean;
}

/** Parent instances whose children fall into the same classes along one dimension. */
export interface ParentClass {
  multiplicity: number;
  /** The parent whose spatial indices are all 0 is among them. */
  first: boolean;
  children: ChildClass[];
}

/** X and Y weights of the spatial loops between parent and child, per loop of the nest. */
export interface MeshWeights {
  x: number[];
  y: number[];
}

/**
 * Sorts the instances outside level `child` by dimension `d`. A spatial index acts at the steps whose digits stay
 * lexicographically at or below the last index of the dimension, so only the first spatial digit that differs from
 * the last index matters: below it, the loops inside run to their ends; above it, the loops outside stop one earlier
 * (point 10: at most three kinds of index per spatial loop).
 */
export function parentClasses(
  nest: Nest,
  d: number,
  child: number,
  parent: number,
  weights: MeshWeights | null,
  relevant: boolean,
): ParentClass[] {
  const loops: number[] = [];
  for (let i = 0; i < nest.before(child); i++) if (nest.dimension[i] === d) loops.push(i);
  const beforeParent = nest.before(parent);
  const spatial = loops.filter((i) => nest.axis[i] !== temporal);
  const outer = spatial.filter((i) => i < beforeParent);
  const inner = spatial.filter((i) => i >= beforeParent);
  const at = (child + 1) * nest.dimensions + d;
  const full = relevant ? nest.extent[at] : 0;
  const end = relevant ? nest.lastExtent[at] : 0;
  const everywhere = cellsOf(
    nest,
    inner,
    inner.map((i) => [0, nest.factor[i]]),
    weights,
  );

  const lastOf = (pivot: number, above: boolean): Float64Array | null => {
    const last = new Float64Array(nest.size);
    for (const i of loops) {
      if (nest.axis[i] === temporal) last[i] = i < pivot ? nest.lastDigit[i] : nest.factor[i] - 1;
    }
    if (!above) return last;
    for (let k = loops.length - 1; k >= 0; k--) {
      const i = loops[k];
      if (i >= pivot || nest.axis[i] !== temporal) continue;
      if (last[i] > 0) {
        last[i]--;
        return last;
      }
      last[i] = nest.factor[i] - 1;
    }
    return null;
  };
  const whole = (last: Float64Array): ChildClass[] => [{ last, end: full, cells: everywhere, first: true }];

  if (nest.perfect[at] === 1) {
    const multiplicity = outer.reduce((product, i) => product * nest.factor[i], 1);
    return [{ multiplicity, first: true, children: whole(lastOf(nest.size, false)!) }];
  }

  const parents: ParentClass[] = [];
  let allEqual = true;
  outer.forEach((pivot, k) => {
    const digit = nest.lastDigit[pivot];
    const rest = outer.slice(k + 1).reduce((product, i) => product * nest.factor[i], 1);
    if (digit > 0) {
      parents.push({ multiplicity: digit * rest, first: allEqual, children: whole(lastOf(pivot, false)!) });
    }
    const above = nest.factor[pivot] - 1 - digit;
    const last = above > 0 ? lastOf(pivot, true) : null;
    if (last !== null) {
      parents.push({ multiplicity: above * rest, first: false, children: whole(last) });
    }
    allEqual = allEqual && digit === 0;
  });

  const children: ChildClass[] = [];
  const add = (last: Float64Array | null, extent: number, ranges: number[][]) => {
    if (last === null) return;
    const cells = cellsOf(nest, inner, ranges, weights);
    if (cells.length === 0) return;
    const first = ranges.every(([low]) => low === 0);
    const same = children.find((c) => c.end === extent && c.last.every((digit, i) => digit === last[i]));
    if (same === undefined) children.push({ last, end: extent, cells, first });
    else {
      same.cells = [...same.cells, ...cells];
      same.first ||= first;
    }
  };
  inner.forEach((pivot, k) => {
    const digit = nest.lastDigit[pivot];
    const ranges = (low: number, high: number) =>
      inner.map((i, j) => {
        if (j < k) return [nest.lastDigit[i], nest.lastDigit[i] + 1];
        return j === k ? [low, high] : [0, nest.factor[i]];
      });
    add(lastOf(pivot, false), full, ranges(0, digit));
    add(lastOf(pivot, true), full, ranges(digit + 1, nest.factor[pivot]));
  });
  add(
    lastOf(nest.size, false),
    end,
    inner.map((i) => [nest.lastDigit[i], nest.lastDigit[i] + 1]),
  );
  parents.push({ multiplicity: 1, first: allEqual, children });
  return parents;
}

function cellsOf(
  nest: Nest,
  loops: readonly number[],
  ranges: readonly number[][],
  weights: MeshWeights | null,
): Cell[] {
  let cells: Cell[] = [{ value: 0, x: 0, y: 0 }];
  loops.forEach((i, k) => {
    const [low, high] = ranges[k];
    const longer: Cell[] = [];
    for (const cell of cells) {
      for (let digit = low; digit < high; digit++) {
        longer.push({
          value: cell.value + digit * nest.stride[i],
          x: weights === null ? 0 : cell.x + digit * weights.x[i],
          y: weights === null ? 0 : cell.y + digit * weights.y[i],
        });
      }
    }
    cells = longer;
  });
  return cells;
}

/** Physical width of each slot: what the hardware offers, or what the mapping spreads over, if that is more. */
export interface Mesh {
  weights: MeshWeights;
  height: number;
  width: number;
}

export function meshBetween(
  nest: Nest,
  child: number,
  parent: number,
  fanouts: readonly { x: number; y: number }[],
): Mesh {
  const weights: MeshWeights = { x: [], y: [] };
  for (let k = 0; k < nest.size; k++) {
    weights.x.push(0);
    weights.y.push(0);
  }
  let width = 1;
  let height = 1;
  let i = nest.before(child) - 1;
  for (let level = child + 1; level <= parent; level++) {
    let usedX = 1;
    let usedY = 1;
    for (; i >= 0 && nest.level[i] === level; i--) {
      if (nest.axis[i] === temporal) continue;
      if (nest.axis[i] === spatialX) {
        weights.x[i] = usedX * width;
        usedX *= nest.factor[i];
      } else {
        weights.y[i] = usedY * height;
        usedY *= nest.factor[i];
      }
    }
    width *= Math.max(usedX, fanouts[level].x);
    height *= Math.max(usedY, fanouts[level].y);
  }
  return { weights, width, height };
}
