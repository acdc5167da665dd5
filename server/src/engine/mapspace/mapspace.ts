import type { Architecture, Mapping, Workload } from "../model/types.ts";
import { factorial } from "../numeric/divisors.ts";
import type { Prng } from "../numeric/prng.ts";
import { DimensionChains, type Profile } from "./chains.ts";
import type { MapspaceConstraints, MapspaceKind } from "./constraints.ts";
import { createPoint, type Directives, type MapspacePoint, toMapping } from "./point.ts";
import type { SpaceRules } from "./rules.ts";
import { SharedSpread } from "./spread.ts";

/** Sizes of a mapspace's independent parts and their product. */
export interface MapspaceCount {
  factorisations: bigint;
  orders: bigint;
  keeps: bigint;
  total: bigint;
}

/**
 * A set of mappings: factors (with their spread over X and Y) × orders of temporal loops × keep or bypass, under
 * fan-outs and constraints; capacity and least utilisation are not part of it. Counted and sampled by closed forms
 * and small tables, enumerated lazily: nothing here grows with the number of mappings.
 */
export class Mapspace {
  readonly kind: MapspaceKind;
  readonly rules: SpaceRules;
  readonly architecture: Architecture;
  readonly workload: Workload;
  readonly directives: readonly Directives[];
  readonly profiles: readonly (readonly Profile[])[];
  private readonly chains: readonly DimensionChains[];
  private readonly spread: SharedSpread;
  private readonly picked: Int32Array;

  constructor(
    architecture: Architecture,
    workload: Workload,
    kind: MapspaceKind,
    rules: SpaceRules,
    constraints: MapspaceConstraints,
  ) {
    this.kind = kind;
    this.rules = rules;
    this.architecture = architecture;
    this.workload = workload;
    this.directives = directivesOf(constraints, architecture.storage.length, workload.dataSpaces.length);
    const nd = workload.dimensions.length;
    this.chains = workload.dimensions.map((_, d) => {
      const own = rules.factors.filter((_rule, i) => i % nd === d);
      return new DimensionChains(
        own,
        rules.spreads.map((s) => 2 * s.level),
      );
    });
    this.profiles = workload.dimensions.map((_, d) => this.dimensionProfiles(d));
    this.spread = new SharedSpread(rules, this.profiles);
    this.picked = new Int32Array(nd);
  }

  /** A point with everything in it that no mapping of the space chooses. */
  createPoint(): MapspacePoint {
    const point = createPoint(this.architecture.storage.length, this.workload.dimensions.length);
    point.bounds.set(this.rules.bounds.map((bounds) => bounds[0]));
    for (let level = 0; level < this.rules.orders.length; level++) {
      const at = this.writeFixedOrder(point, level) + this.rules.orders[level].prefix.length;
      point.orders.set(this.rules.orders[level].free, at);
    }
    return point;
  }

  get isEmpty(): boolean {
    return this.spread.total === 0;
  }

  /** Number of mappings, exactly. */
  count(): MapspaceCount {
    const factorisations = this.spread.exactTotal((d, profile) =>
      profile.count < 2 ** 52
        ? BigInt(profile.count)
        : this.chains[d].exactCount(this.rules.bounds[d][profile.bound], profile.factors),
    );
    const orders = this.rules.orders.reduce((n, order) => n * factorial(order.free.length), 1n);
    const undecided = this.rules.keep.flat().filter((k) => k === null).length;
    const keeps = 1n << BigInt(undecided);
    return { factorisations, orders, keeps, total: factorisations * orders * keeps };
  }

  /** Draws a mapping; each is equally likely. */
  sample(random: Prng, point: MapspacePoint): void {
    this.sampleTiles(random, point);
    this.sampleOrders(random, point);
  }

  /** The part of a draw that says which tiles are kept where: factors, their spread, kept data spaces. */
  sampleTiles(random: Prng, point: MapspacePoint): void {
    this.sampleFactors(random, point);
    this.sampleKeep(random, point);
  }

  /** Draws the factors of all dimensions; each factorisation is equally likely. */
  sampleFactors(random: Prng, point: MapspacePoint): void {
    const nd = this.workload.dimensions.length;
    this.spread.sample(random, this.picked);
    for (let d = 0; d < nd; d++) {
      // Dimensions of one iteration have factor 1 everywhere, as points are made.
      if (this.rules.bounds[d][0] > 1) this.sampleDimension(random, point, d, this.picked[d]);
    }
  }

  /** The rest of it; orders do not depend on the tiles. */
  sampleOrders(random: Prng, point: MapspacePoint): void {
    for (let level = 0; level < this.rules.orders.length; level++) this.sampleOrder(random, point, level);
  }

  /** Draws the factors of one dimension of a given spread (an index into `profiles[d]`). */
  sampleDimension(random: Prng, point: MapspacePoint, d: number, index: number): void {
    const nd = this.workload.dimensions.length;
    const profile = this.profiles[d][index];
    point.spread[d] = index;
    const bound = this.rules.bounds[d][profile.bound];
    this.chains[d].sample(bound, profile, random, point.factors, point.residuals, nd, d);
    this.writeProfile(point, d, profile);
  }

  sampleOrder(random: Prng, point: MapspacePoint, level: number): void {
    const { prefix, free } = this.rules.orders[level];
    if (free.length < 2) return;
    const { orders } = point;
    const at = level * this.workload.dimensions.length + prefix.length;
    for (let i = 0; i < free.length; i++) orders[at + i] = free[i];
    for (let i = free.length - 1; i > 0; i--) {
      const j = random.below32(i + 1);
      const kept = orders[at + i];
      orders[at + i] = orders[at + j];
      orders[at + j] = kept;
    }
  }

  sampleKeep(random: Prng, point: MapspacePoint): void {
    for (let level = 0; level < this.rules.keep.length; level++) {
      const row = this.rules.keep[level];
      let mask = 0;
      let bits = random.next32();
      for (let v = 0; v < row.length; v++) {
        const keep = row[v];
        if (keep === null) {
          mask |= (bits & 1) << v;
          bits >>>= 1;
        } else if (keep) mask |= 1 << v;
      }
      point.keep[level] = mask;
    }
  }

  /** Can these profiles, one index per dimension, be used together? */
  fits(picked: Int32Array): boolean {
    return this.spread.fits(picked);
  }

  /**
   * Every mapping once, in a fixed order, written into `point`. With `distinct`, orders that differ only in loops of
   * factor 1 count as one.
   */
  *enumerate(point: MapspacePoint, distinct = false): Generator<void> {
    for (const _ of this.enumerateFactors(point)) {
      for (const _order of this.enumerateOrders(point, distinct)) yield* this.enumerateKeeps(point);
    }
  }

  /** A joint choice of profiles made dimension by dimension among those that leave a way to finish. */
  chooseSpread(pick: (dimension: number, profiles: Int32Array) => number, picked: Int32Array): void {
    this.spread.choose(pick, picked);
  }

  /** Every joint choice of profiles, one index per dimension, written into `picked`. */
  enumerateSpreads(picked: Int32Array): Generator<void> {
    return this.spread.enumerate(picked);
  }

  *enumerateFactors(point: MapspacePoint): Generator<void> {
    const nd = this.workload.dimensions.length;
    const picked = new Int32Array(nd);
    const within = (d: number): Generator<void> => this.enumerateDimension(point, picked, d, within);
    for (const _ of this.spread.enumerate(picked)) yield* within(0);
  }

  private *enumerateDimension(
    point: MapspacePoint,
    picked: Int32Array,
    d: number,
    within: (d: number) => Generator<void>,
  ): Generator<void> {
    const nd = picked.length;
    if (d === nd) {
      yield;
      return;
    }
    const profile = this.profiles[d][picked[d]];
    this.writeProfile(point, d, profile);
    const bound = this.rules.bounds[d][profile.bound];
    for (const _ of this.chains[d].enumerate(bound, profile.factors, point.factors, point.residuals, nd, d))
      yield* within(d + 1);
  }

  /** Orders of the temporal loops of a point whose factors are set. */
  *enumerateOrders(point: MapspacePoint, distinct: boolean, level = 0): Generator<void> {
    if (level === this.rules.orders.length) {
      yield;
      return;
    }
    const nd = this.workload.dimensions.length;
    const { prefix, free } = this.rules.orders[level];
    const at = this.writeFixedOrder(point, level) + prefix.length;
    const moves = (d: number) => !distinct || point.factors[(2 * level + 1) * nd + d] > 1;
    const still = free.filter((d) => !moves(d));
    for (const order of permutations(free.filter(moves))) {
      for (let i = 0; i < order.length; i++) point.orders[at + i] = order[i];
      for (let i = 0; i < still.length; i++) point.orders[at + order.length + i] = still[i];
      yield* this.enumerateOrders(point, distinct, level + 1);
    }
  }

  *enumerateKeeps(point: MapspacePoint, level = 0): Generator<void> {
    if (level === this.rules.keep.length) {
      yield;
      return;
    }
    const row = this.rules.keep[level];
    const fixed = row.reduce((mask, keep, v) => (keep === true ? mask | (1 << v) : mask), 0);
    const open = row.flatMap((keep, v) => (keep === null ? [v] : []));
    for (let choice = 0; choice < 1 << open.length; choice++) {
      point.keep[level] = open.reduce((mask, v, i) => ((choice >> i) & 1 ? mask | (1 << v) : mask), fixed);
      yield* this.enumerateKeeps(point, level + 1);
    }
  }

  /** The model's form of a point. */
  mapping(point: MapspacePoint): Mapping {
    return toMapping(point, this.rules, this.workload.dataSpaces.length, this.directives);
  }

  /** The workload a point computes: the mapspace's own, or one with padded bounds. */
  workloadOf(point: MapspacePoint): Workload {
    const { dimensions } = this.workload;
    if (dimensions.every(({ bound }, d) => bound === point.bounds[d])) return this.workload;
    return {
      ...this.workload,
      dimensions: dimensions.map((dimension, d) => ({ ...dimension, bound: point.bounds[d] })),
    };
  }

  /** Bound and axes of a profile. */
  writeProfile(point: MapspacePoint, d: number, profile: Profile): void {
    const nd = this.workload.dimensions.length;
    point.bounds[d] = this.rules.bounds[d][profile.bound];
    for (let s = 0; s < profile.alongY.length; s++) {
      point.alongY[this.rules.spreads[s].level * nd + d] = profile.alongY[s] ? 1 : 0;
    }
  }

  /** Places the loops whose order is no choice; where the level's order begins. */
  writeFixedOrder(point: MapspacePoint, level: number): number {
    const nd = this.workload.dimensions.length;
    const { prefix, suffix } = this.rules.orders[level];
    const at = level * nd;
    for (let i = 0; i < prefix.length; i++) point.orders[at + i] = prefix[i];
    for (let i = 0; i < suffix.length; i++) point.orders[at + nd - suffix.length + i] = suffix[i];
    return at;
  }

  /** Spatial factors × axes of one dimension, with the number of factorisations behind each. */
  private dimensionProfiles(d: number): Profile[] {
    const profiles: Profile[] = [];
    this.rules.bounds[d].forEach((value, bound) => {
      for (const { factors, count } of this.chains[d].spreadCounts(value)) {
        let axes: boolean[][] = [[]];
        factors.forEach((p, s) => {
          const { x, y, axis } = this.rules.spreads[s];
          const sides =
            p === 1
              ? [false]
              : [...(p <= x && axis[d] !== 2 ? [false] : []), ...(p <= y && axis[d] !== 1 ? [true] : [])];
          axes = axes.flatMap((chosen) => sides.map((side) => [...chosen, side]));
        });
        for (const alongY of axes) profiles.push({ bound, factors, alongY, count, rows: undefined });
      }
    });
    return profiles;
  }
}

function directivesOf(constraints: MapspaceConstraints, levels: number, dataSpaces: number): Directives[] {
  return Array.from({ length: levels }, (_, level) => {
    const made: Record<string, boolean[]> = {};
    for (const c of constraints) {
      if (c.kind !== "directive" || c.level !== level) continue;
      made[c.directive] ??= new Array(dataSpaces).fill(false);
      made[c.directive][c.dataSpace] = true;
    }
    return made;
  });
}

/** All orders of a list, lexicographic in the positions of the list. */
function* permutations(items: readonly number[]): Generator<number[]> {
  if (items.length <= 1) {
    yield [...items];
    return;
  }
  for (let i = 0; i < items.length; i++) {
    const rest = [...items.slice(0, i), ...items.slice(i + 1)];
    for (const order of permutations(rest)) yield [items[i], ...order];
  }
}
