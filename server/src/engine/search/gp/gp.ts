import type { Mapspace } from "../../mapspace/mapspace.ts";
import { copyPoint, type MapspacePoint } from "../../mapspace/point.ts";
import type { Cost } from "../../model/cost.ts";
import type { Architecture } from "../../model/types.ts";
import { divisors } from "../../numeric/divisors.ts";
import { PointCosts } from "../costing.ts";
import { type Objective, objectiveValue } from "../objective.ts";
import type { Incumbent, Search, SearchProgress } from "../progress.ts";
import { TriedSample } from "../tried.ts";
import { placeOnAxes } from "./axes.ts";
import { trimmed, type WholeTrips, wholeTrips } from "./integers.ts";
import { loopRanges } from "./loops.ts";
import { type Machine, machineOf } from "./machine.ts";
import type { OrderClass } from "./orders.ts";
import { classChoices, families, type GpStatistics, type Relaxed, relaxations, solve } from "./relaxations.ts";
import { widestSpreads } from "./spreads.ts";

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
  private readonly tried = new TriedSample();
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
      tried: this.tried.take(),
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
    this.tried.add(energyPj, cycles);
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
