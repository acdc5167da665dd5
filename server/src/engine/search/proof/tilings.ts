import type { MapspacePoint } from "../../mapspace/point.ts";
import { type Claimed, type Group, transfersOf } from "./group.ts";
import { fixedPart, priceOf, type Rates } from "./prices.ts";
import { repeats, sent, wordsInto } from "./words.ts";

/** Tile sizes of all dimensions by boundary. */
export type Tiling = readonly (readonly number[])[];

/** A point with the group's spread and kept levels. */
export function groupPoint({ mapspace, dimensions, levels }: Claimed, { chains, keep }: Group): MapspacePoint {
  const point = mapspace.createPoint();
  chains.forEach(({ profile, bound }, d) => {
    point.bounds[d] = bound;
    mapspace.rules.spreads.forEach(({ level }, s) => {
      point.alongY[level * dimensions + d] = mapspace.profiles[d][profile].alongY[s] ? 1 : 0;
    });
  });
  for (let l = 0; l < levels; l++) point.keep[l] = keep.reduce((bits, mask, v) => bits | (((mask >> l) & 1) << v), 0);
  return point;
}

/** Writes factors and remainders of a tiling. */
export function writeTiling(
  { dimensions, levels }: Claimed,
  { chains }: Group,
  tiling: Tiling,
  point: MapspacePoint,
): void {
  chains.forEach(({ bound, spatial }, d) => {
    let passes = bound;
    const write = (slot: number, factor: number) => {
      const next = Math.ceil(passes / factor);
      point.factors[slot * dimensions + d] = factor;
      point.residuals[slot * dimensions + d] = passes - (next - 1) * factor;
      passes = next;
    };
    for (let l = 0; l < levels; l++) {
      write(2 * l, spatial[l]);
      write(2 * l + 1, tiling[l + 1][d] / (tiling[l][d] * spatial[l]));
    }
  });
}

/** The loops of a temporal slot that move, innermost first. */
export function loopsOf({ dimensions }: Claimed, point: MapspacePoint, level: number): number[] {
  const loops: number[] = [];
  for (let k = 0; k < dimensions; k++) {
    const d = point.orders[level * dimensions + k];
    if (point.factors[(2 * level + 1) * dimensions + d] > 1) loops.push(d);
  }
  return loops;
}

/** Least of a quantity for one mapping of the group. */
export function mappingBound(
  claimed: Claimed,
  group: Group,
  rates: Rates,
  point: MapspacePoint,
  tiling: Tiling,
): number {
  const { chains } = group;
  let total = 0;
  claimed.tensors.forEach((tensor, v) => {
    total += fixedPart(claimed, group, rates, v);
    for (const { child, parent } of transfersOf(group.keep[v], claimed.levels)) {
      if (child < 0) continue;
      // The slot and loop that end the rest, and the loops of that slot in it.
      let b = child + 1;
      let first: number | null = null;
      let inside: number[] = [];
      for (; b < claimed.levels && first === null; b++) {
        const loops = loopsOf(claimed, point, b);
        const at = loops.findIndex((d) => tensor.moves[d]);
        first = at < 0 ? null : loops[at];
        inside = loops.slice(0, Math.max(0, at));
      }
      if (first !== null) b--;
      const tile = tiling[b];
      const trips = first === null ? null : point.factors[(2 * b + 1) * claimed.dimensions + first];
      const words = wordsInto(group, tensor, child, b, tile, first, trips);
      let children = words;
      const held = (d: number) => (tile[d] * chains[d].outside[b]) / chains[d].outside[child + 1];
      let parents = words * sent(group, tensor, child, parent, held);
      chains.forEach((chain, d) => {
        if (tensor.moves[d]) return;
        const e = inside.includes(d) ? b + 1 : b;
        const [atChild, atParent] = repeats(chain, child, parent, e, tiling[e][d]);
        children *= atChild;
        parents *= atParent;
      });
      const price = priceOf(claimed, group, rates, v, child, parent);
      total += children * price.atChild + parents * price.atParent;
    }
  });
  return total;
}
