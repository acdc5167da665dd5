import type { SpreadRule } from "../../mapspace/rules.ts";

/**
 * Puts the spatial loops of one slot on the two axes of its fan-out: 1 in `alongY` where a loop runs along Y. False
 * where they fit in no way.
 */
export function placeOnAxes(
  spread: SpreadRule,
  factors: ArrayLike<number>,
  alongY: Uint8Array,
  at: number,
  dimensions: number,
): boolean {
  const place = (d: number, x: number, y: number, inX: number, inY: number): boolean => {
    if (d === dimensions) return true;
    const f = factors[d];
    if (f === 1) {
      alongY[at + d] = 0;
      return place(d + 1, x, y, inX, inY);
    }
    const placed = spread.axis[d];
    if (placed !== 2 && f <= x && (spread.freePlaces === null || placed !== 0 || inX > 0)) {
      alongY[at + d] = 0;
      if (place(d + 1, Math.floor(x / f), y, placed === 0 ? inX - 1 : inX, inY)) return true;
    }
    if (placed !== 1 && f <= y && (spread.freePlaces === null || placed !== 0 || inY > 0)) {
      alongY[at + d] = 1;
      if (place(d + 1, x, Math.floor(y / f), inX, placed === 0 ? inY - 1 : inY)) return true;
    }
    return false;
  };
  return place(0, spread.x, spread.y, spread.freePlaces?.x ?? 0, spread.freePlaces?.y ?? 0);
}
