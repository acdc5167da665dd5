import type { Prng } from "../numeric/prng.ts";
import { type FactorRule, steps } from "./rules.ts";

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
  /** All of them, slot by slot (factor, residual): once the first is drawn, and where they are few. */
  rows?: Int32Array | null;
}

/** The choices of a slot for one number of passes, as parallel lists. */
interface Branches {
  next: Int32Array;
  /** Index of `next` among the dimension's numbers of passes. */
  nextId: Int32Array;
  low: Int32Array;
  count: Float64Array;
}

/** Ways to finish from one slot outwards, given the spatial factors from there on. */
interface Tail {
  /** By index of the number of passes; 0 where there is none, −1 where not yet counted. */
  totals: Float64Array;
  /** Running sums over the branches, for drawing; made when first needed while room lasts. */
  cumulative: (Float64Array | undefined)[];
}

/** Factorisations of one spread are listed up to this many numbers, in all dimensions' lists together this many. */
const LIST_LIMIT = 40_000;
const ALL_LISTS_LIMIT = 500_000;

/** Most entries of running sums one dimension keeps. */
const CUMULATIVE_LIMIT = 250_000;

/**
 * All factorisations of one dimension over the slots, as a chain of “passes that remain”. Counting walks the few
 * distinct numbers of passes (divisors, or at most 2·√bound quotients), so neither time nor memory grows with the
 * number of factorisations.
 */
export class DimensionChains {
  private readonly rules: readonly FactorRule[];
  private readonly spatialSlots: readonly number[];
  private readonly ids = new Map<number, number>();
  private readonly passes: number[] = [];
  private readonly branches: (Branches | undefined)[][];
  private readonly tails = new Map<string, Tail[]>();
  /** The same by the very list of spatial factors: no names are made while sampling. */
  private readonly tailsByList = new Map<readonly number[], Tail[]>();
  private cumulativeEntries = 0;
  /** All factorisations of a spread, slot by slot (factor, residual), where they are few. */
  private readonly lists = new Map<readonly number[], { bound: number; rows: Int32Array | null }>();
  private listed = 0;

  /** `rules` by slot, inner to outer; `spatialSlots` are the indices of the slots with a fan-out. */
  constructor(rules: readonly FactorRule[], spatialSlots: readonly number[]) {
    this.rules = rules;
    this.spatialSlots = spatialSlots;
    this.branches = rules.map(() => []);
  }

  /** Factorisations of `bound` by the spatial factors they use, axes not yet chosen. */
  spreadCounts(bound: number): { factors: number[]; count: number }[] {
    const found: { factors: number[]; count: number }[] = [];
    const tails = this.tailsOf(this.spatialSlots.map(() => 1));
    const tail = (slot: number, passes: number) => this.total(tails, slot, this.idOf(passes), []);
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
        for (const step of steps(passes, rule))
          next.set(step.next, (next.get(step.next) ?? 0n) + n * BigInt(step.count));
      }
      ways = next;
    }
    return ways.get(1) ?? 0n;
  }

  /** Draws one factorisation with given spatial factors, uniformly. Writes `factors[slot·stride + offset]` and residuals. */
  sample(
    bound: number,
    profile: Profile,
    random: Prng,
    factors: Int32Array,
    residuals: Int32Array,
    stride: number,
    offset: number,
  ): void {
    if (profile.rows === undefined) profile.rows = this.rowsOf(bound, profile.factors);
    const { rows, factors: spatial } = profile;
    if (rows !== null) {
      const width = 2 * this.rules.length;
      let from = width * random.below32(rows.length / width);
      for (let slot = 0, at = offset; slot < this.rules.length; slot++, at += stride) {
        factors[at] = rows[from++];
        residuals[at] = rows[from++];
      }
      return;
    }
    const tails = this.tailsOf(spatial);
    let passes = bound;
    let id = this.idOf(bound);
    let index = 0;
    for (let slot = 0, at = offset; slot < this.rules.length; slot++, at += stride) {
      if (passes === 1) {
        factors[at] = 1;
        residuals[at] = 1;
        continue;
      }
      if (this.spatialSlots[index] === slot) {
        const p = spatial[index++];
        factors[at] = p;
        if (p === 1) {
          residuals[at] = 1;
          continue;
        }
        const next = Math.ceil(passes / p);
        residuals[at] = passes - (next - 1) * p;
        passes = next;
        id = this.idOf(passes);
        continue;
      }
      const { next, nextId, low, count } = this.branchesOf(slot, id);
      let pick = 0;
      if (next.length > 1) {
        const cumulative = this.cumulativeOf(tails, slot, id, spatial);
        const last = cumulative.length - 1;
        const draw = random.next() * cumulative[last];
        while (pick < last && cumulative[pick] <= draw) pick++;
      }
      const p = count[pick] === 1 ? low[pick] : low[pick] + random.below(count[pick]);
      factors[at] = p;
      residuals[at] = passes - (next[pick] - 1) * p;
      passes = next[pick];
      id = nextId[pick];
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
    const tails = this.tailsOf(spatial);
    const possible = (slot: number, passes: number) => this.total(tails, slot, this.idOf(passes), spatial) > 0;
    function* from(slot: number, passes: number): Generator<void> {
      if (slot === rules.length) {
        yield;
        return;
      }
      const at = slot * stride + offset;
      const choices = steps(passes, rules[slot]);
      for (let i = choices.length - 1; i >= 0; i--) {
        const step = choices[i];
        if (!possible(slot + 1, step.next)) continue;
        for (let k = 0; k < step.count; k++) {
          factors[at] = step.low + k;
          residuals[at] = passes - (step.next - 1) * factors[at];
          yield* from(slot + 1, step.next);
        }
      }
    }
    yield* from(0, bound);
  }

  private rowsOf(bound: number, spatial: readonly number[]): Int32Array | null {
    const known = this.lists.get(spatial);
    if (known !== undefined && known.bound === bound) return known.rows;
    const slots = this.rules.length;
    const size = 2 * slots * this.total(this.tailsOf(spatial), 0, this.idOf(bound), spatial);
    let rows: Int32Array | null = null;
    if (size <= LIST_LIMIT && this.listed + size <= ALL_LISTS_LIMIT) {
      this.listed += size;
      rows = new Int32Array(size);
      const factors = new Int32Array(slots);
      const residuals = new Int32Array(slots);
      let at = 0;
      for (const _ of this.enumerate(bound, spatial, factors, residuals, 1, 0)) {
        for (let slot = 0; slot < slots; slot++) {
          rows[at++] = factors[slot];
          rows[at++] = residuals[slot];
        }
      }
    }
    this.lists.set(spatial, { bound, rows });
    return rows;
  }

  private fixedRule(slot: number, spatial: readonly number[]): FactorRule {
    const index = this.spatialSlots.indexOf(slot);
    return index < 0
      ? this.rules[slot]
      : { min: spatial[index], max: spatial[index], imperfect: this.rules[slot].imperfect };
  }

  private idOf(passes: number): number {
    let id = this.ids.get(passes);
    if (id === undefined) {
      id = this.passes.length;
      this.ids.set(passes, id);
      this.passes.push(passes);
    }
    return id;
  }

  /** Choices of a slot under its own rule. */
  private branchesOf(slot: number, id: number): Branches {
    const known = this.branches[slot][id];
    if (known !== undefined) return known;
    const found = steps(this.passes[id], this.rules[slot]);
    const made = {
      next: Int32Array.from(found, (step) => step.next),
      nextId: Int32Array.from(found, (step) => this.idOf(step.next)),
      low: Int32Array.from(found, (step) => step.low),
      count: Float64Array.from(found, (step) => step.count),
    };
    this.branches[slot][id] = made;
    return made;
  }

  /** One tail per slot; slots that see the same spatial factors outside them share it. */
  private tailsOf(spatial: readonly number[]): Tail[] {
    const known = this.tailsByList.get(spatial);
    if (known !== undefined) return known;
    const made: Tail[] = [];
    for (let slot = 0; slot <= this.rules.length; slot++) {
      const from = this.spatialSlots.findIndex((s) => s >= slot);
      const seen = `${slot}:${from < 0 ? "" : spatial.slice(from).join()}`;
      let shared = this.tails.get(seen);
      if (shared === undefined) {
        shared = [{ totals: new Float64Array(0), cumulative: [] }];
        this.tails.set(seen, shared);
      }
      made.push(shared[0]);
    }
    this.tailsByList.set(spatial, made);
    return made;
  }

  private total(tails: Tail[], slot: number, id: number, spatial: readonly number[]): number {
    if (slot === this.rules.length) return this.passes[id] === 1 ? 1 : 0;
    const tail = tails[slot];
    if (id >= tail.totals.length) {
      const longer = new Float64Array(Math.max(2 * id, 16)).fill(-1);
      longer.set(tail.totals);
      tail.totals = longer;
    }
    if (tail.totals[id] >= 0) return tail.totals[id];
    let total = 0;
    const index = this.spatialSlots.indexOf(slot);
    if (index >= 0) {
      for (const step of steps(this.passes[id], this.fixedRule(slot, spatial))) {
        total += this.total(tails, slot + 1, this.idOf(step.next), spatial);
      }
    } else {
      const { nextId, count } = this.branchesOf(slot, id);
      for (let i = 0; i < nextId.length; i++) total += count[i] * this.total(tails, slot + 1, nextId[i], spatial);
    }
    tail.totals[id] = total;
    return total;
  }

  private cumulativeOf(tails: Tail[], slot: number, id: number, spatial: readonly number[]): Float64Array {
    const known = tails[slot].cumulative[id];
    if (known !== undefined) return known;
    const { nextId, count } = this.branchesOf(slot, id);
    const sums = new Float64Array(nextId.length);
    let sum = 0;
    for (let i = 0; i < nextId.length; i++) {
      sum += count[i] * this.total(tails, slot + 1, nextId[i], spatial);
      sums[i] = sum;
    }
    if (this.cumulativeEntries + sums.length <= CUMULATIVE_LIMIT) {
      this.cumulativeEntries += sums.length;
      tails[slot].cumulative[id] = sums;
    }
    return sums;
  }

  private advance(ways: Map<number, number>, from: number, to: number): Map<number, number> {
    let result = ways;
    for (let slot = from; slot < to; slot++) result = this.advanceBy(result, this.rules[slot]);
    return result;
  }

  private advanceBy(ways: Map<number, number>, rule: FactorRule): Map<number, number> {
    const next = new Map<number, number>();
    for (const [passes, n] of ways) {
      for (const step of steps(passes, rule)) next.set(step.next, (next.get(step.next) ?? 0) + n * step.count);
    }
    return next;
  }
}
