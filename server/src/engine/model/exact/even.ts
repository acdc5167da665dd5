import { type Nest, temporal } from "./nest.ts";
import type { Projection } from "./projection.ts";

/**
 * Transfers of a data space without windows under a nest without residuals: one pass over the loops gives, for the
 * loops outside every level, the products all transfers and unions are made of.
 */
export class EvenNest {
  parentWords = 0;
  childWords = 0;
  firstParentWords = 0;
  firstChildWords = 0;
  unionTotal = 0;
  unionFirst = 0;
  // By level + 1, over the loops outside it.
  /** Temporal loops down to the innermost relevant one; of the arithmetic: all. */
  private readonly moves: Float64Array;
  private readonly spatial: Float64Array;
  private readonly relevantSpatial: Float64Array;
  private readonly relevantTemporal: Float64Array;
  private readonly tile: Float64Array;

  constructor(levels: number) {
    this.moves = new Float64Array(levels + 1);
    this.spatial = new Float64Array(levels + 1);
    this.relevantSpatial = new Float64Array(levels + 1);
    this.relevantTemporal = new Float64Array(levels + 1);
    this.tile = new Float64Array(levels + 1);
  }

  prepare(nest: Nest, projection: Projection): void {
    const { relevant, ranks } = projection;
    const { axis, dimension, factor, outside, extent, dimensions } = nest;
    let all = 1;
    let moves = 1;
    let spatial = 1;
    let relevantSpatial = 1;
    let relevantTemporal = 1;
    let i = 0;
    for (let l = nest.levels; l >= 0; l--) {
      for (const end = outside[l]; i < end; i++) {
        const trips = factor[i];
        const touches = relevant[dimension[i]] === 1;
        if (axis[i] === temporal) {
          all *= trips;
          if (touches) {
            moves = all;
            relevantTemporal *= trips;
          }
        } else {
          spatial *= trips;
          if (touches) relevantSpatial *= trips;
        }
      }
      this.moves[l] = l === 0 ? all : moves;
      this.spatial[l] = spatial;
      this.relevantSpatial[l] = relevantSpatial;
      this.relevantTemporal[l] = relevantTemporal;
      let words = 1;
      for (let r = 0; r < ranks.length; r++) {
        const rank = ranks[r];
        if (rank.dimensions.length > 0) {
          words *= rank.coefficients[0] * (extent[l * dimensions + rank.dimensions[0]] - 1) + 1;
        }
      }
      this.tile[l] = words;
    }
  }

  traffic(child: number, parent: number): void {
    const c = child + 1;
    const o = parent + 1;
    const each = this.tile[c] * this.moves[c];
    const own = this.relevantSpatial[c] / this.relevantSpatial[o];
    this.firstChildWords = each;
    this.childWords = each * this.spatial[c];
    this.firstParentWords = each * own;
    this.parentWords = each * own * this.spatial[o];
  }

  union(level: number): void {
    this.unionFirst = this.tile[level + 1] * this.relevantTemporal[level + 1];
    this.unionTotal = this.unionFirst * this.spatial[level + 1];
  }
}
