import type { Mapspace } from "../mapspace/mapspace.ts";
import { Prng } from "../numeric/prng.ts";
import type { Trial } from "./sampler.ts";

/** Uniform samples of a mapspace. The stream depends on seed and block alone. */
export function* randomBlock(
  mapspace: Mapspace,
  trial: Trial,
  seed: number,
  block: number,
  size: number,
): Generator<void> {
  const random = new Prng(seed, block);
  for (let i = 1; i <= size; i++) {
    mapspace.sample(random, trial.point);
    trial.try(trial.point);
    if ((i & 255) === 0) yield;
  }
}
