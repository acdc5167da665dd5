import type { Mapspace } from "../mapspace/mapspace.ts";
import type { Trial } from "./sampler.ts";

/** Number of parts an exhaustive search is cut into, whoever runs them. */
export const exhaustiveParts = 64;

/**
 * Every mapping whose factorisation falls to this part, orders that differ only in loops of factor 1 taken once, and
 * those of tiles that do not fit not at all. Ends early after `size` evaluations.
 */
export function* exhaustiveBlock(mapspace: Mapspace, trial: Trial, part: number, size: number): Generator<void> {
  const { point } = trial;
  let index = 0;
  for (const _ of mapspace.enumerateFactors(point)) {
    if (index++ % exhaustiveParts !== part) {
      if ((index & 4095) === 0) yield;
      continue;
    }
    for (const _keep of mapspace.enumerateKeeps(point)) {
      let known: boolean | null = null;
      for (const _order of mapspace.enumerateOrders(point, true)) {
        if (known === null) known = trial.fits(point);
        else trial.evaluations++;
        if (known) trial.take(point, Number.NEGATIVE_INFINITY);
        if ((trial.evaluations & 255) === 0) yield;
        if (trial.evaluations >= size) return;
        if (!known) break;
      }
    }
  }
}
