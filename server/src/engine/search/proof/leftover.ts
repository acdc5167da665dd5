import type { MapspacePoint } from "../../mapspace/point.ts";
import { evaluate } from "../../model/evaluate.ts";
import { defaultEvaluationOptions } from "../../model/types.ts";
import { type Objective, objectiveValue } from "../objective.ts";
import { type Claimed, type Group, transfersOf } from "./group.ts";
import type { Rates } from "./prices.ts";
import { Program, type Resting, type SlotOrder } from "./program.ts";
import { groupPoint, loopsOf, mappingBound, type Tiling, writeTiling } from "./tilings.ts";

/** A quantity with what a mapping must stay below to have less than the value in question. */
export interface Limit {
  rates: Rates;
  below: number;
}

/**
 * Goes through all mappings of a group whose least quantities are all below their limits; the value of the first that
 * costs less than `value` by the reference model, or null. Yields now and then.
 */
export function* cheaperMapping(
  claimed: Claimed,
  group: Group,
  limits: readonly Limit[],
  objective: Objective,
  value: number,
): Generator<void, number | null> {
  const programs = limits.map(({ rates }) => new Program(claimed, group, rates));
  const [
    {
      claimed: { levels, mapspace },
    },
  ] = programs;
  const { chains } = group;
  const point = groupPoint(claimed, group);
  const seen = new Set<string>();
  const at: number[][] = [];
  let steps = 0;

  function* within(b: number, resting: Resting, spent: readonly number[]): Generator<void, number | null> {
    if ((++steps & 63) === 0) yield;
    if (b === levels) return yield* orders(at.map((tiles, k) => tiles.map((i, d) => chains[d].tiles[k][i])));
    const tile = chains.map(({ tiles }, d) => tiles[b][at[b][d]]);
    for (const order of programs[0].ordersAt(b, resting)) {
      const after = programs[0].after(b, resting, order);
      const toCome = programs.map((program) => program.toCome(b + 1, after));
      const here = programs.map(
        (program, q) => spent[q] + sum(order.ends.map(({ v, by }) => program.charge(v, resting, b, tile, by, tile, b))),
      );
      for (const next of following(b, order)) {
        const outer = chains.map(({ tiles }, d) => tiles[b + 1][next[d]]);
        const index = next.reduce((i, j, d) => i * chains[d].tiles[b + 1].length + j, 0);
        if (programs.some((_, q) => !(here[q] + toCome[q][index] < limits[q].below))) continue;
        const total = programs.map(
          (program, q) =>
            here[q] + sum(order.lingers.map(({ v, by }) => program.charge(v, resting, b, tile, by, outer, b + 1))),
        );
        if (programs.some((_, q) => !(total[q] + toCome[q][index] < limits[q].below))) continue;
        at[b + 1] = next;
        const found = yield* within(b + 1, after, total);
        if (found !== null) return found;
      }
    }
    return null;
  }

  function* following(b: number, order: SlotOrder, next: number[] = []): Generator<number[]> {
    const d = next.length;
    if (d === chains.length) {
      yield next;
      return;
    }
    const here = at[b][d];
    const still = chains[d].still[b][here];
    for (const j of order.allowed[d] ? chains[d].next[b][here] : still < 0 ? [] : [still]) {
      yield* following(b, order, [...next, j]);
    }
  }

  function* orders(tiling: Tiling): Generator<void, number | null> {
    const key = tiling.join("/");
    if (seen.has(key)) return null;
    seen.add(key);
    writeTiling(claimed, group, tiling, point);
    for (const _ of ordersThatDiffer(claimed, group, point)) {
      if ((++steps & 63) === 0) yield;
      if (limits.some(({ rates, below }) => !(mappingBound(claimed, group, rates, point, tiling) < below))) continue;
      const mapping = mapspace.mapping(point);
      const { evaluation, violations } = evaluate(
        mapspace.architecture,
        mapspace.workloadOf(point),
        mapping,
        defaultEvaluationOptions("exact"),
      );
      if (evaluation === undefined || violations.length > 0) continue;
      const cost = objectiveValue(objective, evaluation.energyPj, evaluation.cycles);
      if (cost < value) return cost;
    }
    return null;
  }

  if (programs.some((program, q) => !(program.least() < limits[q].below))) return null;
  at[0] = chains.map(() => 0);
  return yield* within(
    0,
    claimed.tensors.map(() => -1),
    programs.map(({ fixed }) => fixed),
  );
}

const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

/**
 * Orders of the temporal loops that can differ in cost. Innermost first, loops are placed until each transfer from
 * inside has met a loop that moves its tile where no instance idles and, if that loop slides a window, one that moves it
 * along another rank: from there on every step loads the whole tile, whatever follows.
 */
function* ordersThatDiffer(claimed: Claimed, group: Group, point: MapspacePoint, level = 1): Generator<void> {
  const { dimensions, levels, mapspace } = claimed;
  if (level >= levels) {
    yield;
    return;
  }
  const { prefix, suffix } = mapspace.rules.orders[level];
  const all = Array.from({ length: dimensions }, (_, d) => d);
  const middle = all.filter((d) => !prefix.includes(d) && !suffix.includes(d));
  const moves = (d: number) => point.factors[(2 * level + 1) * dimensions + d] > 1;
  const inner = Array.from({ length: level }, (_, l) => l);
  function* place(placed: readonly number[], left: readonly number[]): Generator<void> {
    const order = [...prefix, ...placed, ...left, ...middle.filter((d) => !moves(d)), ...suffix];
    for (let k = 0; k < dimensions; k++) point.orders[level * dimensions + k] = order[k];
    const known = [...prefix.filter(moves), ...placed];
    if (left.length < 2 || inner.every((child) => claimed.tensors.every((_, v) => settled(v, child, known)))) {
      yield* ordersThatDiffer(claimed, group, point, level + 1);
      return;
    }
    for (const d of left) {
      yield* place(
        [...placed, d],
        left.filter((other) => other !== d),
      );
    }
  }
  /** Can what comes outside the `known` loops of this level no longer change the transfer of v into `child`? */
  function settled(v: number, child: number, known: readonly number[]): boolean {
    const tensor = claimed.tensors[v];
    if (!transfersOf(group.keep[v], levels).some((transfer) => transfer.child === child)) return true;
    if (!tensor.regular) return false;
    const idles = (d: number) => group.chains[d].top !== group.chains[d].bound;
    let window: number | null = null;
    for (let l = child + 1; l <= level; l++) {
      for (const d of l < level ? loopsOf(claimed, point, l) : known) {
        if (!tensor.moves[d]) continue;
        const rank = tensor.ranks.findIndex((terms) => terms.some((term) => term.d === d));
        if (window !== null) {
          if (rank !== window) return true;
          continue;
        }
        // An instance that idles in the second of two iterations is not moved; what it has seen before depends on more.
        if (idles(d) && point.factors[(2 * l + 1) * dimensions + d] === 2) return false;
        if (tensor.ranks[rank].length === 1) return true;
        if (tensor.moves.some((relevant, x) => relevant && idles(x))) return false;
        window = rank;
      }
    }
    return false;
  }
  yield* place([], middle.filter(moves));
}
