import type { Architecture, Workload } from "../model/types.ts";
import { ceilQuotients, divisors } from "../numeric/divisors.ts";
import type { Conflict, MapspaceConstraints, MapspaceKind, PermutationConstraint, SlotKind } from "./constraints.ts";

/** Which factors one dimension may have in one slot. */
export interface FactorRule {
  min: number;
  max: number;
  /** May the last pass be shorter? */
  imperfect: boolean;
}

/** One choice for a slot: `count` factors from `low` on leave `next` passes to the slots outside. */
export interface Step {
  next: number;
  low: number;
  count: number;
}

/**
 * The factors P of a slot when `passes` iterations of the dimension remain for it and the slots outside it:
 * ceil(passes / P) remain for those, and the last pass has R = passes − (next − 1)·P iterations (Ruby, Horeni et al.
 * 2022, eq. 4–6, read outwards). Factors that leave the same number are one step, so long lists stay short.
 */
export function steps(passes: number, rule: FactorRule): Step[] {
  if (passes === 1) return rule.min <= 1 && rule.max >= 1 ? [{ next: 1, low: 1, count: 1 }] : [];
  const most = Math.min(rule.max, passes);
  if (!rule.imperfect || rule.min === most) {
    const candidates = rule.min === most ? [most] : divisors(passes);
    return candidates
      .filter((p) => p >= rule.min && p <= most && (rule.imperfect || passes % p === 0) && p >= 1)
      .map((p) => ({ next: Math.ceil(passes / p), low: p, count: 1 }));
  }
  const found: Step[] = [];
  for (const next of ceilQuotients(passes)) {
    const low = Math.max(rule.min, Math.ceil(passes / next));
    const high = Math.min(most, next === 1 ? passes : Math.floor((passes - 1) / (next - 1)));
    if (high >= low) found.push({ next, low, count: high - low + 1 });
  }
  return found;
}

/** Order of a slot's loops: fixed innermost ones, free ones, fixed outermost ones. */
export interface OrderRule {
  prefix: readonly number[];
  free: readonly number[];
  suffix: readonly number[];
}

/** The fan-out below a level and how its dimensions may spread over it. */
export interface SpreadRule {
  level: number;
  x: number;
  y: number;
  /** Most children in use, X and Y together. */
  most: number;
  /** 0: either axis, 1: X only, 2: Y only; per dimension. */
  axis: readonly number[];
  /** Most non-trivial loops along X and along Y beyond the placed ones; `null` where a split does not bind. */
  freePlaces: { x: number; y: number } | null;
  /** Order in which spatial loops are written, innermost first. */
  order: readonly number[];
}

/** A mapspace's choices, slot by slot, before any counting. Slot 2·level is spatial, 2·level + 1 temporal. */
export interface SpaceRules {
  /** `factors[slot · dimensions + dimension]`. */
  factors: readonly FactorRule[];
  /** By level; level 0 has a fixed order: it changes no count. */
  orders: readonly OrderRule[];
  spreads: readonly SpreadRule[];
  /** Least number of MACs that must work at once, as a product of spatial factors. */
  minParallel: number;
  /** `keep[level][dataSpace]`: true, false, or null where the search chooses. */
  keep: readonly (readonly (boolean | null)[])[];
  /** Bounds each dimension may be padded to, its own first. */
  bounds: readonly (readonly number[])[];
}

const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Lowers constraints to rules, or says which of them contradict each other slot by slot. */
export function spaceRules(
  architecture: Architecture,
  workload: Workload,
  kind: MapspaceKind,
  constraints: MapspaceConstraints,
): SpaceRules | Conflict {
  const nd = workload.dimensions.length;
  const levels = architecture.storage.length;
  const fan = architecture.storage.map((level, i) => {
    const child = i === 0 ? architecture.compute : architecture.storage[i - 1];
    return {
      x: Math.max(1, Math.floor(child.meshX / level.meshX)),
      y: Math.max(1, Math.floor(child.meshY / level.meshY)),
    };
  });
  const imperfect = (slot: SlotKind) =>
    kind === "ruby" || (kind === "ruby-s" && slot === "spatial") || (kind === "ruby-t" && slot === "temporal");
  const remainders = constraints.filter((c) => c.kind === "remainders");
  const restricted = remainders.some((c) => imperfect(c.slot));

  const factors: FactorRule[] = [];
  for (let level = 0; level < levels; level++) {
    for (const slot of ["spatial", "temporal"] as const) {
      const limits = remainders.filter((c) => c.level === level && c.slot === slot).map((c) => c.value);
      const free = imperfect(slot) && (!restricted || limits.length > 0);
      const widest = slot === "spatial" ? Math.max(fan[level].x, fan[level].y) : UNLIMITED;
      const max = free ? Math.min(widest, ...limits) : widest;
      for (let d = 0; d < nd; d++) factors.push({ min: 1, max, imperfect: free });
    }
  }
  for (const c of constraints) {
    if (c.kind !== "factor") continue;
    const rule = factors[(2 * c.level + (c.slot === "spatial" ? 0 : 1)) * nd + c.dimension];
    const value = c.value === 0 ? workload.dimensions[c.dimension].bound : c.value;
    if (c.relation !== "<=") rule.min = Math.max(rule.min, value);
    if (c.relation !== ">=") rule.max = Math.min(rule.max, value);
  }

  const orders: OrderRule[] = [];
  const spreads: SpreadRule[] = [];
  for (let level = 0; level < levels; level++) {
    const temporal = mergedOrder(constraints, level, "temporal", nd);
    if ("cause" in temporal) return temporal;
    const movable = (d: number) => workload.dimensions[d].bound > 1 && factors[(2 * level + 1) * nd + d].max > 1;
    orders.push(
      level === 0
        ? { prefix: [...temporal.prefix, ...temporal.free], free: [], suffix: temporal.suffix }
        : settled(temporal, movable),
    );
    if (fan[level].x * fan[level].y === 1) continue;
    const spread = spreadRule(constraints, level, fan[level], factors, workload);
    if ("cause" in spread) return spread;
    spreads.push(spread);
  }
  const keep = keepRules(constraints, levels, workload.dataSpaces.length);
  if ("cause" in keep) return keep;
  const share = Math.max(0, ...constraints.filter((c) => c.kind === "min-parallelism").map((c) => c.value));
  const all = fan.reduce((product, { x, y }) => product * x * y, 1);
  return {
    factors,
    orders,
    spreads,
    minParallel: Math.ceil(share * all - 1e-9),
    keep,
    bounds: workload.dimensions.map(({ bound }, d) =>
      kind === "padded" ? paddedBounds(bound, d, spreads, factors, nd) : [bound],
    ),
  };
}

/** Loops that can never have a factor above 1 take fixed places: their order is no choice. */
function settled(order: OrderRule, movable: (d: number) => boolean): OrderRule {
  return {
    prefix: [...order.prefix, ...order.free.filter((d) => !movable(d))],
    free: order.free.filter(movable),
    suffix: order.suffix,
  };
}

function mergedOrder(all: MapspaceConstraints, level: number, slot: SlotKind, nd: number): OrderRule | Conflict {
  const own = all.filter((c) => c.kind === "permutation").filter((c) => c.level === level && c.slot === slot);
  const order = orderOf(own, nd);
  if (order !== null) return order;
  // Two permutations agree or clash by themselves; one alone may repeat a dimension.
  const clash =
    own.map((c) => [c]).find((alone) => orderOf(alone, nd) === null) ??
    own.flatMap((c, i) => own.slice(i + 1).map((other) => [c, other])).find((pair) => orderOf(pair, nd) === null) ??
    own;
  return { ids: clash.map((c) => c.id).sort((x, y) => x - y), cause: "permutation", level };
}

/** The order several permutations ask for together; null where they cannot all hold. */
function orderOf(own: readonly PermutationConstraint[], nd: number): OrderRule | null {
  let prefix: readonly number[] = [];
  let suffix: readonly number[] = [];
  for (const c of own) {
    const longer = c.prefix.length > prefix.length ? c.prefix : prefix;
    if (![prefix, c.prefix].every((p) => p.every((d, i) => longer[i] === d))) return null;
    prefix = longer;
    const outer = c.suffix.length > suffix.length ? c.suffix : suffix;
    if (![suffix, c.suffix].every((s) => s.every((d, i) => outer[outer.length - s.length + i] === d))) return null;
    suffix = outer;
  }
  const placed = [...prefix, ...suffix];
  if (new Set(placed).size !== placed.length) return null;
  const free = Array.from({ length: nd }, (_, d) => d).filter((d) => !placed.includes(d));
  return { prefix, free, suffix };
}

function spreadRule(
  all: MapspaceConstraints,
  level: number,
  fan: { x: number; y: number },
  factors: readonly FactorRule[],
  workload: Workload,
): SpreadRule | Conflict {
  const nd = workload.dimensions.length;
  const order = mergedOrder(all, level, "spatial", nd);
  if ("cause" in order) return order;
  const splits = all.filter((c) => c.kind === "split").filter((c) => c.level === level);
  if (splits.some((c) => c.value !== splits[0].value)) {
    const other = splits.find((c) => c.value !== splits[0].value)!;
    return { ids: [splits[0].id, other.id].sort((a, b) => a - b), cause: "split", level };
  }
  const axis: number[] = new Array(nd).fill(fan.x === 1 ? 2 : fan.y === 1 ? 1 : 0);
  let freePlaces: { x: number; y: number } | null = null;
  if (splits.length > 0) {
    const split = splits[0].value;
    // A loop pinned to an axis without room may still have factor 1: the fan-out rule sees to that.
    order.prefix.forEach((d, i) => {
      axis[d] = i < split ? 1 : 2;
    });
    order.suffix.forEach((d, i) => {
      axis[d] = nd - order.suffix.length + i < split ? 1 : 2;
    });
    const x = Math.min(order.free.length, Math.max(0, split - order.prefix.length));
    const y = order.free.length - x;
    if (x === 0 || y === 0) for (const d of order.free) axis[d] = y === 0 ? 1 : 2;
    else freePlaces = { x, y };
  }
  const most = Math.min(
    fan.x * fan.y,
    ...all
      .filter((c) => c.kind === "max-fanout")
      .filter((c) => c.level === level)
      .map((c) => c.value),
  );
  const used = (d: number) => factors[2 * level * nd + d].max > 1 && workload.dimensions[d].bound > 1;
  return {
    level,
    ...fan,
    most,
    axis,
    freePlaces: order.free.some(used) ? freePlaces : null,
    order: [...order.prefix, ...order.free, ...order.suffix],
  };
}

function keepRules(all: MapspaceConstraints, levels: number, dataSpaces: number): (boolean | null)[][] | Conflict {
  const keep = Array.from({ length: levels }, (_, level) =>
    new Array<boolean | null>(dataSpaces).fill(level === levels - 1 ? true : null),
  );
  const by = new Map<string, number>();
  for (const c of all) {
    if (c.kind !== "keep") continue;
    const key = `${c.level} ${c.dataSpace}`;
    const other = by.get(key);
    if (other !== undefined && keep[c.level][c.dataSpace] !== c.keep) {
      return { ids: [Math.min(other, c.id), Math.max(other, c.id)], cause: "keep", level: c.level };
    }
    by.set(key, c.id);
    keep[c.level][c.dataSpace] = c.keep;
  }
  for (let v = 0; v < dataSpaces; v++) {
    if (keep.every((row) => row[v] === false)) {
      return { ids: all.filter((c) => c.kind === "keep" && c.dataSpace === v).map((c) => c.id), cause: "keep" };
    }
  }
  return keep;
}

/** The bound itself and its next multiples of the arrays it may spread over (Ruby, Sec. V: padding). */
function paddedBounds(
  bound: number,
  d: number,
  spreads: readonly SpreadRule[],
  factors: readonly FactorRule[],
  nd: number,
): number[] {
  const bounds = new Set([bound]);
  for (const spread of spreads) {
    const most = factors[2 * spread.level * nd + d].max;
    for (const [size, other] of [
      [spread.x, 2],
      [spread.y, 1],
    ]) {
      if (size > 1 && size <= most && size < bound && spread.axis[d] !== other)
        bounds.add(Math.ceil(bound / size) * size);
    }
  }
  return [...bounds];
}
