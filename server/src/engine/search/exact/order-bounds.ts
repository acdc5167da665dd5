import type { MapspacePoint } from "../../mapspace/point.ts";
import { constantPart, type TransferPrice, transferPrice, transfersOf, type Weights } from "./functional.ts";
import type { Tiling } from "./orders.ts";
import type { ExactProblem } from "./problem.ts";
import type { Skeleton } from "./skeleton.ts";
import { distinctShare, relevantWords, repeatsAtChild, repeatsAtParent } from "./traffic.ts";

/** Words of one transfer, at the child and at the parent. */
interface Words {
  child: number;
  parent: number;
}

/**
 * Lower bounds for complete mappings of one spread and choice of kept levels; the labels are minima of nothing smaller.
 * An order matters to a transfer by the end of its run alone, so orders of a tiling share what was worked out before.
 */
export class OrderBounds {
  private readonly transfers: readonly { v: number; c: number; o: number; prices: readonly TransferPrice[] }[];
  private readonly constants: Float64Array;
  private readonly totals: Float64Array;
  private readonly known = new Map<number, Words>();

  constructor(
    private readonly problem: ExactProblem,
    private readonly sk: Skeleton,
    quantities: readonly Weights[],
    keep: ArrayLike<number>,
  ) {
    const { spaces, levels } = problem;
    this.transfers = spaces.flatMap((_, v) =>
      transfersOf(keep, levels, v).map(({ c, o }) => ({
        v,
        c,
        o,
        prices: quantities.map((w) => transferPrice(problem, sk, w, v, c, o)),
      })),
    );
    this.constants = Float64Array.from(quantities, (w) =>
      spaces.reduce((sum, _, v) => sum + constantPart(problem, sk, w, v, keep), 0),
    );
    this.totals = new Float64Array(quantities.length);
  }

  /** Another tiling. */
  begin(): void {
    this.known.clear();
  }

  /**
   * A bound per quantity; the array is used again. Of slots outside level `placed` the orders are not known yet: runs that
   * get there are taken to end as well as they can.
   */
  count(point: MapspacePoint, tiling: Tiling, placed = this.problem.levels - 1): Float64Array {
    const { totals, transfers } = this;
    totals.set(this.constants);
    for (let t = 0; t < transfers.length; t++) {
      const { prices } = transfers[t];
      const { child, parent } = this.words(t, point, tiling, placed);
      for (let q = 0; q < totals.length; q++) totals[q] += prices[q].child * child + prices[q].parent * parent;
    }
    return totals;
  }

  /** Follows the run of irrelevant loops outside the child: to the slot and loop that end it. */
  private words(t: number, point: MapspacePoint, tiling: Tiling, placed: number): Words {
    const { problem } = this;
    const { v, c } = this.transfers[t];
    const { relevant } = problem.spaces[v];
    const nd = problem.dimensions;
    for (let slot = c + 1; slot < problem.levels; slot++) {
      // Loops of the run in this slot, as bits, and those that may end it.
      let inside = 0;
      let ends = 0;
      for (let k = 0; k < nd; k++) {
        const d = point.orders[slot * nd + k];
        if (point.factors[(2 * slot + 1) * nd + d] === 1) continue;
        if (!relevant[d]) inside |= 1 << d;
        else {
          ends |= 1 << d;
          if (slot <= placed) break;
        }
      }
      if (ends !== 0) return this.ending(t, point, tiling, slot, ends, inside);
    }
    return this.ending(t, point, tiling, problem.levels, 0, 0);
  }

  /** The least of the loops that may end a run. */
  private ending(t: number, point: MapspacePoint, tiling: Tiling, slot: number, ends: number, inside: number): Words {
    const nd = this.problem.dimensions;
    const key = ((t * (this.problem.levels + 1) + slot) * 2 ** nd + ends) * 2 ** nd + inside;
    let words = this.known.get(key);
    if (words !== undefined) return words;
    if (ends === 0) words = this.wordsTo(t, point, tiling, slot, -1, inside);
    for (let d = 0; d < nd; d++) {
      if (((ends >> d) & 1) === 0) continue;
      const own = this.wordsTo(t, point, tiling, slot, d, inside);
      if (words === undefined || own.child < words.child || own.parent < words.parent) words = own;
    }
    this.known.set(key, words!);
    return words!;
  }

  private wordsTo(t: number, point: MapspacePoint, tiling: Tiling, slot: number, first: number, inside: number): Words {
    const { problem, sk } = this;
    const { v, c, o } = this.transfers[t];
    const nd = problem.dimensions;
    const tile = tiling.subarray(slot * nd, (slot + 1) * nd);
    const trips = first < 0 ? null : point.factors[(2 * slot + 1) * nd + first];
    const words = relevantWords(problem, sk, v, c, slot - 1, tile, first < 0 ? [] : [first], trips);
    let parents = 1;
    let children = 1;
    for (const d of problem.spaces[v].irrelevantList) {
      const e = ((inside >> d) & 1) === 1 ? slot : slot - 1;
      const size = tiling[(e + 1) * nd + d];
      parents *= repeatsAtParent(sk, nd, d, o, e, size);
      children *= repeatsAtChild(sk, nd, d, c, e, size);
    }
    const scale = (d: number) => (tile[d] * sk.outside[slot * nd + d]) / sk.outside[(c + 1) * nd + d];
    return { child: words * children, parent: words * parents * distinctShare(problem, sk, v, c, o, scale) };
  }
}
