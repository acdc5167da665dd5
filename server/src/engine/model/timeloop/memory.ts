import { type Boxes, relativeTo } from "./boxes.ts";
import type { TileHistory } from "./delta.ts";
import type { Received } from "./links.ts";
import type { Ledger } from "./records.ts";
import type { Spread } from "./spread.ts";

/**
 * All that a stretch of the walk depends on besides the loops: the remembered tile and stride, and what the children
 * received last. Positions are relative to where the stretch begins, so that equal stretches are walked once.
 */
export interface WalkState {
  present: boolean;
  low: Float64Array;
  extent: Float64Array;
  stride: Float64Array | null;
  received: { spread: Spread; boxes: Boxes } | null;
}

/** What a stretch sends when walked once from a state, and the state it leaves. */
export interface Stretch {
  ledger: Ledger;
  after: WalkState;
}

export function stateKey(
  history: TileHistory,
  received: Received | null,
  position: Float64Array,
  spreadNumber: (spread: Spread) => number,
): string {
  let key = "";
  if (history.present) {
    for (let r = 0; r < position.length; r++) key += `${history.low[r] - position[r]},${history.extent[r]},`;
    if (history.hasStride) key += `/${history.stride.join()}`;
  }
  if (received !== null) {
    key += `|${spreadNumber(received.spread)}|${relativeTo(received.boxes, position, 1).join(";")}`;
  }
  return key;
}

export function captureState(history: TileHistory, received: Received | null, position: Float64Array): WalkState {
  return {
    present: history.present,
    low: history.low.map((low, r) => low - position[r]),
    extent: history.extent.slice(),
    stride: history.hasStride ? history.stride.slice() : null,
    received: received && { spread: received.spread, boxes: relativeTo(received.boxes, position, 1) },
  };
}

/** Puts a captured state back at another position; returns what the children received last. */
export function restoreState(state: WalkState, history: TileHistory, position: Float64Array): Received | null {
  history.present = state.present;
  for (let r = 0; r < position.length; r++) history.low[r] = state.low[r] + position[r];
  history.extent.set(state.extent);
  history.hasStride = state.stride !== null;
  if (state.stride !== null) history.stride.set(state.stride);
  return state.received && { spread: state.received.spread, boxes: relativeTo(state.received.boxes, position, -1) };
}
