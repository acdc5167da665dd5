/**
 * A geometric program that no mapping stays below: every part of it is at most what `exact` counting charges for
 * perfect factors, so its optimum over real trip counts is a lower bound (compare `exact/traffic.ts`, whose counts for
 * a given tiling it relaxes).
 */

import type { Mapspace } from "../../mapspace/mapspace.ts";
import { networkLatencyCycles } from "../../model/networks.ts";
import { divisors } from "../../numeric/divisors.ts";
import type { GeometricProgram, Posynomial } from "../../numeric/geometric-program.ts";
import { transfersOf } from "../exact/functional.ts";
import type { ExactProblem } from "../exact/problem.ts";
import { tileWords } from "../exact/traffic.ts";
import type { Objective } from "../objective.ts";
import { type LoopRanges, loopRanges } from "./loops.ts";
import { constant, inverse, plus, power, scaled, times, variable } from "./posynomials.ts";
import { tripVariables } from "./trips.ts";

/** What is known of the loops of one temporal slot. */
export interface SlotClass {
  /** The innermost loop that moves; −1: no loop does. */
  innermost: number;
  /** Data spaces none of whose dimensions has a loop here, as bits: their tiles stay through the whole slot. */
  passing: number;
}

/** Mappings a program is about. */
export interface BoundCase {
  /** Per level: data spaces kept, as bits. */
  keep: readonly number[];
  /** By level; `null`: any loops in any order. */
  slots: readonly (SlotClass | null)[];
  /** By output transfer: least and most times its sums come back. Those not named: any number of times. */
  returns: ReadonlyMap<string, readonly [least: number, most: number]>;
}

/** A transfer of an output, and how often its sums may come back. */
export interface Returns {
  key: string;
  least: number;
  most: number;
}

export interface BoundProgram {
  program: GeometricProgram;
  low: number[];
  high: number[];
  returns: Returns[];
}

/** What all programs of one search for a bound share. */
export interface BoundSetting {
  problem: ExactProblem;
  objective: Objective;
  ranges: LoopRanges;
  /** By level: most children that whole factors can use. */
  children: readonly number[];
  latencyCycles: number;
}

export function boundSetting(problem: ExactProblem, objective: Objective): BoundSetting {
  const { mapspace, levels } = problem;
  const ranges = loopRanges(mapspace, { kernels: "tiled", sums: "in-time" });
  const children = Array.from({ length: levels }, (_, l) => mostChildren(mapspace, ranges, l));
  return { problem, objective, ranges, children, latencyCycles: networkLatencyCycles(mapspace.architecture, "exact") };
}

function mostChildren({ workload, rules }: Mapspace, { min, max }: LoopRanges, level: number): number {
  const most = rules.spreads.find((spread) => spread.level === level)?.most ?? 1;
  let products = new Set([1]);
  workload.dimensions.forEach(({ bound }, d) => {
    const at = 2 * level * workload.dimensions.length + d;
    const factors = divisors(bound).filter((f) => f >= min[at] && f <= max[at]);
    products = new Set([...products].flatMap((p) => factors.map((f) => p * f).filter((product) => product <= most)));
  });
  return Math.max(1, ...products);
}

export function boundProgram(
  { problem, objective, ranges, children, latencyCycles }: BoundSetting,
  { keep, slots, returns }: BoundCase,
): BoundProgram {
  const { levels, dimensions: nd, spaces } = problem;
  const { architecture, workload } = problem.mapspace;
  const { storage } = architecture;
  const bounds = workload.dimensions.map((d) => d.bound);
  const all = bounds.map((_, d) => d);
  const kept = (l: number, v: number) => ((keep[l] >> v) & 1) === 1;

  const pinned = new Set<number>();
  slots.forEach((slot, l) => {
    if (slot === null) return;
    for (const d of all) {
      const still = spaces.some((space, v) => (slot.passing >> v) & 1 && space.relevant[d]);
      if (slot.innermost < 0 || still) pinned.add((2 * l + 1) * nd + d);
    }
  });
  const transfers = spaces.flatMap((space, v) => {
    const first = keep.findIndex((_, l) => kept(l, v));
    return [{ c: -1, o: first }, ...transfersOf(keep, levels, v)].map(({ c, o }) => ({
      v,
      c,
      o,
      space,
      key: `${v} ${c}`,
      ...runOf(problem, slots, v, c),
    }));
  });
  for (const { key, repeating } of transfers) {
    if (returns.get(key)?.[1] === 1) for (const at of repeating) pinned.add(at);
  }
  const loops = tripVariables(workload, { min: ranges.min, max: fitting(problem, ranges, keep) }, pinned);
  const { atMostOne, equalToOne, low, high } = loops;
  const trip = (at: number) => loops.of({ slot: Math.floor(at / nd), dimension: at % nd });
  const product = (list: readonly number[]) => times(...list.map(trip));
  const spatial = (d: number, from: number, to: number) =>
    product(Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => 2 * (from + i) * nd + d));
  const outside = (l: number, list: readonly number[]) => times(...list.map((d) => spatial(d, l + 1, levels - 1)));
  const fresh = (least: number, most: number): Posynomial => {
    low.push(least);
    high.push(most);
    return variable(low.length - 1);
  };

  /** At most the tile's length along a rank at boundary l. */
  const extents = new Map<string, Posynomial>();
  const extent = (v: number, r: number, l: number): Posynomial => {
    const { dimensions, coefficients } = spaces[v].ranks[r];
    const key = `${l} ${dimensions.join()} ${coefficients.join()}`;
    let known = extents.get(key);
    if (known !== undefined) return known;
    const parts = dimensions.map((d, i) => ({
      coefficient: coefficients[i],
      most: bounds[d],
      size: product(Array.from({ length: 2 * (l + 1) }, (_, slot) => slot * nd + d)),
    }));
    const open = parts.filter(({ size }) => size[0].powers.length > 0);
    const settled = parts
      .filter((part) => !open.includes(part))
      .reduce((sum, { coefficient, size }) => sum + coefficient * (size[0].coefficient - 1), 1);
    const rest = open.reduce((sum, { coefficient }) => sum - coefficient, settled);
    if (rest >= 0) known = plus(...open.map(({ coefficient, size }) => scaled(size, coefficient)), constant(rest));
    else {
      // Only one part grows at a time; `settled + coefficient · (size − 1)` from below where that has a minus.
      const alone = open.map(({ coefficient, most, size }) =>
        settled >= coefficient
          ? plus(scaled(size, coefficient), constant(settled - coefficient))
          : scaled(power(size, Math.log(1 + (coefficient * (most - 1)) / settled) / Math.log(most)), settled),
      );
      if (alone.length === 1) known = alone[0];
      else {
        const longest = open.reduce((sum, { coefficient, most }) => sum + coefficient * (most - 1), settled);
        known = fresh(1, longest);
        for (const part of alone) atMostOne.push(times(part, inverse(known)));
      }
    }
    extents.set(key, known);
    return known;
  };

  for (const [l, capacity] of problem.capacity.entries()) {
    const tiles = spaces.flatMap((space, v) =>
      kept(l, v) && space.regular ? [times(...space.ranks.map((_, r) => extent(v, r, l)))] : [],
    );
    if (Number.isFinite(capacity)) atMostOne.push(scaled(plus(...tiles), 1 / Math.max(capacity, 1e-9)));
  }
  children.forEach((most, l) => {
    atMostOne.push(scaled(product(all.map((d) => 2 * l * nd + d)), 1 / most));
  });

  const macs = bounds.reduce((sum, bound) => sum * bound, 1);
  const energy: Posynomial[] = [constant(macs * architecture.compute.energyPj)];
  const reads: Posynomial[][] = storage.map(() => []);
  const writes: Posynomial[][] = storage.map(() => []);
  const charge = (l: number, v: number, kind: "read" | "fill" | "update", words: Posynomial) => {
    const level = storage[l];
    const pj = { read: level.readEnergyPj, fill: level.fillEnergyPj, update: level.updateEnergyPj }[kind];
    energy.push(scaled(words, pj / (level.blockSize * level.clusterSize)));
    (kind === "read" ? reads : writes)[l].push(scaled(words, level.bandwidthScale[v] ?? 1));
  };
  const settings: Returns[] = [];
  for (const { v, c, o, space, key, repeating, slide } of transfers) {
    if (!space.regular) continue;
    /** Words once through; at the parent, what several children want at once is sent at least once. */
    const once = (atParent: boolean) =>
      times(
        ...space.ranks.map(({ dimensions }, r) => {
          const longest = dimensions.reduce((most, d) => (bounds[d] > bounds[most] ? d : most));
          const others = dimensions.filter((d) => d !== longest);
          const shared = atParent ? inverse(times(...others.map((d) => spatial(d, c + 1, o)))) : constant(1);
          if (dimensions.length === 1) return constant(bounds[longest]);
          if (c < 0) return times(product(everywhere(dimensions)), shared);
          if (slide === "any" || slide === r) return constant(bounds[longest]);
          return times(product(beyond(dimensions, c)), extent(v, r, c), shared);
        }),
      );
    const again = product(repeating);
    const sent = times(once(true), outside(o, space.irrelevantList), again);
    const received = times(once(false), outside(c, space.irrelevantList), again);
    if (!space.readWrite) {
      charge(o, v, "read", sent);
      if (c >= 0) charge(c, v, "fill", received);
      continue;
    }
    charge(o, v, "update", sent);
    if (!space.simple || space.uncoalesced) continue;
    // The first time a sum is neither read nor filled: 1 − 1/τ of the words, from below along a chord.
    const most = returns.get(key)?.[1] ?? repeatsAtMost(repeating);
    const least = Math.max(returns.get(key)?.[0] ?? 1, c < 0 ? repeatsAtLeast(repeating) : 1);
    settings.push({ key, least, most });
    if (again[0].powers.length > 0 && returns.has(key)) {
      atMostOne.push(scaled(inverse(again), least), scaled(again, 1 / most));
    }
    if (least <= 1) continue;
    const slope = most > least ? Math.log((1 - 1 / most) / (1 - 1 / least)) / Math.log(most / least) : 0;
    const share = scaled(power(again, slope), (1 - 1 / least) / least ** slope);
    charge(o, v, "read", times(sent, share));
    if (c >= 0) charge(c, v, "fill", times(received, share));
  }

  const leaks = storage.some((level) => level.leakEnergyPj > 0);
  let cycles: Posynomial = constant(1);
  if (objective !== "energy" || leaks) {
    const ports = storage.flatMap((level, l) => {
      const each = inverse(outside(l, all));
      const port = (words: readonly Posynomial[], bandwidth: number | null) =>
        bandwidth === null || words.length === 0 ? [] : [times(scaled(plus(...words), 1 / bandwidth), each)];
      return [
        ...port(reads[l], level.readBandwidth),
        ...port(writes[l], level.writeBandwidth),
        ...port([...reads[l], ...writes[l]], level.sharedBandwidth),
      ];
    });
    const needed = [product(all.flatMap((d) => storage.map((_, l) => (2 * l + 1) * nd + d))), ...ports];
    cycles = fresh(
      1,
      needed.reduce((sum, f) => sum + largest(f), 0),
    );
    for (const f of needed) atMostOne.push(times(f, inverse(cycles)));
    storage.forEach((level, l) => {
      const gate = storage.findIndex((other) => other.name === level.powerGatedAt);
      const sharing = gate < 0 ? 1 : level.instances / Math.max(1, storage[gate].instances);
      const at = sharing > 1 ? gate : l;
      const pj = level.leakEnergyPj * Math.max(1, sharing);
      energy.push(scaled(times(outside(at, all), cycles), pj));
    });
  }
  const spent = plus(...energy);
  const goal =
    objective === "energy"
      ? spent
      : objective === "latency"
        ? plus(cycles, constant(latencyCycles))
        : times(spent, plus(cycles, constant(latencyCycles)));
  return {
    program: { variables: low.length, objective: goal, atMostOne: atMostOne.filter(isOpen), equalToOne },
    low,
    high,
    returns: settings,
  };

  function everywhere(list: readonly number[]): number[] {
    return beyond(list, -1);
  }
  function beyond(list: readonly number[], c: number): number[] {
    return list.flatMap((d) => Array.from({ length: 2 * (levels - c - 1) }, (_, i) => (2 * (c + 1) + i) * nd + d));
  }
  function repeatsAtMost(list: readonly number[]): number {
    const perDimension = new Map<number, number>();
    for (const at of list) {
      const so = perDimension.get(at % nd) ?? 1;
      perDimension.set(at % nd, Math.min(bounds[at % nd], so * (pinned.has(at) ? 1 : ranges.max[at])));
    }
    return [...perDimension.values()].reduce((most, n) => most * n, 1);
  }
  /** All loops in time together: what the units cannot share out. */
  function repeatsAtLeast(list: readonly number[]): number {
    const units = children.reduce((most, n) => most * n, 1);
    return [...new Set(list.map((at) => at % nd))].reduce((most, d) => most * bounds[d], 1) / units;
  }
  function largest(f: Posynomial): number {
    return f.reduce(
      (sum, { coefficient, powers }) =>
        sum + powers.reduce((m, [j, p]) => m * (p > 0 ? high[j] : low[j]) ** p, coefficient),
      0,
    );
  }
}

/** Largest trip counts with which a tile still fits where no other loop is longer than it must be. */
function fitting(
  { mapspace, spaces, capacity, dimensions: nd }: ExactProblem,
  ranges: LoopRanges,
  keep: readonly number[],
) {
  const max = Float64Array.from(ranges.max);
  const least = (level: number, d: number) => {
    let product = 1;
    for (let slot = 0; slot < 2 * (level + 1); slot++) product *= ranges.min[slot * nd + d];
    return product;
  };
  capacity.forEach((words, level) => {
    if (!Number.isFinite(words)) return;
    const sizes = Array.from({ length: nd }, (_, d) => least(level, d));
    const fits = () =>
      spaces.reduce(
        (sum, space, v) => sum + ((keep[level] >> v) & 1 && space.regular ? tileWords(space, (d) => sizes[d]) : 0),
        0,
      ) <= words;
    for (let d = 0; d < nd; d++) {
      const own = sizes[d];
      const longest = [...divisors(mapspace.workload.dimensions[d].bound)].reverse().find((f) => {
        sizes[d] = own * f;
        return f === 1 || fits();
      });
      sizes[d] = own;
      for (let slot = 0; slot < 2 * (level + 1); slot++) {
        const at = slot * nd + d;
        max[at] = Math.max(ranges.min[at], Math.min(max[at], ranges.min[at] * (longest ?? 1)));
      }
    }
  });
  return max;
}

/** Constraints without variables that hold are left out. */
function isOpen(f: Posynomial): boolean {
  return f.some((term) => term.powers.length > 0) || f.reduce((sum, term) => sum + term.coefficient, 0) > 1 + 1e-9;
}

/**
 * The loops in time that repeat a transfer above level c: irrelevant ones outside the run of loops that leave the tile
 * in place; and the rank along which the first loop that moves it may slide a window.
 */
function runOf(
  { levels, dimensions: nd, spaces }: ExactProblem,
  slots: BoundCase["slots"],
  v: number,
  c: number,
): { repeating: number[]; slide: number | "any" | null } {
  const { relevant, irrelevantList, ranks } = spaces[v];
  const repeating: number[] = [];
  let slide: number | "any" | null = null;
  let running = c >= 0;
  for (let l = c < 0 ? 0 : c + 1; l < levels; l++) {
    if (!running) {
      for (const d of irrelevantList) repeating.push((2 * l + 1) * nd + d);
      continue;
    }
    const slot = slots[l];
    if (slot === null) {
      slide = "any";
      continue;
    }
    if (slot.innermost < 0 || (slot.passing >> v) & 1) continue;
    running = false;
    if (!relevant[slot.innermost]) slide = "any";
    else {
      for (const d of irrelevantList) repeating.push((2 * l + 1) * nd + d);
      slide ??= ranks.findIndex((rank) => rank.dimensions.includes(slot.innermost));
    }
  }
  return { repeating, slide };
}
