/**
 * Footprints and data volumes as products of trip counts: Algorithm 1 of Vaidya et al., Comprehensive
 * Accelerator–Dataflow Co-design Optimization for Convolutional Neural Networks (CGO 2022), for any workload.
 *
 * Slots are numbered as in a mapspace: 2·level is the spatial slot below a storage level, 2·level + 1 its temporal one.
 */

import type { Workload } from "../../model/types.ts";

/** The trip count of one loop. */
export interface Trip {
  slot: number;
  dimension: number;
}

/** One rank of a tile: `Σ coefficient · (Π trips − 1) + 1`. */
export interface Extent {
  terms: readonly { coefficient: number; trips: readonly Trip[] }[];
}

/** Words: a product of extents and of trip counts. */
export interface Words {
  extents: readonly Extent[];
  trips: readonly Trip[];
}

/** How one temporal slot treats a data space whose copy stands just inside it. */
export interface HoistRule {
  /** Dimensions the copy is moved across: innermost ones that the reference does not contain. */
  hoisted: readonly number[];
  /** First dimension of the reference met, where the window's overlap from step to step is kept; −1 for none. */
  slides: number;
}

/** Words on their way between a level and the next one that keeps the data space. */
export interface Transfer {
  /** −1: arithmetic. */
  child: number;
  parent: number;
  levels: number;
  /** First level outside the child whose temporal slot has loops, and how that slot treats the copy. */
  first: number;
  rule: HoistRule;
}

/** Words one instance of a level holds: all loops inside it. Level −1 is the arithmetic. */
export function footprint(workload: Workload, dataSpace: number, level: number): Words {
  const inside = Array.from({ length: 2 * (level + 1) }, (_, slot) => slot);
  const extents = workload.dataSpaces[dataSpace].ranks.map((rank) => ({
    terms: rank.map(({ dimension, coefficient }) => ({
      coefficient,
      trips: inside.map((slot) => ({ slot, dimension })),
    })),
  }));
  return { extents, trips: [] };
}

/**
 * Words moved between `child` and `parent` over the whole run. At the parent's side a word sent to several children counts once; at the children's side (`received`) each
 * arrival counts. Arithmetic takes its operands at every operation: there nothing is hoisted.
 */
export function volume(
  workload: Workload,
  dataSpace: number,
  { child, parent, levels, first, rule }: Transfer,
  received: boolean,
): Words {
  const { ranks } = workload.dataSpaces[dataSpace];
  const present = new Set(ranks.flatMap((rank) => rank.map((term) => term.dimension)));
  const tile = footprint(workload, dataSpace, child);
  let { extents } = tile;
  const trips: Trip[] = [];
  for (let slot = 2 * (child + 1); slot < 2 * levels; slot++) {
    workload.dimensions.forEach((_, dimension) => {
      const trip = { slot, dimension };
      const within = slot <= 2 * parent && slot % 2 === 0;
      if (within && !received && !present.has(dimension)) return;
      if (child >= 0 && slot === 2 * first + 1) {
        if (rule.hoisted.includes(dimension)) return;
        if (rule.slides === dimension) {
          extents = extents.map((extent) => stretched(extent, trip));
          return;
        }
      }
      trips.push(trip);
    });
  }
  return { extents, trips };
}

function stretched({ terms }: Extent, trip: Trip): Extent {
  return {
    terms: terms.map((term) =>
      term.trips.some((t) => t.dimension === trip.dimension) ? { ...term, trips: [...term.trips, trip] } : term,
    ),
  };
}
