import type { Mapspace } from "../../mapspace/mapspace.ts";
import type { MapspacePoint } from "../../mapspace/point.ts";
import { candidateOrders } from "./orders.ts";
import { layerVariables } from "./variables.ts";

/** A small change of a mapping. */
export type Move =
  | { kind: "factor"; from: number; to: number; prime: number }
  | { kind: "order"; level: number; order: Uint8Array }
  | { kind: "keep"; level: number; bit: number }
  | { kind: "axis"; at: number };

/** All small changes one layer's mapspace allows. */
export class Neighbourhood {
  private readonly mapspace: Mapspace;
  private readonly slots: readonly { slots: readonly number[]; primes: readonly number[] }[];
  private readonly orders: readonly (readonly Uint8Array[])[];
  private readonly keeps: readonly Move[];
  private readonly axes: readonly Move[];
  private readonly min: Float64Array;
  private readonly max: Float64Array;

  constructor(mapspace: Mapspace) {
    this.mapspace = mapspace;
    const { rules, workload } = mapspace;
    const nd = workload.dimensions.length;
    const { free, implied } = layerVariables(mapspace);
    this.slots = implied.map(({ dimension, slot }) => ({
      slots: [...free.filter((v) => v.dimension === dimension).map((v) => v.slot), slot].sort((a, b) => a - b),
      primes: primeFactors(workload.dimensions[dimension].bound),
    }));
    this.min = Float64Array.from(rules.factors, (rule) => rule.min);
    this.max = Float64Array.from(rules.factors, (rule) => rule.max);
    // Order changes nothing at level 0: it has no kept level inside.
    this.orders = rules.orders.map((order, l) => (order.free.length < 2 ? [] : candidateOrders(mapspace, l, true)));
    this.keeps = rules.keep.flatMap((row, level) =>
      row.flatMap((keep, v): Move[] => (keep === null ? [{ kind: "keep", level, bit: 1 << v }] : [])),
    );
    this.axes = rules.spreads.flatMap(({ level, axis }) =>
      axis.flatMap((side, d): Move[] => (side === 0 ? [{ kind: "axis", at: level * nd + d }] : [])),
    );
  }

  /** Every move from a point, in a fixed order. */
  list(point: MapspacePoint): Move[] {
    const moves: Move[] = [];
    for (const { slots, primes } of this.slots) {
      for (const from of slots) {
        for (const prime of primes) {
          if (point.factors[from] % prime !== 0 || point.factors[from] / prime < this.min[from]) continue;
          for (const to of slots) {
            if (to !== from && point.factors[to] * prime <= this.max[to])
              moves.push({ kind: "factor", from, to, prime });
          }
        }
      }
    }
    const nd = this.mapspace.workload.dimensions.length;
    this.orders.forEach((orders, level) => {
      for (const order of orders) {
        if (order.some((d, k) => d !== point.orders[level * nd + k])) moves.push({ kind: "order", level, order });
      }
    });
    for (const move of this.axes) {
      if (move.kind === "axis" && point.factors[2 * (move.at - (move.at % nd)) + (move.at % nd)] > 1) moves.push(move);
    }
    moves.push(...this.keeps);
    return moves;
  }

  /** Applies a move; false where the point changed since it was listed and the move no longer exists. */
  apply(move: Move, point: MapspacePoint): boolean {
    switch (move.kind) {
      case "factor": {
        const { from, to, prime } = move;
        if (point.factors[from] % prime !== 0 || point.factors[from] / prime < this.min[from]) return false;
        if (point.factors[to] * prime > this.max[to]) return false;
        point.factors[from] /= prime;
        point.factors[to] *= prime;
        point.residuals[from] = point.factors[from];
        point.residuals[to] = point.factors[to];
        return true;
      }
      case "order":
        point.orders.set(move.order, move.level * move.order.length);
        return true;
      case "keep": {
        const mask = point.keep[move.level] ^ move.bit;
        if (!this.keptSomewhere(point, move.level, mask, move.bit)) return false;
        point.keep[move.level] = mask;
        return true;
      }
      case "axis":
        point.alongY[move.at] ^= 1;
        return true;
    }
  }

  private keptSomewhere(point: MapspacePoint, level: number, mask: number, bit: number): boolean {
    if ((mask & bit) !== 0) return true;
    for (let l = 0; l < point.keep.length; l++) if (l !== level && (point.keep[l] & bit) !== 0) return true;
    return false;
  }
}

function primeFactors(n: number): number[] {
  const primes: number[] = [];
  for (let p = 2; p * p <= n; p++) {
    if (n % p === 0) primes.push(p);
    while (n % p === 0) n /= p;
  }
  if (n > 1) primes.push(n);
  return primes;
}
