import type { DataSpace, Workload } from "../../model/types.ts";
import type { HoistRule } from "./volumes.ts";

/** A class of orders of one temporal slot: all of them move the same data. */
export interface OrderClass {
  /** Temporal level. */
  level: number;
  /** One order of the class, innermost first, of all dimensions. */
  order: readonly number[];
  /** By data space. */
  rules: readonly HoistRule[];
  /** Dimensions that must not spread below this level, for the windows to overlap from step to step. */
  unspread: readonly number[];
  /** This level and those inside it without loops in time: the spatial slots between this slot and the next inner one. */
  inner: readonly number[];
}

export interface SlotOrders {
  level: number;
  inner: readonly number[];
  prefix: readonly number[];
  free: readonly number[];
  suffix: readonly number[];
  /** Dimensions that may have loops here. */
  moving: readonly number[];
  /** By data space: does a copy of it stand just inside this slot? Orders matter for these only. */
  copied: readonly boolean[];
  /** Dimensions that may spread between this level and the one inside. */
  spreading: readonly number[];
}

/**
 * The classes of orders of a slot that can be best. Orders with the same hoisting are one class; a class that hoists
 * no more than another in any data space is dropped, as in the paper (which stops as soon as nothing can hoist).
 */
export function orderClasses(workload: Workload, slot: SlotOrders): OrderClass[] {
  const found = new Map<string, OrderClass & { grades: Int8Array }>();
  const moving = (d: number) => slot.moving.includes(d);
  const windowed = workload.dimensions.map((_, d) =>
    workload.dataSpaces.map((space) =>
      space.ranks.some((rank) => rank.length > 1 && rank.some((t) => t.dimension === d)),
    ),
  );
  const still = slot.free.filter((d) => !moving(d));
  for (const free of permutations(slot.free.filter(moving))) {
    const order = [...slot.prefix, ...free, ...still, ...slot.suffix];
    const loops = order.filter(moving);
    const firsts = workload.dataSpaces.map((space) => {
      const at = loops.findIndex((d) => contains(space, d));
      return at < 0 ? loops.length : at;
    });
    // Windows overlap from step to step only where neighbours do not take the next positions.
    const sliding = new Set(
      firsts.flatMap((at, v) => (slot.copied[v] && at < loops.length && windowed[loops[at]][v] ? [loops[at]] : [])),
    );
    const choices = subsets([...sliding].filter((d) => slot.spreading.includes(d)));
    for (const unspread of choices) {
      const rules = firsts.map((at, v): HoistRule => {
        const d = at < loops.length ? loops[at] : -1;
        const slides = d >= 0 && windowed[d][v] && (!slot.spreading.includes(d) || unspread.includes(d));
        return { hoisted: loops.slice(0, at), slides: slides ? d : -1 };
      });
      const grades = gradesOf(workload, rules, (d, v) => slot.copied[v] && moving(d));
      const key = `${grades.join("")}|${unspread.join()}`;
      if (!found.has(key)) found.set(key, { level: slot.level, inner: slot.inner, order, rules, unspread, grades });
    }
  }
  const all = [...found.values()];
  return all
    .filter((own) => !all.some((other) => other !== own && dominates(other, own)))
    .map(({ grades: _, ...own }) => own);
}

function contains(space: DataSpace, dimension: number): boolean {
  return space.ranks.some((rank) => rank.some((t) => t.dimension === dimension));
}

/** Per data space and dimension: 0 where its trip count costs nothing, 1 where it only widens the window, 2 in full. */
function gradesOf(
  workload: Workload,
  rules: readonly HoistRule[],
  moving: (d: number, v: number) => boolean,
): Int8Array {
  const nd = workload.dimensions.length;
  const grades = new Int8Array(rules.length * nd).fill(2);
  rules.forEach((rule, v) => {
    for (let d = 0; d < nd; d++) if (!moving(d, v) || rule.hoisted.includes(d)) grades[v * nd + d] = 0;
    if (rule.slides >= 0) grades[v * nd + rule.slides] = Math.min(1, grades[v * nd + rule.slides]);
  });
  return grades;
}

function dominates(
  a: { grades: Int8Array; unspread: readonly number[] },
  b: { grades: Int8Array; unspread: readonly number[] },
): boolean {
  return a.grades.every((grade, i) => grade <= b.grades[i]) && a.unspread.every((d) => b.unspread.includes(d));
}

/** Ways to exchange dimensions that leave a workload as it is (height and width of a square layer), not the identity. */
export function symmetries(workload: Workload): number[][] {
  const nd = workload.dimensions.length;
  const shape = (rename: readonly number[]) =>
    workload.dataSpaces
      .map((space) =>
        space.ranks
          .map((rank) =>
            rank
              .map((t) => `${rename[t.dimension]}*${t.coefficient}`)
              .sort()
              .join("+"),
          )
          .sort()
          .join(),
      )
      .join("|");
  const identity = Array.from({ length: nd }, (_, d) => d);
  const plain = shape(identity);
  const exchanges: number[][] = [];
  for (let a = 0; a < nd; a++) {
    for (let b = a + 1; b < nd; b++) {
      if (workload.dimensions[a].bound === workload.dimensions[b].bound) {
        exchanges.push(identity.map((d) => (d === a ? b : d === b ? a : d)));
      }
    }
  }
  const pairs = exchanges.flatMap((first, i) =>
    exchanges.slice(i + 1).map((second) => identity.map((d) => second[first[d]])),
  );
  const isOwnInverse = (p: readonly number[]) => p.every((to, d) => p[to] === d);
  return [...exchanges, ...pairs].filter((p) => isOwnInverse(p) && shape(p) === plain);
}

function subsets(items: readonly number[]): number[][] {
  return Array.from({ length: 1 << items.length }, (_, mask) => items.filter((_item, i) => (mask >> i) & 1));
}

function* permutations(items: readonly number[]): Generator<number[]> {
  if (items.length <= 1) {
    yield [...items];
    return;
  }
  for (let i = 0; i < items.length; i++) {
    for (const rest of permutations([...items.slice(0, i), ...items.slice(i + 1)])) yield [items[i], ...rest];
  }
}
