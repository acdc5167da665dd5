import type { Mapspace } from "../../mapspace/mapspace.ts";
import { effectiveWords } from "../../model/validity.ts";

/** Words that tiles take at the levels of an architecture, from tile sizes per dimension; windows keep their overlap. */
export class TileRoom {
  /** `null` is unlimited. */
  readonly capacities: readonly (number | null)[];
  private readonly spaces: readonly (readonly (readonly { dimension: number; coefficient: number }[])[])[];

  constructor({ architecture, workload }: Mapspace) {
    this.capacities = architecture.storage.map(effectiveWords);
    this.spaces = workload.dataSpaces.map(({ ranks }) => ranks);
  }

  /** Does data space `v` grow with dimension `d`? */
  depends(v: number, d: number): boolean {
    return this.spaces[v].some((rank) => rank.some(({ dimension }) => dimension === d));
  }

  words(keep: number, tile: ArrayLike<number>): number {
    let sum = 0;
    for (let v = 0; v < this.spaces.length; v++) {
      if (((keep >> v) & 1) === 0) continue;
      let product = 1;
      for (const rank of this.spaces[v]) {
        let extent = 1;
        for (const { dimension, coefficient } of rank) extent += (tile[dimension] - 1) * coefficient;
        product *= extent;
      }
      sum += product;
    }
    return sum;
  }

  fits(level: number, keep: number, tile: ArrayLike<number>): boolean {
    const capacity = this.capacities[level];
    return capacity === null || this.words(keep, tile) <= capacity * (1 + 1e-12);
  }
}
