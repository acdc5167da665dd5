import type { Mapspace } from "../../mapspace/mapspace.ts";
import { copyPoint, type MapspacePoint } from "../../mapspace/point.ts";
import type { Cost } from "../../model/cost.ts";
import type { Architecture } from "../../model/types.ts";
import { divisors } from "../../numeric/divisors.ts";
import { solveGeometricProgram } from "../../numeric/geometric-program.ts";
import { PointCosts } from "../costing.ts";
import { type Objective, objectiveValue } from "../objective.ts";
import type { Incumbent, Search, SearchProgress } from "../progress.ts";
import { placeOnAxes } from "./axes.ts";
import { trimmed, type WholeTrips, wholeTrips } from "./integers.ts";
import { type Family, type LoopRanges, loopRanges } from "./loops.ts";
import { type Machine, machineOf } from "./machine.ts";
import { type OrderClass, orderClasses, symmetries } from "./orders.ts";
import { valueAt } from "./posynomials.ts";
import { type LoopProgram, loopProgram } from "./program.ts";
import { widestSpreads } from "./spreads.ts";

export interface GpStatistics {
  /** Programs: one per choice of a class of orders for every temporal slot. */
  programs: number;
  infeasible: number;
  unsolved: number;
  newtonSteps: number;
  /** Programs whose whole mappings were tried. */
  rounded: number;
}

export interface GpProgress extends SearchProgress {
  /** Least optimum of all programs solved, in the program's own counting; `null` before the first. */
  relaxed: number | null;
  statistics: GpStatistics;
}

export interface GpOptions {
  objective: Objective;
  /** Mappings tried at most; none by default. */
  evaluations?: number | null;
  /** Divisors tried per slot. */
  nearest?: number;
  /** Whole mappings tried per program. */
  perProgram?: number;
  /** Programs rounded, best first. */
  programs?: number;
  /** Solve these alone: families and classes of orders that were best on a machine much like this one. */
  only?: readonly Pick<Relaxed, "family" | "classes">[];
}

/** Why `gp` has nothing to choose on an architecture; null where it has. */
export function gpRefusal(architecture: Architecture): "one-level" | null {
  return architecture.storage.length < 2 ? "one-level" : null;
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

function solve(
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

/**
 * Geometric programming (Vaidya et al., CGO 2022): real trip counts that are optimal for each class of orders, then
 * the whole ones nearest to them, costed by the reference model. Proves nothing about the mapspace, so `bound` is null.
 */
export function* gpSearch(mapspace: Mapspace, options: GpOptions): Search<GpProgress> {
  const search = new GpSearch(mapspace, options);
  yield* search.run();
  const result = search.progress(true);
  yield result;
  return result;
}

/** Programs rounded with all choices; those after them with an eighth. */
const thorough = 12;
/** Mappings tried by exchanges after which no other begins. */
const mostExchanged = 30_000;

/** A divisor that goes from one factor to another of the same dimension. */
interface Shift {
  from: number;
  to: number;
  by: number;
}

class GpSearch {
  private readonly mapspace: Mapspace;
  private readonly options: GpOptions;
  private readonly costs: PointCosts;
  private readonly point: MapspacePoint;
  private readonly bestPoint: MapspacePoint;
  private readonly cost: Cost = { energyPj: 0, cycles: 0 };
  private readonly statistics: GpStatistics = { programs: 0, infeasible: 0, unsolved: 0, newtonSteps: 0, rounded: 0 };
  private evaluations = 0;
  private valid = 0;
  private best: Incumbent | null = null;
  /** The best of the program at hand. */
  private ownValue = Number.POSITIVE_INFINITY;
  private readonly ownPoint: MapspacePoint;
  private exchanged = 0;
  private relaxed: number | null = null;

  constructor(mapspace: Mapspace, options: GpOptions) {
    this.mapspace = mapspace;
    this.options = options;
    this.costs = new PointCosts(mapspace);
    this.point = mapspace.createPoint();
    this.bestPoint = mapspace.createPoint();
    this.ownPoint = mapspace.createPoint();
  }

  progress(done: boolean): GpProgress {
    return {
      evaluations: this.evaluations,
      valid: this.valid,
      best: this.best,
      bound: null,
      done,
      relaxed: this.relaxed,
      statistics: { ...this.statistics },
    };
  }

  *run(): Generator<GpProgress> {
    if (gpRefusal(this.mapspace.architecture) !== null) return;
    const { perProgram = 2000, programs = 60, objective } = this.options;
    const machine = machineOf(this.mapspace);
    const { only } = this.options;
    for (const group of [families.slice(0, -1), families.slice(-1)]) {
      const solved: Relaxed[] = [];
      const rounded = new LeastValues(programs);
      for (const family of group) {
        const given = only?.filter((one) => one.family === family).map((one) => one.classes);
        const limits = { given, tooMuch: () => rounded.largest };
        for (const one of relaxations(this.mapspace, machine, objective, family, this.statistics, limits)) {
          if (one !== null) {
            solved.push(one);
            rounded.add(one.value);
            this.relaxed = Math.min(this.relaxed ?? Number.POSITIVE_INFINITY, one.value);
          }
          yield this.progress(false);
        }
      }
      solved.sort((a, b) => a.value - b.value);
      for (const [rank, one] of solved.slice(0, programs).entries()) {
        this.statistics.rounded++;
        const least: number = this.best?.value ?? Number.POSITIVE_INFINITY;
        this.ownValue = Number.POSITIVE_INFINITY;
        this.round(one, rank < thorough ? perProgram : perProgram / 8);
        // An equal value is most often the same mapping.
        const promising = only === undefined && this.ownValue !== least && this.ownValue < 1.003 * least;
        if (promising && this.exchanged < mostExchanged) yield* this.exchange();
        yield this.progress(false);
      }
      if (objective !== "energy") yield* this.widen(solved.filter(firstOfFamily), machine, perProgram);
      if (this.best !== null) break;
    }
    if (this.best !== null && only === undefined) {
      for (let before: Incumbent | null = null; before !== this.best; ) {
        before = this.best;
        this.reorder(machine);
        this.ownValue = this.best.value;
        copyPoint(this.bestPoint, this.ownPoint);
        yield* this.exchange();
      }
    }
  }

  /** Tries whole trip counts near the real ones of a solved program. */
  private round({ classes, ranges, loops, x }: Relaxed, most: number): void {
    const { workload, rules } = this.mapspace;
    const { point } = this;
    const nd = workload.dimensions.length;
    const levels = this.mapspace.architecture.storage.length;
    const real = (slot: number, d: number) => {
      const variable = loops.trips[slot * nd + d];
      return variable < 0 ? 1 : x[variable];
    };
    const lists = trimmed(
      workload.dimensions.map(({ bound }, d) =>
        wholeTrips(bound, d, nd, ranges, (slot) => real(slot, d), this.options.nearest ?? 3),
      ),
      most,
    );
    this.writeFrame(classes);
    const used = new Float64Array((nd + 1) * levels).fill(1);
    const limit = (l: number) => rules.spreads.find((spread) => spread.level === l)?.most ?? 1;
    const limits = Array.from({ length: levels }, (_, l) => limit(l));
    const place = (d: number): void => {
      if (d === nd) {
        this.offer();
        return;
      }
      for (const { factors } of lists[d]) {
        let fits = true;
        for (let l = 0; l < levels && fits; l++) {
          used[(d + 1) * levels + l] = used[d * levels + l] * factors[2 * l];
          fits = used[(d + 1) * levels + l] <= limits[l];
        }
        if (!fits) continue;
        writeFactors(point, d, nd, factors);
        place(d + 1);
      }
    };
    place(0);
  }

  /** Cycles hang on how many units work: solves once more with the whole spatial factors that use most of them. */
  private *widen(solved: readonly Relaxed[], machine: Machine, most: number): Generator<GpProgress> {
    const { rules, workload } = this.mapspace;
    const nd = workload.dimensions.length;
    const [widest] = [...rules.spreads].sort((a, b) => b.most - a.most);
    if (widest === undefined) return;
    const slot = 2 * widest.level;
    const bounds = workload.dimensions.map((d) => d.bound);
    for (const one of solved) {
      const real = (d: number) => {
        const variable = one.loops.trips[slot * nd + d];
        return variable < 0 ? one.ranges.min[slot * nd + d] : one.x[variable];
      };
      for (const factors of widestSpreads(bounds, slot, widest.most, one.ranges, real, 8)) {
        const ranges = { min: Float64Array.from(one.ranges.min), max: Float64Array.from(one.ranges.max) };
        ranges.min.set(factors, slot * nd);
        ranges.max.set(factors, slot * nd);
        const again = solve(this.mapspace, machine, this.options.objective, { ...one, ranges }, this.statistics);
        if (again !== null) this.round(again, Math.ceil(most / 8));
        yield this.progress(false);
      }
    }
  }

  /** What all whole mappings of a class share. */
  private writeFrame(classes: readonly OrderClass[]): void {
    const { workload, rules } = this.mapspace;
    const { point } = this;
    const nd = workload.dimensions.length;
    workload.dimensions.forEach(({ bound }, d) => {
      point.bounds[d] = bound;
    });
    rules.orders.forEach(({ prefix, free, suffix }, l) => {
      const order = classes.find((c) => c.level === l)?.order ?? [...prefix, ...free, ...suffix];
      order.forEach((d, i) => {
        point.orders[l * nd + i] = d;
      });
    });
    rules.keep.forEach((row, l) => {
      point.keep[l] = row.reduce((mask, keep, v) => (keep === false ? mask : mask | (1 << v)), 0);
    });
  }

  private offer(): void {
    const { point, mapspace, costs } = this;
    const { rules } = mapspace;
    if (this.evaluations >= (this.options.evaluations ?? Number.POSITIVE_INFINITY)) return;
    const nd = point.bounds.length;
    let parallel = 1;
    for (const spread of rules.spreads) {
      const at = 2 * spread.level * nd;
      const factors = point.factors.subarray(at, at + nd);
      if (!placeOnAxes(spread, factors, point.alongY, spread.level * nd, nd)) return;
      for (let d = 0; d < nd; d++) parallel *= factors[d];
    }
    this.evaluations++;
    if (parallel < rules.minParallel) return;
    if (!costs.fits(point)) return;
    this.valid++;
    costs.cost(point, this.cost);
    const { energyPj, cycles } = this.cost;
    const value = objectiveValue(this.options.objective, energyPj, cycles);
    if (value < this.ownValue) {
      this.ownValue = value;
      copyPoint(point, this.ownPoint);
    }
    const { best } = this;
    const ties = best !== null && value === best.value && energyPj * cycles < best.energyPj * best.cycles;
    if (best !== null && !(value < best.value) && !ties) return;
    copyPoint(point, this.bestPoint);
    this.best = { mapping: mapspace.mapping(point), bounds: Array.from(point.bounds), energyPj, cycles, value };
  }

  /** Tries every class of orders on the factors of the best mapping: loops of one trip let copies move further. */
  private reorder(machine: Machine): void {
    const ranges = loopRanges(this.mapspace, { kernels: "tiled", sums: "in-time" });
    const nd = this.point.bounds.length;
    const found = copyPoint(this.bestPoint, this.mapspace.createPoint());
    for (let at = 0; at < ranges.max.length; at++) {
      ranges.max[at] = found.factors[at];
      ranges.min[at] = found.factors[at];
    }
    for (const classes of classChoices(this.mapspace, { ...machine }, ranges)) {
      copyPoint(found, this.point);
      for (const { level, order } of classes)
        order.forEach((d, i) => {
          this.point.orders[level * nd + i] = d;
        });
      this.offer();
    }
  }

  /**
   * Moves divisors from one slot to another, in two dimensions at once, while that helps: from the best mapping of the
   * program at hand, which rounding each dimension by itself may have missed.
   */
  private *exchange(): Generator<GpProgress> {
    const ranges = loopRanges(this.mapspace, { kernels: "tiled", sums: "in-time" });
    const { point, ownPoint } = this;
    const nd = point.bounds.length;
    const shifts = this.shifts(ranges.max.length / nd);
    const tried = this.evaluations;
    const apply = ({ from, to, by }: Shift): boolean => {
      const [less, more] = [point.factors[from] / by, point.factors[to] * by];
      if (less % 1 !== 0 || less < ranges.min[from] || more > ranges.max[to]) return false;
      for (const factors of [point.factors, point.residuals]) {
        factors[from] = less;
        factors[to] = more;
      }
      return true;
    };
    for (let before = Number.POSITIVE_INFINITY; this.ownValue < before; ) {
      before = this.ownValue;
      for (const first of shifts) {
        copyPoint(ownPoint, point);
        if (!apply(first)) continue;
        this.offer();
        for (const second of shifts) {
          copyPoint(ownPoint, point);
          if (second.from % nd > first.from % nd && apply(first) && apply(second)) this.offer();
        }
        yield this.progress(false);
      }
    }
    this.exchanged += this.evaluations - tried;
  }

  private shifts(slots: number): Shift[] {
    const { bounds } = this.point;
    const nd = bounds.length;
    const all: Shift[] = [];
    bounds.forEach((bound, d) => {
      for (const by of divisors(bound).slice(1)) {
        for (let i = 0; i < slots; i++) {
          for (let j = 0; j < slots; j++) if (i !== j) all.push({ from: i * nd + d, to: j * nd + d, by });
        }
      }
    });
    return all;
  }
}

/** The `count` least of some values. */
class LeastValues {
  private readonly values: number[] = [];
  private readonly count: number;

  constructor(count: number) {
    this.count = count;
  }

  add(value: number): void {
    if (!(value < this.largest)) return;
    this.values.push(value);
    this.values.sort((a, b) => a - b);
    if (this.values.length > this.count) this.values.pop();
  }

  /** Infinite while there are fewer. */
  get largest(): number {
    return this.values.length < this.count ? Number.POSITIVE_INFINITY : this.values[this.count - 1];
  }
}

const firstOfFamily = (one: Relaxed, i: number, all: readonly Relaxed[]) =>
  all.findIndex((other) => other.family === one.family) === i;

function writeFactors(point: MapspacePoint, d: number, nd: number, factors: WholeTrips["factors"]): void {
  factors.forEach((f, slot) => {
    point.factors[slot * nd + d] = f;
    point.residuals[slot * nd + d] = f;
  });
}
