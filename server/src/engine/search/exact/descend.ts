import type { MapspacePoint } from "../../mapspace/point.ts";
import type { Choice, Labels, Pending } from "./labels.ts";
import { OrderBounds } from "./order-bounds.ts";
import { orderClasses, type Tiling } from "./orders.ts";

/** What a descent asks of the search that started it. */
export interface Referee {
  /** Least values, one per quantity, that can still beat the incumbent. */
  limits(): readonly number[];
  /** Costs a complete mapping by the reference model and keeps it if it is better. */
  offer(point: MapspacePoint): void;
}

export interface DescentStatistics {
  nodes: number;
  tilings: number;
  orders: number;
  evaluated: number;
}

/**
 * Walks from the innermost boundary outwards along labels whose least cost may still beat the incumbent, best first at
 * each step. Complete tilings have their orders costed class by class. Yields now and then, for its owner to stop it.
 */
export function* descend(
  labels: Labels,
  point: MapspacePoint,
  referee: Referee,
  statistics: DescentStatistics,
): Generator<void> {
  const { problem, sk } = labels;
  const nd = problem.dimensions;
  const quantities = labels.quantities.length;
  const seen = new Set<string>();
  const tiling: Tiling = new Float64Array((problem.levels + 1) * nd);
  const path: Int32Array[] = [];
  const bounds = new OrderBounds(problem, sk, labels.quantities, labels.keep);

  const possible = (spent: readonly number[], toCome: (q: number) => number): boolean => {
    const limits = referee.limits();
    for (let q = 0; q < quantities; q++) if (!(spent[q] + toCome(q) < limits[q])) return false;
    return true;
  };

  function* visit(boundary: number, at: Int32Array, pending: Pending, spent: readonly number[]): Generator<void> {
    statistics.nodes++;
    if ((statistics.nodes & 63) === 0) yield;
    path[boundary] = at;
    for (let d = 0; d < nd; d++) tiling[boundary * nd + d] = sk.spreads[d].graph.tiles[boundary][at[d]];
    if (boundary === problem.levels) {
      yield* complete();
      return;
    }
    const layer = labels.layer(boundary, pending);
    const here = labels.indexOf(boundary, at);
    const next: { value: number; at: Int32Array; pending: Pending; spent: number[] }[] = [];
    for (const choice of layer.choices!) {
      const after = labels.opened(boundary + 1, choice.after);
      const onward = labels.layer(boundary + 1, after);
      const base = spent.map((s, q) => s + choice.inside[q][here]);
      forEachNext(labels, boundary, at, choice, (to) => {
        const index = labels.indexOf(boundary + 1, to);
        if (!possible(base, (q) => onward.least[q][index])) return;
        const total = base.map((s, q) => s + labels.stationaryCost(boundary, choice, pending, at, to, q));
        if (!possible(total, (q) => onward.least[q][index])) return;
        next.push({ value: total[0] + onward.least[0][index], at: Int32Array.from(to), pending: after, spent: total });
      });
    }
    next.sort((a, b) => a.value - b.value);
    for (const child of next) {
      const boundaryLayer = labels.layer(boundary + 1, child.pending);
      const index = labels.indexOf(boundary + 1, child.at);
      if (!possible(child.spent, (q) => boundaryLayer.least[q][index])) continue;
      yield* visit(boundary + 1, child.at, child.pending, child.spent);
    }
  }

  function* complete(): Generator<void> {
    const key = path.map((at) => at.join()).join("/");
    if (seen.has(key)) return;
    seen.add(key);
    statistics.tilings++;
    writeTiling(labels, tiling, point);
    bounds.begin();
    const hopeful = (placed: number) => {
      const limits = referee.limits();
      const least = bounds.count(point, tiling, placed);
      for (let q = 0; q < quantities; q++) if (!(least[q] < limits[q])) return false;
      return true;
    };
    for (const _ of orderClasses(problem, sk, point, tiling, hopeful)) {
      if ((++statistics.orders & 1023) === 0) yield;
      if (!hopeful(problem.levels - 1)) continue;
      statistics.evaluated++;
      referee.offer(point);
      if ((statistics.evaluated & 63) === 0) yield;
    }
  }

  const start = problem.spaces.map(() => -1);
  yield* visit(0, new Int32Array(nd), start, labels.constants);
}

function forEachNext(
  labels: Labels,
  boundary: number,
  at: Int32Array,
  choice: Choice,
  visit: (to: Int32Array) => void,
): void {
  const { spreads } = labels.sk;
  const to = new Int32Array(spreads.length);
  const pick = (d: number): void => {
    if (d === spreads.length) {
      visit(to);
      return;
    }
    const { edges, still } = spreads[d].graph;
    if (choice.allowed[d] === 1) {
      for (const j of edges[boundary][at[d]]) {
        to[d] = j;
        pick(d + 1);
      }
    } else if (still[boundary][at[d]] >= 0) {
      to[d] = still[boundary][at[d]];
      pick(d + 1);
    }
  };
  pick(0);
}

/** Factors and residuals of a tiling. Spatial factors, axes and kept levels are already in the point. */
function writeTiling(labels: Labels, tiling: Tiling, point: MapspacePoint): void {
  const { problem, sk } = labels;
  const nd = problem.dimensions;
  for (let d = 0; d < nd; d++) {
    const { bound, spatial } = sk.spreads[d];
    let passes = bound;
    for (let level = 0; level < problem.levels; level++) {
      const temporal = tiling[(level + 1) * nd + d] / (tiling[level * nd + d] * spatial[level]);
      for (const [slot, p] of [
        [2 * level, spatial[level]],
        [2 * level + 1, temporal],
      ]) {
        const next = Math.ceil(passes / p);
        point.factors[slot * nd + d] = p;
        point.residuals[slot * nd + d] = passes - (next - 1) * p;
        passes = next;
      }
    }
  }
}
