import type { MapspacePoint } from "../../mapspace/point.ts";
import { transfersOf } from "./functional.ts";
import type { ExactProblem } from "./problem.ts";
import type { Skeleton } from "./skeleton.ts";
import { isCutOutside } from "./traffic.ts";

/** A complete tiling: tile sizes by boundary (index l + 1) and dimension, row by row. */
export type Tiling = Float64Array;

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
 * is a class of its own. Asked after each slot but the last, `hopeful` tells whether to go on to those outside it.
 */
export function* orderClasses(
  problem: ExactProblem,
  sk: Skeleton,
  point: MapspacePoint,
  tiling: Tiling,
  hopeful: (level: number) => boolean,
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
        if (level > 0 && level + 1 < problem.levels && !hopeful(level)) return;
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
