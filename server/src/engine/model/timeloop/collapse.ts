import { deliveredWords, totalAccesses } from "./records.ts";
import { nextOuter, type Tile } from "./tile.ts";

/**
 * From traffic between neighbouring levels to traffic between the levels that keep a data space
 * (Timeloop `tiling.cpp`, `CollapseDataMovementNest`). Tiles run inner to outer and are changed in place.
 */
export function collapse(
  tiles: Tile[],
  keep: readonly boolean[],
  distributes: readonly boolean[],
  updatedRmw: boolean,
): void {
  partition(tiles);
  shareOfParent(tiles, updatedRmw);
  distribute(tiles, distributes);
  bypass(tiles, keep);
  wipeAboveOutermost(tiles, keep);
  creditPeers(tiles);
}

/** The share of the whole tensor that one instance owns. Integer divisions, as there. */
function partition(tiles: Tile[]): void {
  const last = tiles.length - 1;
  tiles[last].partition = tiles[last].size;
  for (let i = last - 1; i >= 0; i--) {
    tiles[i].partition = multiplyDivide(tiles[i + 1].partition, tiles[i].size, tiles[i].partitionDivisor);
  }
}

/** `floor(a · b / c)`, exact also where the product leaves the safe integers. */
function multiplyDivide(a: number, b: number, c: number): number {
  if (c === 0) return a;
  const product = a * b;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.floor(product / c);
  return Number((BigInt(a) * BigInt(b)) / BigInt(c));
}

function shareOfParent(tiles: Tile[], updatedRmw: boolean): void {
  for (let i = 0; i < tiles.length; i++) {
    const outer = tiles[i + 1];
    if (outer === undefined) {
      tiles[i].parentShare = updatedRmw ? tiles[i].partition : 0;
      continue;
    }
    let share = 0;
    for (const record of outer.records) share += (record.accesses * record.multicast) / outer.fanout;
    tiles[i].parentShare = share;
  }
}

/**
 * "M:N" networks: instead of a multicast, each child gets a part of its own and passes it on. Only the innermost such
 * multicast is treated, and only where both levels have a single pattern (Timeloop stops with an error otherwise; the
 * multicast then stays as it is).
 */
function distribute(tiles: Tile[], distributes: readonly boolean[]): void {
  for (let i = 0; i < tiles.length - 1; i++) {
    if (!distributes[i]) continue;
    const inner = tiles[i];
    const outer = tiles[i + 1];
    if (outer.records.length !== 1 || inner.records.length !== 1) return;
    const from = outer.records[0];
    const local = inner.records[0];
    const factor = from.multicast;
    if (factor <= 1) continue;
    outer.records = [
      {
        multicast: 1,
        scatter: factor * from.scatter,
        accesses: from.accesses,
        hops: from.separateHops,
        separateHops: 0,
      },
    ];
    outer.distributed = [
      {
        multicast: factor,
        scatter: from.scatter,
        accesses: local.accesses,
        hops: (from.hops * local.accesses) / from.accesses,
      },
    ];
    inner.size = 1 + Math.floor((inner.size - 1) / factor);
    inner.partition = 1 + Math.floor((inner.partition - 1) / factor);
    inner.contentAccesses = 1 + (inner.contentAccesses - 1) / factor;
    inner.parentShare = 1 + (inner.parentShare - 1) / factor;
    return;
  }
}

/** A bypassed level hands its accesses to the next outer one, whose network then carries them. */
function bypass(tiles: Tile[], keep: readonly boolean[]): void {
  for (let i = 0; i < tiles.length; i++) {
    const tile = tiles[i];
    if (tile.size === 0 || (keep[i] && !tile.noCoalesce)) continue;
    const outer = tiles[nextOuter(tiles, i)];
    if (outer === undefined) {
      clearBuffer(tile);
      return;
    }
    const factor = (tile.contentAccesses * outer.fanout) / deliveredWords(outer.records);
    for (const record of outer.records) {
      if (record.accesses === 0) continue;
      record.accesses *= factor;
      outer.linkTransfers = 0;
    }
    outer.contentAccesses = totalAccesses(outer.records);
    if (!keep[i]) clearBuffer(tile);
  }
}

function clearBuffer(tile: Tile): void {
  tile.size = 0;
  tile.held = 0;
  tile.partition = 0;
  tile.contentAccesses = 0;
  tile.parentShare = 0;
}

/** Levels outside the outermost one that keeps the data space see no traffic at all. */
function wipeAboveOutermost(tiles: Tile[], keep: readonly boolean[]): void {
  for (let i = tiles.length - 1; i >= 0; i--) {
    const tile = tiles[i];
    if (keep[i] && !tile.noCoalesce) {
      tile.parentShare = 0;
      return;
    }
    clearBuffer(tile);
    tile.records = [];
    tile.linkTransfers = 0;
    tile.fanout = 0;
    tile.rmwFirstUpdate = false;
    tile.noCoalesce = false;
  }
}

/** What neighbours hand over is read and filled by them. */
function creditPeers(tiles: Tile[]): void {
  for (let i = tiles.length - 1; i > 0; i--) {
    if (tiles[i].linkTransfers === 0) continue;
    const share = tiles[i].linkTransfers / tiles[i - 1].instances;
    tiles[i - 1].peerAccesses += share;
    tiles[i - 1].peerFills += share;
  }
}
