import type { Mapspace } from "../../mapspace/mapspace.ts";
import { solveGeometricProgram } from "../../numeric/geometric-program.ts";
import type { Objective } from "../objective.ts";
import { type Family, type LoopRanges, loopRanges } from "./loops.ts";
import type { Machine } from "./machine.ts";
import { type OrderClass, orderClasses, symmetries } from "./orders.ts";
import { valueAt } from "./posynomials.ts";
import { type LoopProgram, loopProgram } from "./program.ts";

export interface GpStatistics {
  /** Programs: one per choice of a class of orders for every temporal slot. */
  programs: number;
  infeasible: number;
  unsolved: number;
  newtonSteps: number;
  /** Programs whose whole mappings were tried. */
  rounded: number;
}

/** One solved program. */
export interface Relaxed {
  family: Family;
  classes: readonly OrderClass[];
  ranges: LoopRanges;
  loops: LoopProgram;
  /** Optimal values of the program's variables. */
  x: Float64Array;
  /** Objective at the optimum, constants taken off. */
  value: number;
  /** The same less the duality gap. */
  bound: number;
}

/** Families in the order they are tried; the last only where the others have no solution. */
export const families: readonly Family[] = [
  { kernels: "inner", sums: "in-time" },
  { kernels: "rows", sums: "in-time" },
  { kernels: "spread", sums: "in-time" },
  { kernels: "spread", sums: "in-space" },
  { kernels: "tiled", sums: "in-time" },
];

/**
 * Solves the programs of all classes of a family, one per step; the statistics are written into. Those whose optimum is
 * above `tooMuch` are given up as soon as that is known.
 */
export function* relaxations(
  mapspace: Mapspace,
  machine: Machine,
  objective: Objective,
  family: Family,
  statistics: GpStatistics,
  { given, tooMuch }: { given?: readonly (readonly OrderClass[])[]; tooMuch: () => number },
): Generator<Relaxed | null> {
  const ranges = loopRanges(mapspace, family);
  let least = Number.POSITIVE_INFINITY;
  const again = family.sums !== "in-space" && objective !== "latency" ? 1.3 : 1;
  for (const classes of given ?? classChoices(mapspace, machine, ranges)) {
    const most = Math.max(tooMuch(), again * least);
    const solved = solve(mapspace, machine, objective, { family, classes, ranges }, statistics, 0, most);
    yield solved;
    if (solved === null) continue;
    least = Math.min(least, solved.value);
    if (again === 1 || solved.value > again * least) continue;
    // First writes of partial sums once more, around the additions in time found and around few of them.
    const found = valueAt(solved.loops.reductionTrips, solved.x);
    for (const additions of [found, 2.5]) {
      if (additions <= 1.05) continue;
      yield solve(mapspace, machine, objective, solved, statistics, additions, Math.max(tooMuch(), least));
    }
  }
}

/** The optimum of one program; null where it has none, or none below `tooMuch`. */
export function solve(
  mapspace: Mapspace,
  machine: Machine,
  objective: Objective,
  { family, classes, ranges }: Pick<Relaxed, "family" | "classes" | "ranges">,
  statistics: GpStatistics,
  accumulated = 0,
  tooMuch = Number.POSITIVE_INFINITY,
): Relaxed | null {
  const loops = loopProgram(mapspace.workload, machine, ranges, classes, objective, { sums: family.sums, accumulated });
  const constant = objective === "energy" ? loops.constantPj : 0;
  const outcome = solveGeometricProgram(loops.program, { gap: 1e-3, tooMuch: tooMuch - constant });
  statistics.programs++;
  statistics.newtonSteps += outcome.steps;
  if (outcome.status === "above") return null;
  if (outcome.status !== "optimal") {
    if (outcome.status === "infeasible") statistics.infeasible++;
    else statistics.unsolved++;
    return null;
  }
  return {
    family,
    classes,
    ranges,
    loops,
    x: outcome.x,
    value: outcome.value + constant,
    bound: outcome.bound + constant,
  };
}

/**
 * One class of orders per temporal slot outside the innermost level, mirror images left out; and the same where inner
 * slots have no loops at all, so that a tile stays in place through the loops further out.
 */
export function* classChoices(mapspace: Mapspace, machine: Machine, ranges: LoopRanges): Generator<OrderClass[]> {
  const { workload, rules } = mapspace;
  const nd = workload.dimensions.length;
  const all = workload.dimensions.map((_, d) => d);
  const levels = machine.levels.length;
  const movable = (slot: number) => all.filter((d) => ranges.max[slot * nd + d] > 1);
  const renamings = symmetries(workload).filter((p) =>
    ranges.min.every((low, at) => {
      const image = at - (at % nd) + p[at % nd];
      return ranges.min[image] === low && ranges.max[image] === ranges.max[at];
    }),
  );
  const canBeEmpty = (l: number) => all.every((d) => ranges.min[(2 * l + 1) * nd + d] === 1);
  for (let empty = 0; empty < 1 << (levels - 2); empty++) {
    const isEmpty = (l: number) => l < levels - 1 && ((empty >> (l - 1)) & 1) === 1;
    const filled = all.length === 0 ? [] : machine.levels.flatMap((_, l) => (l > 0 && !isEmpty(l) ? [l] : []));
    if (machine.levels.some((_, l) => l > 0 && isEmpty(l) && !canBeEmpty(l))) continue;
    const perLevel = filled.map((level, i) => {
      const from = i === 0 ? 1 : filled[i - 1] + 1;
      const inner = Array.from({ length: level - from + 1 }, (_, k) => from + k);
      return orderClasses(workload, {
        level,
        inner,
        ...rules.orders[level],
        moving: movable(2 * level + 1),
        copied: workload.dataSpaces.map((_, v) => inner.some((l) => machine.levels[l - 1].keep[v])),
        spreading: [...new Set(inner.flatMap((l) => (machine.levels[l].fanout > 1 ? movable(2 * l) : [])))],
      });
    });
    const seen = new Set<string>();
    const chosen: OrderClass[] = [];
    const from = function* (i: number): Generator<OrderClass[]> {
      if (i === perLevel.length) {
        const names = [all, ...renamings].map((p) => chosen.map((c) => className(c, p)).join("/"));
        if (names.some((name) => seen.has(name))) return;
        seen.add(names[0]);
        yield [...chosen];
        return;
      }
      for (const c of perLevel[i]) {
        chosen[i] = c;
        yield* from(i + 1);
      }
    };
    yield* from(0);
  }
}

function className({ rules, unspread }: OrderClass, rename: readonly number[]): string {
  const set = (list: readonly number[]) =>
    list
      .map((d) => rename[d])
      .sort()
      .join("");
  return `${rules.map((r) => `${set(r.hoisted)}~${r.slides < 0 ? "" : rename[r.slides]}`).join()}:${set(unspread)}`;
}
