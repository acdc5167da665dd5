import type { LevelAccounts } from "./accounts.ts";
import { AlikeFloor } from "./exact/alike.ts";
import type { ClosedForm } from "./exact/closed.ts";
import { WindowFloor } from "./exact/floor.ts";
import type { Nest } from "./exact/nest.ts";
import type { Projection } from "./exact/projection.ts";

/** Energy in pJ that transfers under windows with residuals cannot stay below, found sooner than what they cost. */
export class WindowBound {
  private readonly floors: readonly (WindowFloor | null)[];
  private readonly alike: AlikeFloor;
  /** By data space and level. */
  private readonly least: Float64Array;

  constructor(
    private readonly nest: Nest,
    private readonly accounts: LevelAccounts,
    private readonly closed: ClosedForm,
    private readonly projections: readonly Projection[],
    private readonly levels: number,
  ) {
    this.floors = projections.map((projection) => WindowFloor.of(projection));
    this.alike = new AlikeFloor(projections, closed.memory);
    this.least = new Float64Array(projections.length * levels);
  }

  /** The least of one transfer, as far as it was worked out for this mapping. */
  of(v: number, l: number): number {
    return this.least[v * this.levels + l];
  }

  /** Of all windows together, in no time. */
  count(keep: Int32Array): number {
    return this.sum(keep, false);
  }

  /** The same, closer; to be asked after `count`. */
  countAlike(keep: Int32Array): number {
    return this.sum(keep, true);
  }

  private sum(keep: Int32Array, alike: boolean): number {
    const { accounts, projections, floors, levels, least } = this;
    const before = accounts.energyPj;
    let sum = 0;
    for (let v = 0; v < projections.length; v++) {
      const floor = floors[v];
      if (floor === null || !projections[v].windowed) continue;
      let arrived = 0;
      for (let l = levels - 1; l >= 0; l--) {
        if (((keep[l] >> v) & 1) === 0) continue;
        const child = childOf(keep, v, l);
        const at = v * levels + l;
        if (!alike) least[at] = 0;
        // Operands of the arithmetic are not kept from step to step.
        if (!alike || child >= 0) {
          const words = alike ? this.alike : floor;
          if (alike) this.alike.count(this.nest, projections[v], child, l);
          else floor.count(this.nest, this.closed, child, l);
          accounts.energyPj = 0;
          accounts.charge(l, words.parentWords, arrived, 0, arrived + words.parentWords);
          least[at] = Math.max(least[at], accounts.energyPj);
          arrived = words.childWords;
        }
        sum += least[at];
      }
    }
    accounts.energyPj = before;
    // Sums in another order may differ in their last digits.
    return sum - 1e-9 * (before + sum);
  }
}

/** The next level inside l that keeps data space v; −1 for the arithmetic. */
export function childOf(keep: Int32Array, v: number, l: number): number {
  let child = l - 1;
  while (child >= 0 && ((keep[child] >> v) & 1) === 0) child--;
  return child;
}
