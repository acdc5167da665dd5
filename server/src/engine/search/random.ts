import type { Mapspace } from "../mapspace/mapspace.ts";
import { Prng } from "../numeric/prng.ts";
import type { Trial } from "./sampler.ts";

/**
 * Uniform samples of a mapspace. The stream depends on seed and block alone. Whether the hardware holds a mapping shows
 * in its factors and kept data spaces; orders, which do not depend on them, are drawn for those that fit.
 */
export function* randomBlock(
  mapspace: Mapspace,
  trial: Trial,
  seed: number,
  block: number,
  size: number,
): Generator<void> {
  const random = new Prng(seed, block);
  const { point } = trial;
  for (let i = 1; i <= size; i++) {
    mapspace.sampleTiles(random, point);
    const pause = (i & 255) === 0;
    if (trial.fits(point)) {
      mapspace.sampleOrders(random, point);
      // What is shown at a pause is any mapping, not one of the better ones.
      trial.take(point, pause ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
    }
    if (pause) yield;
  }
}
