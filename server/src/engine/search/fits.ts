import type { Mapspace } from "../mapspace/mapspace.ts";
import type { MapspacePoint } from "../mapspace/point.ts";
import { capacities } from "../model/accounts.ts";

/** A factor that may be above 1: where it stands in a point, and its dimension. */
interface Slot {
  at: number;
  dimension: number;
}

/** Which points hardware can hold, from factors and kept data spaces alone: orders need not be drawn yet. */
export class PointFits {
  /** By level: the factors of its tile that those inside it have not. */
  private readonly slots: readonly (readonly Slot[])[];
  private readonly capacities: readonly { most: number; least: number }[];
  /** Levels outside these hold anything. */
  private readonly levels: number;
  /** Per data space and rank, dimensions that run with their coefficients. */
  private readonly ranks: readonly (readonly { dimensions: Int32Array; coefficients: Int32Array }[])[];
  private readonly everything: number;
  private readonly extents: Float64Array;
  private readonly spreads: readonly number[];
  /** Of the children of each level, the arithmetic first; null where no spread of the mapspace exceeds them. */
  private readonly meshes: readonly { instances: number; meshX: number; meshY: number }[] | null;

  constructor({ architecture, workload, rules }: Mapspace) {
    const nd = workload.dimensions.length;
    const runs = rules.bounds.map((bounds) => bounds.some((bound) => bound > 1));
    this.slots = architecture.storage.map((_, l) =>
      [2 * l, 2 * l + 1].flatMap((slot) =>
        runs.flatMap((running, dimension) => {
          const at = slot * nd + dimension;
          return running && rules.factors[at].max > 1 ? [{ at, dimension }] : [];
        }),
      ),
    );
    this.capacities = capacities(architecture);
    this.levels = 1 + this.capacities.findLastIndex(({ most, least }) => most < Number.POSITIVE_INFINITY || least > 0);
    this.ranks = workload.dataSpaces.map(({ ranks }) =>
      ranks.map((terms) => {
        const used = terms.filter(({ dimension }) => runs[dimension]);
        return {
          dimensions: Int32Array.from(used, (term) => term.dimension),
          coefficients: Int32Array.from(used, (term) => term.coefficient),
        };
      }),
    );
    this.everything = (1 << workload.dataSpaces.length) - 1;
    this.extents = new Float64Array(nd);
    this.spreads = rules.spreads.map(({ level }) => level);
    const meshes = [...architecture.storage, architecture.compute];
    meshes.unshift(meshes.pop()!);
    this.meshes = meshes.every((mesh, i) => {
      const outside = rules.spreads.filter(({ level }) => level >= i);
      const x = outside.reduce((product, spread) => product * spread.x, 1);
      const y = outside.reduce((product, spread) => product * spread.y, 1);
      return holds(mesh, x, y);
    })
      ? null
      : meshes;
  }

  fits(point: MapspacePoint): boolean {
    const { extents, slots, capacities, levels } = this;
    const { factors, keep, bounds } = point;
    extents.fill(1);
    for (let l = 0; l < levels; l++) {
      const own = slots[l];
      for (let i = 0; i < own.length; i++) extents[own[i].dimension] *= factors[own[i].at];
      const { most, least } = capacities[l];
      if (most === Number.POSITIVE_INFINITY && least === 0) continue;
      let used = 0;
      for (let v = 0, kept = keep[l]; kept !== 0; v++, kept >>= 1) if ((kept & 1) === 1) used += this.words(v, bounds);
      if (used > most || used < least) return false;
    }
    let somewhere = 0;
    for (let l = 0; l < keep.length; l++) somewhere |= keep[l];
    return somewhere === this.everything && (this.meshes === null || this.meshesHold(point));
  }

  /** Words of a data space's largest tile. */
  private words(v: number, bounds: Int32Array): number {
    const { extents } = this;
    const ranks = this.ranks[v];
    let words = 1;
    for (let r = 0; r < ranks.length; r++) {
      const { dimensions, coefficients } = ranks[r];
      let extent = 1;
      for (let t = 0; t < dimensions.length; t++) {
        const d = dimensions[t];
        extent += coefficients[t] * (Math.min(extents[d], bounds[d]) - 1);
      }
      words *= extent;
    }
    return words;
  }

  private meshesHold({ factors, alongY, bounds, keep }: MapspacePoint): boolean {
    const nd = bounds.length;
    let x = 1;
    let y = 1;
    for (let l = keep.length - 1; l >= 0; l--) {
      if (this.spreads.includes(l)) {
        for (let d = 0; d < nd; d++) {
          if (alongY[l * nd + d] === 1) y *= factors[2 * l * nd + d];
          else x *= factors[2 * l * nd + d];
        }
      }
      // The children of level l are level l − 1, or the arithmetic, which is listed first.
      if (!holds(this.meshes![l], x, y)) return false;
    }
    return true;
  }
}

function holds(mesh: { instances: number; meshX: number; meshY: number }, x: number, y: number): boolean {
  return x * y <= mesh.instances && x <= mesh.meshX && y <= mesh.meshY;
}
