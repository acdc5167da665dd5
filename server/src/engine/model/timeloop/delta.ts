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
 * Decides whether the tile at `low`, `extent` is sent whole or only where it differs from the remembered one, and
 * remembers its stride. The translation is the rounded difference of the centres. `pausesCount` is the window rule of
 * versions before January 2025 (commit a12fff5): standing still is a stride like any other, so a pause between two
 * slides changes the stride twice.
 * The history still holds the previous tile; `remember` replaces it.
 */
export function compareWithHistory(
  history: TileHistory,
  low: Float64Array,
  extent: Float64Array,
  pausesCount: boolean,
): Remaining {
  if (!history.present) return "all";
  let moved = false;
  let same = history.hasStride;
  for (let r = 0; r < low.length; r++) {
    const twice = 2 * (low[r] - history.low[r]) + extent[r] - history.extent[r];
    const step = twice < 0 ? -Math.floor((1 - twice) / 2) : Math.floor((twice + 1) / 2);
    if (step !== 0) moved = true;
    if (step !== history.stride[r]) same = false;
    history.step[r] = step;
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

export function remember(history: TileHistory, low: Float64Array, extent: Float64Array): void {
  history.present = true;
  history.low.set(low);
  history.extent.set(extent);
}

/** Words the tile shares with the remembered one. */
export function overlap(history: TileHistory, low: Float64Array, extent: Float64Array): number {
  let words = 1;
  for (let r = 0; r < low.length; r++) {
    const begin = Math.max(low[r], history.low[r]);
    const end = Math.min(low[r] + extent[r], history.low[r] + history.extent[r]);
    if (end <= begin) return 0;
    words *= end - begin;
  }
  return words;
}
