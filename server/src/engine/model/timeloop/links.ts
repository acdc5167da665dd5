import { type Boxes, shiftBetween } from "./delta.ts";
import type { Grid, Spread } from "./spread.ts";

/** What the children of a level received at one step, for one data space. */
export interface Received {
  spread: Spread;
  boxes: Boxes;
}

/**
 * Marks the children whose words a neighbour (left, right, above, below) received one step earlier; null when there
 * are none. The words must be exactly equal (Timeloop `ComputeNetworkLinkTransfers`, `CompareSpatioTemporalDeltas`).
 */
export function servedByNeighbours(
  now: Received,
  before: Received,
  from: number,
  to: number,
  grid: Grid,
  toroidal: boolean,
): Uint8Array | null {
  const ranks = to - from;
  const shift = shiftBetween(before.boxes, now.boxes, ranks);
  if (shift === null) return null;
  const stride = now.spread.offset.length / now.spread.children;
  const served = new Uint8Array(now.spread.children);
  let any = false;
  const { width, height } = grid;

  const compare = (child: number, column: number, row: number): void => {
    const neighbour = row * width + column;
    if (served[child] !== 0 || neighbour >= before.spread.children) return;
    for (let k = 0; k < ranks; k++) {
      const apart = before.spread.offset[neighbour * stride + from + k] - now.spread.offset[child * stride + from + k];
      if (apart !== shift[k]) return;
    }
    served[child] = 1;
    any = true;
  };

  for (let child = 0; child < now.spread.children; child++) {
    const column = child % width;
    const row = Math.floor(child / width);
    if (height > 1) {
      if (row > 0 || toroidal) compare(child, column, (row - 1 + height) % height);
      if (row < height - 1 || toroidal) compare(child, column, (row + 1) % height);
    }
    if (width > 1) {
      if (column > 0 || toroidal) compare(child, (column - 1 + width) % width, row);
      if (column < width - 1 || toroidal) compare(child, (column + 1) % width, row);
    }
  }
  return any ? served : null;
}
