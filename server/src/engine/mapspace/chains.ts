import type { Prng } from "../numeric/prng.ts";
import { type FactorRule, type Step, steps } from "./rules.ts";

/** One way to spread a dimension: its factor in each spatial slot, the axes, and how many temporal splits go with it. */
export interface Profile {
  /** Which of the dimension's bounds (padding) it is for. */
  bound: number;
  /** By spatial slot, in the order of `SpaceRules.spreads`. */
  factors: readonly number[];
  /** By spatial slot: true along Y. */
  alongY: readonly boolean[];
  /** Number of factorisations with this spread (exact below 2⁵³). */
  count: number;
}

interface Node {
  steps: Step[];
  /** Factorisations up to and including each step. */
  cumulative: Float64Array;
  total: number;
}

/** Largest number of table entries a dimension keeps; beyond it the oldest tables are made anew when needed. */
const CACHE_LIMIT = 400_000;

/**
 * All factorisations of one dimension over the slots, as a chain of “passes that remain”. Counting walks the few
 * distinct numbers of passes (divisors, or at most 2·√bound quotients), so neither time nor memory grows with the
 * number of factorisations.
 */
export class DimensionChains {
  private readonly rules: readonly FactorRule[];
  private readonly spatialSlots: readonly number[];
  private tables = new Map<string, Map<number, Node>[]>();
  private cached = 0;
  private stepCache = new Map<string, Step[]>();

  /** `rules` by slot, inner to outer; `spatialSlots` are the indices of the slots with a fan-out. */
  constructor(rules: readonly FactorRule[], spatialSlots: readonly number[]) {
    this.rules = rules;
    this.spatialSlots = spatialSlots;
  }

  /** Factorisations of `bound` by the spatial factors they use, axes not yet chosen. */
  spreadCounts(bound: number): { factors: number[]; count: number }[] {
    const found: { factors: number[]; count: number }[] = [];
    const tail = this.tailCounts();
    const chosen: number[] = [];
    const visit = (slot: number, index: number, ways: Map<number, number>): void => {
      if (ways.size === 0) return;
      if (index === this.spatialSlots.length) {
        let count = 0;
        for (const [passes, n] of ways) count += n * tail(slot, passes);
        if (count > 0) found.push({ factors: [...chosen], count });
        return;
      }
      const spatial = this.spatialSlots[index];
      const before = this.advance(ways, slot, spatial);
      const rule = this.rules[spatial];
      const most = Math.min(rule.max, Math.max(0, ...before.keys()));
      for (let p = rule.min; p <= most; p++) {
        const after = this.advanceBy(before, { min: p, max: p, imperfect: rule.imperfect });
        chosen.push(p);
        visit(spatial + 1, index + 1, after);
        chosen.pop();
      }
    };
    visit(0, 0, new Map([[bound, 1]]));
    return found;
  }

  /** Exact number of factorisations with given spatial factors. */
  exactCount(bound: number, factors: readonly number[]): bigint {
    let ways = new Map<number, bigint>([[bound, 1n]]);
    for (let slot = 0; slot < this.rules.length; slot++) {
      const next = new Map<number, bigint>();
      const rule = this.fixedRule(slot, factors);
      for (const [passes, n] of ways) {
        for (const step of this.stepsOf(passes, rule))
          next.set(step.next, (next.get(step.next) ?? 0n) + n * BigInt(step.count));
      }
      ways = next;
    }
    return ways.get(1) ?? 0n;
  }

  /** Draws one factorisation with given spatial factors, uniformly. Writes `factors[slot·stride + offset]` and residuals. */
  sample(
    bound: number,
    spatial: readonly number[],
    random: Prng,
    factors: Int32Array,
    residuals: Int32Array,
    stride: number,
    offset: number,
  ): void {
    const nodes = this.table(bound, spatial);
    let passes = bound;
    for (let slot = 0; slot < nodes.length; slot++) {
      const node = nodes[slot].get(passes)!;
      const at = slot * stride + offset;
      let pick = 0;
      if (node.cumulative.length > 1) {
        const draw = random.next() * node.total;
        while (pick < node.cumulative.length - 1 && node.cumulative[pick] <= draw) pick++;
      }
      const step = node.steps[pick];
      const p = step.count === 1 ? step.low : step.low + random.below(step.count);
      factors[at] = p;
      residuals[at] = passes - (step.next - 1) * p;
      passes = step.next;
    }
  }

  /** Every factorisation with given spatial factors, smaller inner factors first; writes into the arrays and yields. */
  *enumerate(
    bound: number,
    spatial: readonly number[],
    factors: Int32Array,
    residuals: Int32Array,
    stride: number,
    offset: number,
  ): Generator<void> {
    const rules = this.rules.map((_, slot) => this.fixedRule(slot, spatial));
    const nodes = this.table(bound, spatial);
    const stepsOf = this.stepsOf.bind(this);
    function* from(slot: number, passes: number): Generator<void> {
      if (slot === rules.length) {
        yield;
        return;
      }
      const at = slot * stride + offset;
      const choices = stepsOf(passes, rules[slot]);
      for (let i = choices.length - 1; i >= 0; i--) {
        const step = choices[i];
        if (slot + 1 < rules.length && !nodes[slot + 1].has(step.next)) continue;
        if (slot + 1 === rules.length && step.next !== 1) continue;
        for (let k = 0; k < step.count; k++) {
          factors[at] = step.low + k;
          residuals[at] = passes - (step.next - 1) * factors[at];
          yield* from(slot + 1, step.next);
        }
      }
    }
    yield* from(0, bound);
  }

  private fixedRule(slot: number, spatial: readonly number[]): FactorRule {
    const index = this.spatialSlots.indexOf(slot);
    return index < 0
      ? this.rules[slot]
      : { min: spatial[index], max: spatial[index], imperfect: this.rules[slot].imperfect };
  }

  private stepsOf(passes: number, rule: FactorRule): Step[] {
    const key = `${passes} ${rule.min} ${rule.max} ${rule.imperfect ? 1 : 0}`;
    let found = this.stepCache.get(key);
    if (found === undefined) {
      if (this.stepCache.size > 20_000) this.stepCache.clear();
      found = steps(passes, rule);
      this.stepCache.set(key, found);
    }
    return found;
  }

  private advance(ways: Map<number, number>, from: number, to: number): Map<number, number> {
    let result = ways;
    for (let slot = from; slot < to; slot++) result = this.advanceBy(result, this.rules[slot]);
    return result;
  }

  private advanceBy(ways: Map<number, number>, rule: FactorRule): Map<number, number> {
    const next = new Map<number, number>();
    for (const [passes, n] of ways) {
      for (const step of this.stepsOf(passes, rule)) next.set(step.next, (next.get(step.next) ?? 0) + n * step.count);
    }
    return next;
  }

  /** Ways to finish from a slot outside all fan-outs. */
  private tailCounts(): (slot: number, passes: number) => number {
    const known = new Map<number, number>();
    const count = (slot: number, passes: number): number => {
      if (slot === this.rules.length) return passes === 1 ? 1 : 0;
      const key = passes * 64 + slot;
      let total = known.get(key);
      if (total !== undefined) return total;
      total = 0;
      for (const step of this.stepsOf(passes, this.rules[slot])) total += step.count * count(slot + 1, step.next);
      known.set(key, total);
      return total;
    };
    return count;
  }

  /** By slot: for each reachable number of passes the steps that can be completed, with their weights. */
  private table(bound: number, spatial: readonly number[]): Map<number, Node>[] {
    const key = `${bound}/${spatial.join()}`;
    const known = this.tables.get(key);
    if (known !== undefined) return known;
    const slots = this.rules.length;
    const rules = this.rules.map((_, slot) => this.fixedRule(slot, spatial));
    const reached: Set<number>[] = [new Set([bound])];
    for (let slot = 0; slot < slots; slot++) {
      const next = new Set<number>();
      for (const passes of reached[slot]) for (const step of this.stepsOf(passes, rules[slot])) next.add(step.next);
      reached.push(next);
    }
    const nodes: Map<number, Node>[] = [];
    let entries = 0;
    for (let slot = slots - 1; slot >= 0; slot--) {
      const here = new Map<number, Node>();
      for (const passes of reached[slot]) {
        const kept: Step[] = [];
        const cumulative: number[] = [];
        let total = 0;
        for (const step of this.stepsOf(passes, rules[slot])) {
          const onward = slot + 1 === slots ? (step.next === 1 ? 1 : 0) : (nodes[slot + 1].get(step.next)?.total ?? 0);
          if (onward === 0) continue;
          total += step.count * onward;
          kept.push(step);
          cumulative.push(total);
        }
        if (total > 0) here.set(passes, { steps: kept, cumulative: Float64Array.from(cumulative), total });
        entries += 4 * kept.length + 8;
      }
      nodes[slot] = here;
    }
    if (this.cached + entries > CACHE_LIMIT) {
      this.tables = new Map();
      this.cached = 0;
    }
    this.cached += entries;
    this.tables.set(key, nodes);
    return nodes;
  }
}
