import type { Mapspace } from "../mapspace/mapspace.ts";
import { copyPoint, type MapspacePoint } from "../mapspace/point.ts";
import { Prng } from "../numeric/prng.ts";
import type { Trial } from "./sampler.ts";

/** Moves in a row without improvement after which a climb is over. */
const patience = 600;
/** Samples tried to find a mapping that fits to start from. */
const startTries = 400;

/**
 * Hill climbing from random mappings: a move redraws one dimension's factors, redraws or swaps loops of one level's
 * order, or keeps or drops one data space at one level. A new climb starts where the last one got stuck.
 */
export function* localBlock(
  mapspace: Mapspace,
  trial: Trial,
  seed: number,
  block: number,
  size: number,
): Generator<void> {
  const random = new Prng(seed, block);
  const current = mapspace.createPoint();
  const { point } = trial;
  const moves = new Moves(mapspace);
  while (trial.evaluations < size) {
    let started = false;
    for (let i = 0; i < startTries && !started && trial.evaluations < size; i++) {
      mapspace.sampleTiles(random, current);
      started = trial.fits(current);
    }
    if (started) {
      mapspace.sampleOrders(random, current);
      trial.take(current, Number.POSITIVE_INFINITY);
    }
    let value = trial.value;
    let stuck = 0;
    while (started && stuck < patience && trial.evaluations < size) {
      copyPoint(current, point);
      if ((++stuck & 127) === 0) yield;
      if (!moves.apply(random, point) || !trial.fits(point) || !trial.take(point, value)) continue;
      if (trial.value > value) continue;
      if (trial.value < value) stuck = 0;
      value = trial.value;
      copyPoint(point, current);
    }
    yield;
  }
}

class Moves {
  private readonly mapspace: Mapspace;
  private readonly undecided: { level: number; bit: number }[];
  private readonly movable: number[];

  constructor(mapspace: Mapspace) {
    this.mapspace = mapspace;
    this.undecided = mapspace.rules.keep.flatMap((row, level) =>
      row.flatMap((keep, v) => (keep === null ? [{ level, bit: 1 << v }] : [])),
    );
    this.movable = mapspace.rules.orders.flatMap((order, level) => (order.free.length > 1 ? [level] : []));
  }

  /** Changes a point a little; false where the change does not fit the arrays. */
  apply(random: Prng, point: MapspacePoint): boolean {
    const kind = random.next();
    if (kind < 0.1 && this.undecided.length > 0) {
      const { level, bit } = this.undecided[random.below(this.undecided.length)];
      point.keep[level] ^= bit;
      return true;
    }
    if (kind < 0.4 && this.movable.length > 0) {
      const level = this.movable[random.below(this.movable.length)];
      if (random.next() < 0.5) this.mapspace.sampleOrder(random, point, level);
      else this.swap(random, point, level);
      return true;
    }
    const d = random.below(point.bounds.length);
    const profiles = this.mapspace.profiles[d];
    const same = random.next() < 0.5;
    const profile = same ? point.spread[d] : random.below(profiles.length);
    this.mapspace.sampleDimension(random, point, d, profile);
    return same || this.mapspace.fits(point.spread);
  }

  private swap(random: Prng, point: MapspacePoint, level: number): void {
    const { prefix, free } = this.mapspace.rules.orders[level];
    const at = level * point.bounds.length + prefix.length;
    const i = at + random.below(free.length);
    const j = at + random.below(free.length);
    const d = point.orders[i];
    point.orders[i] = point.orders[j];
    point.orders[j] = d;
  }
}
