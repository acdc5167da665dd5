/**
 * The reuse of one tile over time: how much of a tile is new after it has moved (Timeloop
 * `operation-space.cpp`, `SaveAndSubtractIfSameStride`; `point-set-multi-aahr.cpp`).
 *
 * A window that moves by the same translation as before keeps the overlap; a change of translation discards it.
 */
export interface TileHistory {
  present: boolean;
  low: Float64Array;
  extent: Float64Array;
  hasStride: boolean;
  stride: Float64Array;
  /** Scratch: the translation of the step under way. */
  step: Float64Array;
}

export function emptyHistory(ranks: number): TileHistory {
  return {
    present: false,
    low: new Float64Array(ranks),
    extent: new Float64Array(ranks),
    hasStride: false,
    stride: new Float64Array(ranks),
    step: new Float64Array(ranks),
  };
}

export type Remaining = "all" | "difference";

/**
 * Decides whether the tile at `low`, `extent` (ranks `from` up to `to` of the flat arrays) is sent whole or only
 * where it differs from the remembered one, and remembers its stride. `pausesCount` is the window rule of versions
 * before January 2025 (commit a12fff5): standing still is a stride like any other, so a pause between two slides
 * changes the stride twice.
 * The history still holds the previous tile; `remember` replaces it.
 */
export function compareWithHistory(
  history: TileHistory,
  low: Float64Array,
  extent: Float64Array,
  from: number,
  to: number,
  pausesCount: boolean,
): Remaining {
  if (!history.present) return "all";
  let moved = false;
  let same = history.hasStride;
  for (let r = from, k = 0; r < to; r++, k++) {
    const twice = 2 * (low[r] - history.low[k]) + extent[r] - history.extent[k];
    const step = twice < 0 ? -Math.floor((1 - twice) / 2) : Math.floor((twice + 1) / 2);
    if (step !== 0) moved = true;
    if (step !== history.stride[k]) same = false;
    history.step[k] = step;
  }
  if (same || (!moved && !pausesCount)) return "difference";
  if (history.hasStride) {
    history.hasStride = false;
    return "all";
  }
  history.hasStride = true;
  history.stride.set(history.step);
  return "difference";
}

export function remember(
  history: TileHistory,
  low: Float64Array,
  extent: Float64Array,
  from: number,
  to: number,
): void {
  history.present = true;
  for (let r = from, k = 0; r < to; r++, k++) {
    history.low[k] = low[r];
    history.extent[k] = extent[r];
  }
}

/** Words the tile shares with the remembered one. */
export function overlap(
  history: TileHistory,
  low: Float64Array,
  extent: Float64Array,
  from: number,
  to: number,
): number {
  let words = 1;
  for (let r = from, k = 0; r < to; r++, k++) {
    const begin = Math.max(low[r], history.low[k]);
    const end = Math.min(low[r] + extent[r], history.low[k] + history.extent[k]);
    if (end <= begin) return 0;
    words *= end - begin;
  }
  return words;
}

/** A set of points as disjoint boxes: `ranks` lows, then `ranks` highs (exclusive), per box. */
export type Boxes = number[][];

export function wholeTile(low: Float64Array, extent: Float64Array, from: number, to: number): Boxes {
  const box: number[] = [];
  for (let r = from; r < to; r++) box.push(low[r]);
  for (let r = from; r < to; r++) box.push(low[r] + extent[r]);
  return [box];
}

/** The tile without the remembered one, cut rank by rank into boxes (Timeloop `MultiSubtract`). */
export function differenceBoxes(
  history: TileHistory,
  low: Float64Array,
  extent: Float64Array,
  from: number,
  to: number,
): Boxes {
  const whole = wholeTile(low, extent, from, to);
  if (overlap(history, low, extent, from, to) === 0) return whole;
  const ranks = to - from;
  const middle = whole[0];
  const pieces: Boxes = [];
  for (let k = 0; k < ranks; k++) {
    const begin = history.low[k];
    const end = begin + history.extent[k];
    if (middle[k] < begin) {
      const left = middle.slice();
      left[ranks + k] = begin;
      pieces.push(left);
      middle[k] = begin;
    }
    if (end < middle[ranks + k]) {
      const right = middle.slice();
      right[k] = end;
      pieces.push(right);
      middle[ranks + k] = end;
    }
  }
  return pieces;
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
