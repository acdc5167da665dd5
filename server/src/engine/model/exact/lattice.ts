import { type Nest, temporal } from "./nest.ts";

/** Which digits of an index vector run and which are held at 0. */
export const held = 0;
export const running = 1;

/**
 * Counts index vectors of one dimension, over the loops outside a level, that lie at or below the dimension's last
 * index in lexicographic order: first those strictly below, then whether the last one is reached. The tiles of the
 * former are full, that of the latter may be cut.
 */
export class Lattice {
  below = 0;
  reached = 0;

  /**
   * @param end loops before this one are outside
   * @param cut temporal loops from this one on are held at 0
   * @param parent spatial loops before this one belong to parents (`outer`), the others to children (`inner`)
   * @param forced a temporal loop held at 1 instead of 0; −1 for none
   */
  count(
    nest: Nest,
    d: number,
    end: number,
    cut: number,
    parent: number,
    outer: number,
    inner: number,
    forced: number,
  ): void {
    let below = 0;
    let reached = 1;
    for (let k = nest.firstOf[d]; k < nest.endOf[d]; k++) {
      const i = nest.byDimension[k];
      if (i >= end) break;
      const last = nest.lastDigit[i];
      const runs = nest.axis[i] === temporal ? i < cut : (i < parent ? outer : inner) === running;
      if (runs) below = below * nest.factor[i] + reached * last;
      else if (i === forced) {
        if (last !== 1) {
          if (last > 1) below += reached;
          reached = 0;
        }
      } else if (last > 0) {
        below += reached;
        reached = 0;
      }
    }
    this.below = below;
    this.reached = reached;
  }
}
