import type { Workload } from "../../model/types.ts";
import { objectiveValue } from "../objective.ts";
import type { Incumbent } from "../progress.ts";
import { type GpOptions, gpSearch } from "./gp.ts";
import type { Machine } from "./machine.ts";
import { type CountedLayer, MachineBound } from "./machine-bound.ts";
import { families, type GpStatistics, type Relaxed, relaxations } from "./relaxations.ts";
import { areaUm2, type Dimensioning, type Technology } from "./technology.ts";
import { fullMapspace } from "./technology-mapspace.ts";

/** A machine with the best mapping found for each layer; `null` where none fits. */
export interface Design extends Dimensioning {
  areaUm2: number;
  layers: readonly (Incumbent | null)[];
  /** Sums over the layers, each as often as it occurs. */
  energyPj: number;
  cycles: number;
  /** Objective of the sums; infinite where a layer has no mapping. */
  value: number;
}

export interface CodesignProgress {
  /** Programs solved with free capacities; searches of a machine's mappings. */
  programs: number;
  machines: number;
  best: Design | null;
  done: boolean;
}

export interface CodesignOptions extends GpOptions {
  /** Everything together, µm². */
  areaUm2: number;
  technology: Technology;
  /** Powers of two tried around each real capacity. */
  powers?: number;
}

/** Programs of a family that are tried on each machine, where their optimum is within so much of the best. */
const perFamily = 6;
const promisingWithin = 1.2;

/** Programs for each layer that may show a machine to be no better than the best so far. */
const boundPrograms = 8;

/** Machines whose mappings are searched once more with all programs. */
const finalists = 1;

/**
 * Units, registers and buffer of one machine for all layers under an area budget (paper, Sec. V-B). Each layer alone
 * gives real capacities; the powers of two around them make machines, with as many units as the area holds; each
 * machine's mappings are searched and costed by the reference model, and the least sum wins.
 */
export function* codesign(
  layers: readonly CountedLayer[],
  options: CodesignOptions,
): Generator<CodesignProgress, CodesignProgress> {
  const progress: CodesignProgress = { programs: 0, machines: 0, best: null, done: false };
  const machines = new Map<string, Dimensioning>();
  const promising: Relaxed[][] = [];
  for (const { workload } of layers) {
    const solved = freePrograms(workload, options, progress);
    promising.push(solved.filter(({ value }) => value <= promisingWithin * solved[0].value));
    for (const { x, loops } of bestOfFamilies(solved)) {
      const real = { units: x[loops.units], registers: x[loops.capacities[0]], buffer: x[loops.capacities[1]] };
      for (const machine of wholeMachines(real, options)) {
        machines.set(`${machine.registers} ${machine.buffer}`, machine);
      }
    }
    yield { ...progress };
  }
  const designs: Design[] = [];
  const bounds = [...machines.values()].map((machine) => new MachineBound(machine, layers, options));
  bounds.sort((a, b) => a.after(1) - b.after(1));
  const offer = (design: Design) => {
    if (design.value < (progress.best?.value ?? Number.POSITIVE_INFINITY)) progress.best = design;
    progress.machines++;
    return design;
  };
  for (const bound of bounds) {
    const best: number = progress.best?.value ?? Number.POSITIVE_INFINITY;
    if (bound.after(1) >= best || bound.after(boundPrograms) >= best) continue;
    designs.push(offer(designOf(bound.machine, layers, { programs: 12, perProgram: 250, ...options }, promising)));
    yield { ...progress };
  }
  designs.sort((a, b) => a.value - b.value);
  for (const design of designs.slice(0, finalists)) {
    offer(designOf(design, layers, options));
    yield { ...progress };
  }
  const result = { ...progress, done: true };
  yield result;
  return result;
}

/** The best mappings of all layers on one machine; with `promising`, only those programs are tried, by layer. */
export function designOf(
  { units, registers, buffer }: Dimensioning,
  layers: readonly CountedLayer[],
  options: CodesignOptions,
  promising?: readonly (readonly Relaxed[])[],
): Design {
  const machine = { units, registers, buffer };
  let energyPj = 0;
  let cycles = 0;
  const found = layers.map(({ workload, count }, i) => {
    const mapspace = fullMapspace(options.technology, machine, workload);
    let best: Incumbent | null = null;
    if (mapspace !== null) {
      for (const progress of gpSearch(mapspace, { ...options, only: promising?.[i] })) best = progress.best;
    }
    energyPj += count * (best?.energyPj ?? Number.POSITIVE_INFINITY);
    cycles += count * (best?.cycles ?? Number.POSITIVE_INFINITY);
    return best;
  });
  const value = objectiveValue(options.objective, energyPj, cycles);
  return { ...machine, areaUm2: areaUm2(options.technology, machine), layers: found, energyPj, cycles, value };
}

/** The best programs of a layer whose capacities are variables, best first, a few of each family. */
function freePrograms(
  workload: Workload,
  { technology, areaUm2: budget, objective }: CodesignOptions,
  progress: CodesignProgress,
): Relaxed[] {
  const units = Math.max(1, Math.floor(budget / technology.macAreaUm2));
  const mapspace = fullMapspace(technology, { units, registers: 1, buffer: 1 }, workload);
  if (mapspace === null) return [];
  const machine = freeMachine(workload, technology, budget, units);
  const statistics: GpStatistics = { programs: 0, infeasible: 0, unsolved: 0, newtonSteps: 0, rounded: 0 };
  const kept: Relaxed[] = [];
  for (const group of [families.slice(0, -1), families.slice(-1)]) {
    for (const family of group) {
      const solved: Relaxed[] = [];
      const best = new Map<readonly unknown[], number>();
      const tooMuch = () => [...best.values()].sort((a, b) => a - b)[perFamily - 1] ?? Number.POSITIVE_INFINITY;
      for (const one of relaxations(mapspace, machine, objective, family, statistics, { tooMuch })) {
        if (one === null) continue;
        solved.push(one);
        best.set(one.classes, Math.min(one.value, best.get(one.classes) ?? Number.POSITIVE_INFINITY));
      }
      solved.sort((a, b) => a.value - b.value);
      const first = solved.filter((one, i) => solved.findIndex((o) => o.classes === one.classes) === i);
      kept.push(...first.slice(0, perFamily));
    }
    if (kept.length > 0) break;
  }
  progress.programs += statistics.programs;
  return kept.sort((a, b) => a.value - b.value);
}

function bestOfFamilies(solved: readonly Relaxed[]): Relaxed[] {
  return solved.filter((one, i) => solved.findIndex((other) => other.family === one.family) === i);
}

function freeMachine(workload: Workload, technology: Technology, budget: number, units: number): Machine {
  const keep = workload.dataSpaces.map(() => true);
  const level = (pj: number, bandwidth: number | null, fanout: number) => ({
    keep,
    capacityWords: null,
    readPj: pj,
    fillPj: pj,
    updatePj: pj,
    leakPj: 0,
    readBandwidth: null,
    writeBandwidth: null,
    sharedBandwidth: bandwidth,
    fanout,
  });
  const { registerPjPerWord, bufferPjPerRootWord, registerAreaUm2PerWord, bufferAreaUm2PerWord } = technology;
  return {
    computePj: technology.macPj,
    area: { level: 1, budget, compute: technology.macAreaUm2 },
    levels: [
      { ...level(registerPjPerWord, null, 1), free: { energyPower: 1, areaPerWord: registerAreaUm2PerWord } },
      {
        ...level(bufferPjPerRootWord, technology.bufferBandwidth, units),
        free: { energyPower: 0.5, areaPerWord: bufferAreaUm2PerWord },
      },
      level(technology.dramPj, technology.dramBandwidth, 1),
    ],
  };
}

/** Powers of two near real capacities, each with the units that the rest of the area holds. */
function wholeMachines(
  real: Dimensioning,
  { technology, areaUm2: budget, powers = 3 }: CodesignOptions,
): Dimensioning[] {
  const { macAreaUm2, registerAreaUm2PerWord, bufferAreaUm2PerWord } = technology;
  return nearestPowers(real.registers, powers).flatMap((registers) =>
    nearestPowers(real.buffer, powers).flatMap((buffer) => {
      const left = budget - bufferAreaUm2PerWord * buffer;
      const units = Math.floor(left / (macAreaUm2 + registerAreaUm2PerWord * registers));
      return units < 1 ? [] : [{ units, registers, buffer }];
    }),
  );
}

/** The `count` powers of two nearest to x by ratio. */
export function nearestPowers(x: number, count: number): number[] {
  const exponent = Math.log2(x);
  const all = Array.from({ length: 2 * count + 1 }, (_, i) => Math.floor(exponent) - count + i);
  return all
    .filter((e) => e >= 0)
    .sort((a, b) => Math.abs(a - exponent) - Math.abs(b - exponent))
    .slice(0, count)
    .map((e) => 2 ** e);
}
