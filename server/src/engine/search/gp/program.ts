import type { Workload } from "../../model/types.ts";
import type { GeometricProgram, Monomial, Posynomial } from "../../numeric/geometric-program.ts";
import { distinctWords } from "../exact/problem.ts";
import type { Objective } from "../objective.ts";
import type { Family, LoopRanges } from "./loops.ts";
import type { Machine, MachineLevel } from "./machine.ts";
import type { OrderClass } from "./orders.ts";
import { constant, inverse, plus, scaled, times, variable } from "./posynomials.ts";
import { tripVariables } from "./trips.ts";
import { type Extent, footprint, type HoistRule, type Transfer, type Trip, volume, type Words } from "./volumes.ts";

/** A program for one class of orders per temporal slot, and what its variables mean. */
export interface LoopProgram {
  program: GeometricProgram;
  /** Variable of the trip count of slot · dimensions + dimension; −1 where it is settled. */
  trips: Int32Array;
  /** Variable of each level's capacity, of the units and of the cycles; −1 where there is none. */
  capacities: readonly number[];
  units: number;
  cycles: number;
  /** pJ: what the objective leaves out because it is the same for all loops (≤ 0: first writes are not read). */
  constantPj: number;
  energyPj: Posynomial;
  /** Additions in time per partial sum of the innermost level (of all outputs together). */
  reductionTrips: Posynomial;
}

const noRule: HoistRule = { hoisted: [], slides: -1 };

/**
 * The posynomial program: trip counts ≥ 1 whose product over the slots is the bound; tiles fit; units suffice.
 *
 * Per pair of neighbouring levels that keep a data space, the parent is charged each word it sends or takes in
 * (outputs: an update and a read), the child each word that arrives; the arithmetic its operands at every operation
 * (paper, Sec. IV: `(4·eR + e)·N + eR·V + eS·(V + W) + eD·W`). First writes of outputs are not read: where their
 * number is the same for all loops they are taken off at the end, else the program charges them.
 */
export function loopProgram(
  workload: Workload,
  machine: Machine,
  ranges: LoopRanges,
  classes: readonly OrderClass[],
  objective: Objective,
  { sums, accumulated = 0 }: { sums: Family["sums"]; accumulated?: number },
): LoopProgram {
  const nd = workload.dimensions.length;
  const levels = machine.levels.length;
  const filled = new Set(classes.map((c) => c.level));
  const pinned = new Set(classes.flatMap((c) => c.unspread.flatMap((d) => c.inner.map((l) => 2 * l * nd + d))));
  for (let l = 1; l < levels; l++) {
    if (!filled.has(l)) for (let d = 0; d < nd; d++) pinned.add((2 * l + 1) * nd + d);
  }
  const loops = tripVariables(workload, ranges, pinned);
  const { atMostOne, equalToOne, of: trip } = loops;
  let variables = loops.count;
  const words = (w: Words): Posynomial => times(...w.extents.map((e) => extent(e, trip)), ...w.trips.map(trip));

  const capacities = machine.levels.map((level) => (level.free === undefined ? -1 : variables++));
  const units = machine.area === undefined ? -1 : variables++;
  const timed = objective !== "energy" || machine.levels.some((level) => level.leakPj > 0);
  const cycles = timed ? variables++ : -1;

  machine.levels.forEach((level, l) => {
    const tiles = plus(...workload.dataSpaces.map((_, v) => (level.keep[v] ? words(footprint(workload, v, l)) : [])));
    if (capacities[l] >= 0) atMostOne.push(times(tiles, variable(capacities[l], -1)));
    else if (level.capacityWords !== null) atMostOne.push(scaled(tiles, 1 / Math.max(level.capacityWords, 1e-9)));
    const children = times(...workload.dimensions.map((_, dimension) => trip({ slot: 2 * l, dimension })));
    if (units >= 0 && machine.area?.level === l) atMostOne.push(times(children, variable(units, -1)));
    else atMostOne.push(scaled(children, 1 / level.fanout));
  });
  if (machine.area !== undefined) {
    const { area } = machine;
    const perUnit = [constant(area.compute)];
    const shared: Posynomial[] = [];
    machine.levels.forEach((level, l) => {
      if (level.free === undefined) return;
      const own = scaled(variable(capacities[l]), level.free.areaPerWord);
      (l < area.level ? perUnit : shared).push(own);
    });
    const all = plus(times(variable(units), plus(...perUnit)), ...shared);
    atMostOne.push(scaled(all, 1 / area.budget));
  }

  const price = (level: MachineLevel, l: number, pj: number): Posynomial =>
    level.free === undefined ? scaled(constant(1), pj) : scaled(variable(capacities[l], level.free.energyPower), pj);
  const macs = workload.dimensions.reduce((product, d) => product * d.bound, 1);
  const energy: Posynomial[] = [constant(macs * machine.computePj)];
  const reads: Posynomial[][] = machine.levels.map(() => []);
  const writes: Posynomial[][] = machine.levels.map(() => []);
  let constantPj = 0;
  const reductionTrips = (v: number): Posynomial =>
    times(
      ...workload.dimensions.flatMap((_, dimension) =>
        workload.dataSpaces[v].ranks.some((rank) => rank.some((t) => t.dimension === dimension))
          ? []
          : machine.levels.map((_level, l) => trip({ slot: 2 * l + 1, dimension })),
      ),
    );
  workload.dataSpaces.forEach((space, v) => {
    const readsSums = !(space.readWrite && sums === "in-space");
    let child = -1;
    for (let parent = 0; parent < levels; parent++) {
      if (!machine.levels[parent].keep[v]) continue;
      const own = classes.find((c) => c.level > child);
      const transfer: Transfer = { child, parent, levels, first: own?.level ?? -1, rule: own?.rules[v] ?? noRule };
      const sent = words(volume(workload, v, transfer, false));
      const outer = machine.levels[parent];
      let read = readsSums ? price(outer, parent, outer.readPj) : [];
      if (child < 0 && space.readWrite && accumulated > 0) {
        // First writes are neither read nor filled: (1 − share / T) of all, as a monomial that is
        // nowhere smaller and equal at T = accumulated.
        const share = Math.min(1 + outer.fillPj / Math.max(outer.readPj, 1e-12), 0.8 * accumulated);
        const left = 1 - share / accumulated;
        const power = share / accumulated / left;
        const around = reductionTrips(v).map((m) => raised(m, power, accumulated));
        read = times(scaled(read, left), around);
      }
      energy.push(times(sent, read));
      if (readsSums) reads[parent].push(sent);
      if (space.readWrite) {
        energy.push(times(sent, price(outer, parent, outer.updatePj)));
        writes[parent].push(sent);
      }
      if (child >= 0) {
        const inner = machine.levels[child];
        const received = words(volume(workload, v, transfer, true));
        if (readsSums) {
          energy.push(times(received, price(inner, child, inner.fillPj)));
          writes[child].push(received);
          if (space.readWrite && single(child)) constantPj -= firstWrites(v) * priceIfFixed(inner, inner.fillPj);
        }
      }
      if (space.readWrite && readsSums && single(parent)) {
        constantPj -= firstWrites(v) * priceIfFixed(outer, outer.readPj);
      }
      child = parent;
    }
  });

  if (timed) {
    const temporal = times(
      ...workload.dimensions.flatMap((_, dimension) =>
        machine.levels.map((_level, l) => trip({ slot: 2 * l + 1, dimension })),
      ),
    );
    const within = (needed: Posynomial) => atMostOne.push(times(needed, variable(cycles, -1)));
    within(temporal);
    machine.levels.forEach((level, l) => {
      const instances = spread(l + 1);
      const perInstance = (words: readonly Posynomial[], bandwidth: number) =>
        within(times(scaled(plus(...words), 1 / bandwidth), inverse(instances)));
      if (level.readBandwidth !== null) perInstance(reads[l], level.readBandwidth);
      if (level.writeBandwidth !== null) perInstance(writes[l], level.writeBandwidth);
      if (level.sharedBandwidth !== null) perInstance([...reads[l], ...writes[l]], level.sharedBandwidth);
      if (level.leakPj > 0) energy.push(times(scaled(instances, level.leakPj), variable(cycles)));
    });
  }

  function spread(fromLevel: number): Posynomial {
    const slots = machine.levels.flatMap((_, l) => (l >= fromLevel ? [2 * l] : []));
    return times(...slots.flatMap((slot) => workload.dimensions.map((_, dimension) => trip({ slot, dimension }))));
  }
  /** Has this level one instance whatever the loops? */
  function single(level: number): boolean {
    return machine.levels.every((outer, l) => l <= level || (outer.fanout === 1 && machine.area?.level !== l));
  }
  function priceIfFixed(level: MachineLevel, pj: number): number {
    return level.free === undefined ? pj : 0;
  }
  function firstWrites(v: number): number {
    const ranks = workload.dataSpaces[v].ranks.map((rank) => ({
      dimensions: rank.map((t) => t.dimension),
      coefficients: rank.map((t) => t.coefficient),
    }));
    const used = ranks.flatMap((rank) => rank.dimensions);
    return distinctWords(
      { ranks, regular: new Set(used).size === used.length },
      workload.dimensions.map((d) => d.bound),
    );
  }

  const energyPj = plus(...energy);
  const goal =
    objective === "latency" ? variable(cycles) : objective === "edp" ? times(energyPj, variable(cycles)) : energyPj;
  return {
    program: { variables, objective: goal, atMostOne: atMostOne.filter(moves), equalToOne },
    trips: loops.variables,
    capacities,
    units,
    cycles,
    constantPj,
    energyPj,
    reductionTrips: plus(...workload.dataSpaces.flatMap((space, v) => (space.readWrite ? [reductionTrips(v)] : []))),
  };

  /** Constraints without variables either hold or make the program infeasible: those that hold are left out. */
  function moves(f: Posynomial): boolean {
    return f.some((term) => term.powers.length > 0) || f.reduce((sum, term) => sum + term.coefficient, 0) > 1;
  }
}

/** `Σ coefficient · (Π trips − 1) + 1`; a constant below zero is dropped, which makes windows larger than they are. */
function extent({ terms }: Extent, trip: (t: Trip) => Posynomial): Posynomial {
  const parts = terms.map(({ coefficient, trips }) => scaled(times(...trips.map(trip)), coefficient));
  const rest = 1 - terms.reduce((sum, { coefficient }) => sum + coefficient, 0);
  const fixed = parts.flatMap((part) => (part.every((term) => term.powers.length === 0) ? part : []));
  const open = parts.filter((part) => part.some((term) => term.powers.length > 0));
  const sum = rest + fixed.reduce((total, term) => total + term.coefficient, 0);
  return sum > 0 ? plus(...open, constant(sum)) : plus(...open);
}

/** (m / around)^power. */
function raised({ coefficient, powers }: Monomial, power: number, around: number): Monomial {
  return {
    coefficient: (coefficient / around) ** power,
    powers: powers.map(([j, p]): [number, number] => [j, p * power]),
  };
}
