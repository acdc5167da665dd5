import type { MapspacePoint } from "../../mapspace/point.ts";
import { constantPart, transferPrice, transfersOf, type Weights } from "./functional.ts";
import type { ExactProblem } from "./problem.ts";
import type { Skeleton } from "./skeleton.ts";
import { distinctShare, isCutOutside, relevantWords, repeatsAtChild, repeatsAtParent } from "./traffic.ts";

/** A complete tiling: tile sizes by boundary (index l + 1) and dimension, row by row. */
export type Tiling = Float64Array;

/** Loops of a slot that move, innermost first, as the point has them. */
function* loopsOf(problem: ExactProblem, point: MapspacePoint, level: number): Generator<number> {
  const nd = problem.dimensions;
  for (let k = 0; k < nd; k++) {
    const d = point.orders[level * nd + k];
    if (point.factors[(2 * level + 1) * nd + d] > 1) yield d;
  }
}

/** Lower bound of a quantity for one complete mapping; the labels are minima of nothing smaller. */
export function boundOf(problem: ExactProblem, sk: Skeleton, w: Weights, point: MapspacePoint, tiling: Tiling): number {
  const nd = problem.dimensions;
  let total = 0;
  for (let v = 0; v < problem.spaces.length; v++) {
    const space = problem.spaces[v];
    total += constantPart(problem, sk, w, v, point.keep);
    for (const { c, o } of transfersOf(point.keep, problem.levels, v)) {
      const { slot, first, inside } = runEnd(problem, point, v, c);
      const tile = tiling.subarray(slot * nd, (slot + 1) * nd);
      const words = relevantWords(
        problem,
        sk,
        v,
        c,
        slot - 1,
        tile,
        first < 0 ? [] : [first],
        first < 0 ? null : point.factors[(2 * slot + 1) * nd + first],
      );
      let parents = 1;
      let children = 1;
      for (const d of space.irrelevantList) {
        const e = inside.has(d) ? slot : slot - 1;
        const size = tiling[(e + 1) * nd + d];
        parents *= repeatsAtParent(sk, nd, d, o, e, size);
        children *= repeatsAtChild(sk, nd, d, c, e, size);
      }
      const price = transferPrice(problem, sk, w, v, c, o);
      const scale = (d: number) => (tile[d] * sk.outside[slot * nd + d]) / sk.outside[(c + 1) * nd + d];
      total += words * (price.child * children + price.parent * parents * distinctShare(problem, sk, v, c, o, scale));
    }
  }
  return total;
}

/** Where the run of irrelevant loops outside level c ends: the slot, its first relevant loop (−1: none), and the loops of the run in that slot. */
function runEnd(
  problem: ExactProblem,
  point: MapspacePoint,
  v: number,
  c: number,
): { slot: number; first: number; inside: Set<number> } {
  const { relevant } = problem.spaces[v];
  for (let slot = c + 1; slot < problem.levels; slot++) {
    const inside = new Set<number>();
    let first = -1;
    for (const d of loopsOf(problem, point, slot)) {
      if (relevant[d]) {
        first = d;
        break;
      }
      inside.add(d);
    }
    if (first >= 0) return { slot, first, inside };
  }
  return { slot: problem.levels, first: -1, inside: new Set() };
}

/** What the order of further loops can still change for one transfer. */
const running = 0;
const sliding = 1;
const settled = 2;
const unsettled = 3;

interface TransferState {
  v: number;
  c: number;
  state: number;
  window: number;
}

/**
 * Orders of all temporal slots of a point, one of each class that counts differ by: loops are placed innermost first
 * until every transfer has met the loop that moves it and, where that loop slides a window, one that moves it
 * elsewhere. Where instances idle at the end of a pass, their history may depend on all that follows: then every order
 * is a class of its own.
 */
export function* orderClasses(
  problem: ExactProblem,
  sk: Skeleton,
  point: MapspacePoint,
  tiling: Tiling,
): Generator<void> {
  const nd = problem.dimensions;
  const { rules } = problem.mapspace;

  function* slot(level: number, states: readonly TransferState[]): Generator<void> {
    if (level === problem.levels) {
      yield;
      return;
    }
    const opened = [...states];
    for (let v = 0; v < problem.spaces.length; v++) {
      for (const { c } of transfersOf(point.keep, problem.levels, v)) {
        if (c === level - 1) opened.push({ v, c, state: running, window: -1 });
      }
    }
    const moves = (d: number) => point.factors[(2 * level + 1) * nd + d] > 1;
    const { prefix, free, suffix } = rules.orders[level];
    const pinned = prefix.filter(moves);
    const last = suffix.filter(moves);
    const still = [...prefix, ...free, ...suffix].filter((d) => !moves(d));
    // Loops of factor 1 keep the places their constraint gives them; free places hold the rest.
    const write = (order: readonly number[]) => {
      const inFree = order.filter((d) => free.includes(d));
      const unmoved = free.filter((d) => still.includes(d));
      const written = [...prefix, ...inFree, ...unmoved, ...suffix];
      for (let k = 0; k < nd; k++) point.orders[level * nd + k] = written[k];
    };
    function* place(
      order: readonly number[],
      remaining: readonly number[],
      now: readonly TransferState[],
    ): Generator<void> {
      if (remaining.length === 0 || now.every((t) => t.state === settled)) {
        write([...order, ...remaining]);
        yield* slot(level + 1, now);
        return;
      }
      const inPrefix = pinned.filter((d) => remaining.includes(d));
      const inFree = remaining.filter((d) => !pinned.includes(d) && !last.includes(d));
      const candidates =
        inPrefix.length > 0 ? inPrefix.slice(0, 1) : inFree.length > 0 ? inFree : remaining.slice(0, 1);
      for (const d of candidates) {
        const rest = remaining.filter((other) => other !== d);
        yield* place(
          [...order, d],
          rest,
          now.map((t) => stepped(problem, sk, tiling, t, d, point.factors[(2 * level + 1) * nd + d])),
        );
      }
    }
    const movers = [...pinned, ...free.filter(moves), ...last];
    yield* place([], level === 0 ? [] : movers, opened);
  }

  yield* slot(0, []);
}

function stepped(
  problem: ExactProblem,
  sk: Skeleton,
  tiling: Tiling,
  t: TransferState,
  d: number,
  trips: number,
): TransferState {
  if (t.state >= settled) return t;
  const space = problem.spaces[t.v];
  if (!space.relevant[d]) return t;
  if (!space.regular) return { ...t, state: unsettled };
  const rank = space.ranks.findIndex((r) => r.dimensions.includes(d));
  if (t.state === sliding) return rank === t.window ? t : { ...t, state: settled };
  const cut = (of: number) => isCutOutside(problem, sk, of, t.c, tiling[(t.c + 1) * problem.dimensions + of]);
  const window = space.ranks[rank].dimensions.length > 1;
  if ((trips === 2 && cut(d)) || (window && space.relevantList.some(cut))) return { ...t, state: unsettled };
  return { ...t, state: window ? sliding : settled, window: rank };
}
