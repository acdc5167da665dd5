import { type Boxes, shiftBetween } from "./boxes.ts";
import type { Grid, Spread } from "./spread.ts";

/** What the children of a level received at one step. */
export interface Received {
  spread: Spread;
  boxes: Boxes;
}

/**
 * How far the first child's words moved since the step before, as a key; null where no child can have received the
 * same words before.
 */
export function movedSince(now: Received, before: Received): readonly number[] | null {
  return shiftBetween(before.boxes, now.boxes, now.spread.offset.length / now.spread.children);
}

/**
 * Marks the children whose words a neighbour (left, right, above, below) received one step earlier; null when there
 * are none. The words must be exactly equal (Timeloop `ComputeNetworkLinkTransfers`, `CompareSpatioTemporalDeltas`).
 */
export function servedByNeighbours(
  now: Spread,
  before: Spread,
  shift: readonly number[],
  grid: Grid,
  toroidal: boolean,
): Uint8Array | null {
  const ranks = shift.length;
  const served = new Uint8Array(now.children);
  let any = false;
  const { width, height } = grid;

  const compare = (child: number, column: number, row: number): void => {
    const neighbour = row * width + column;
    if (served[child] !== 0 || neighbour >= before.children) return;
    for (let k = 0; k < ranks; k++) {
      if (before.offset[neighbour * ranks + k] - now.offset[child * ranks + k] !== shift[k]) return;
    }
    served[child] = 1;
    any = true;
  };

  for (let child = 0; child < now.children; child++) {
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
