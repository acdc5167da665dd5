import { overlap, type TileHistory } from "./delta.ts";

/** A set of points as disjoint boxes: per box the lows of all ranks, then the highs (exclusive). */
export type Boxes = readonly (readonly number[])[];

export function wholeTile(low: Float64Array, extent: Float64Array): Boxes {
  return [[...low, ...low.map((l, r) => l + extent[r])]];
}

/** The tile without the remembered one, cut rank by rank into boxes (Timeloop `MultiSubtract`). */
export function differenceBoxes(history: TileHistory, low: Float64Array, extent: Float64Array): Boxes {
  if (overlap(history, low, extent) === 0) return wholeTile(low, extent);
  const ranks = low.length;
  const middle = [...low, ...low.map((l, r) => l + extent[r])];
  const pieces: number[][] = [];
  for (let r = 0; r < ranks; r++) {
    const begin = history.low[r];
    const end = begin + history.extent[r];
    if (middle[r] < begin) {
      const left = middle.slice();
      left[ranks + r] = begin;
      pieces.push(left);
      middle[r] = begin;
    }
    if (end < middle[ranks + r]) {
      const right = middle.slice();
      right[r] = end;
      pieces.push(right);
      middle[ranks + r] = end;
    }
  }
  return pieces;
}

/** The boxes as seen from another origin. */
export function relativeTo(boxes: Boxes, origin: Float64Array, sign: 1 | -1): Boxes {
  return boxes.map((box) => box.map((x, k) => x - sign * origin[k % origin.length]));
}

/**
 * The vector that moves `a` onto `b`, or null where they are not the same set of boxes. Boxes are compared one by one:
 * the same points cut in another way count as different, as in Timeloop.
 */
export function shiftBetween(a: Boxes, b: Boxes, ranks: number): number[] | null {
  if (a.length !== b.length || a.length === 0) return null;
  const from = [...a].sort(byLow);
  const to = [...b].sort(byLow);
  const shift: number[] = [];
  for (let k = 0; k < ranks; k++) shift.push(to[0][k] - from[0][k]);
  for (let i = 0; i < from.length; i++) {
    for (let k = 0; k < 2 * ranks; k++) if (to[i][k] - from[i][k] !== shift[k % ranks]) return null;
  }
  return shift;
}

function byLow(a: readonly number[], b: readonly number[]): number {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return a[k] - b[k];
  return 0;
}
