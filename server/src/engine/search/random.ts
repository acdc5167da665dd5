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
  // Now and then the first that fits is costed to the end: what is shown is any mapping, not one of the better ones.
  let limit = (block & 3) === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  for (let i = 1; i <= size; i++) {
    mapspace.sampleTiles(random, point);
    if (trial.fits(point)) {
      mapspace.sampleOrders(random, point);
      trial.take(point, limit);
      limit = Number.NEGATIVE_INFINITY;
    }
    if ((i & 255) === 0) yield;
  }
}
