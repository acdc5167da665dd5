import { nextOuter, roundHalfAway, type Tile } from "./tile.ts";

/** A count of words. Where averages over uneven instances make it negative Timeloop stops with an assertion; here it is 0. */
function wordsOf(x: number): number {
  return Math.max(0, roundHalfAway(x));
}

/**
 * Accesses of a tensor that is only read. `fills` is truncated, the others rounded (Timeloop `tiling.cpp`,
 * `ComputeReadUpdateReductionAccesses_Legacy`).
 */
export function countReads(tiles: readonly Tile[]): void {
  for (const tile of tiles) {
    if (tile.size === 0) continue;
    tile.reads = roundHalfAway(tile.contentAccesses + tile.peerAccesses);
    tile.fills = Math.floor(tile.parentShare + tile.peerFills);
  }
}

/**
 * Accesses of a tensor that is accumulated: every arriving partial sum is an update and needs the old value read,
 * except the first one of each element (`firstReadElision`). Same function of `tiling.cpp`. Versions before May 2023
 * (commit 59fdc83) elide the read but not the fill of that first word: `firstFillElision` off.
 */
export function countUpdates(tiles: readonly Tile[], firstReadElision: boolean, firstFillElision: boolean): void {
  tiles.forEach((tile, i) => {
    if (tile.size === 0) return;
    const arriving = tile.contentAccesses + tile.peerAccesses;
    const filled = tile.parentShare + tile.peerFills;
    tile.updates = roundHalfAway(tile.contentAccesses);
    if (tile.noCoalesce) {
      tile.reads = tile.fills = tile.temporalReductions = roundHalfAway(arriving);
    } else if (firstReadElision && !tile.rmwFirstUpdate) {
      tile.reads = tile.temporalReductions = wordsOf(arriving - tile.partition);
      const outermost = nextOuter(tiles, i) === tiles.length;
      tile.fills = wordsOf(outermost ? filled : filled - tile.partition);
    } else {
      tile.reads = tile.temporalReductions = roundHalfAway(arriving);
      tile.fills = roundHalfAway(filled);
    }
    if (!firstFillElision) tile.fills = Math.floor(filled);
  });
}

/** The same under `TIMELOOP_ENABLE_UPDATED_RMW` (`ComputeReadUpdateReductionAccesses_UpdatedRMW`). */
export function countUpdatesByUpdatedRule(tiles: readonly Tile[], firstReadElision: boolean): void {
  let keptOutside = 0;
  for (let i = tiles.length - 1; i >= 0; i--) {
    const tile = tiles[i];
    if (tile.size === 0) continue;
    tile.fills = 0;
    tile.reads = wordsOf(tile.contentAccesses - tile.parentShare);
    tile.temporalReductions = i === tiles.length - 1 ? 0 : tile.reads;
    tile.updates = roundHalfAway(tile.contentAccesses);
    if (keptOutside === 1) {
      const tax = tile.parentShare - (firstReadElision ? tile.partition : 0);
      tile.fills = Math.trunc(tile.fills + tax);
      tile.reads = Math.trunc(tile.reads + tax);
      tile.temporalReductions += tax;
    }
    if (tile.peerAccesses > 0) {
      tile.reads = Math.trunc(tile.reads + (tile.peerAccesses - tile.partition));
      tile.temporalReductions += tile.peerAccesses - tile.partition;
      tile.updates = Math.trunc(tile.updates + tile.peerAccesses);
    }
    keptOutside++;
  }
}

/** Reads of a tensor under the updated rule: as `countReads`, but the outermost level is filled by peers only. */
export function countReadsByUpdatedRule(tiles: readonly Tile[]): void {
  countReads(tiles);
  for (let i = tiles.length - 1; i >= 0; i--) {
    if (tiles[i].size === 0) continue;
    tiles[i].fills = Math.floor(tiles[i].peerFills);
    return;
  }
}
