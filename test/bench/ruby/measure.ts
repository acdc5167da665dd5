import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createMapspace } from "../../../server/src/engine/mapspace/build.ts";
import type { MapspaceKind } from "../../../server/src/engine/mapspace/constraints.ts";
import type { Mapspace } from "../../../server/src/engine/mapspace/mapspace.ts";
import { evaluate } from "../../../server/src/engine/model/evaluate.ts";
import {
  type CountingRule,
  defaultEvaluationOptions,
  type EvaluationOptions,
  type Workload,
} from "../../../server/src/engine/model/types.ts";
import { blockSearch } from "../../../server/src/engine/search/blocks.ts";
import { inputDigest } from "../../../server/src/engine/search/exact/certificate.ts";
import { type ExactProgress, exactSearch } from "../../../server/src/engine/search/exact/exact.ts";
import type { Incumbent, SearchProgress } from "../../../server/src/engine/search/progress.ts";
import type { Machine } from "./machines.ts";

/** What a mapping comes to under one counting rule. */
export interface Figures {
  energyPj: number;
  cycles: number;
  edp: number;
  utilization: number;
}

export interface Optimum {
  /** Under `exact`. */
  optimum: Figures;
  /** What is not proven of it; 0: nothing. */
  gap: number;
}

export interface Measured extends Optimum {
  /**
   * Random search that stops after 3,000 valid mappings in a row without improvement, by the rule it was costed by:
   * geometric means over the seeds, of utilization the mean.
   */
  random: Partial<Record<CountingRule, Figures>>;
}

const victory = 3000;
const exactSeconds = 60;
const seeds = [1, 2, 3, 4, 5];

/** Measurements are kept in `file` and not made again while design, layer and mapspace are the same. */
export class Bench {
  private readonly file: string;
  private known: Record<string, unknown>;

  constructor(file: string) {
    this.file = file;
    this.known = this.read();
  }

  private read(): Record<string, unknown> {
    return existsSync(this.file) ? JSON.parse(readFileSync(this.file, "utf8")) : {};
  }

  measure(machine: Machine, layer: Workload, kind: MapspaceKind, rules: readonly CountingRule[]): Measured {
    const constraints = machine.constraints(layer);
    const key = inputDigest(machine.architecture, { ...layer, name: "" }, kind, constraints, "edp");
    const { mapspace } = createMapspace(machine.architecture, layer, kind, constraints);
    if (mapspace === undefined) throw new Error(`${machine.architecture.name}, ${layer.name}: no mapping`);
    const sampled = rules.map((rule) => {
      const measured = () => meanOf(seeds.map((seed) => figuresOf(mapspace, sample(mapspace, rule, seed), rule)));
      return [rule, this.once(`${key} ${rule} ${seeds.length}`, measured)];
    });
    return { ...this.once(key, () => optimumOf(mapspace)), random: Object.fromEntries(sampled) };
  }

  private once<T>(key: string, measured: () => T): T {
    if (this.known[key] !== undefined) return this.known[key] as T;
    const found = measured();
    // Another run may have added to it.
    this.known = { ...this.read(), [key]: found };
    mkdirSync(dirname(this.file), { recursive: true });
    // In one stroke: another run may be reading.
    writeFileSync(`${this.file}.${process.pid}`, JSON.stringify(this.known));
    renameSync(`${this.file}.${process.pid}`, this.file);
    return found;
  }
}

/** Links between neighbours are left out under either rule. */
const options = (rule: CountingRule): EvaluationOptions => ({
  ...defaultEvaluationOptions(rule),
  linkTransfers: false,
});

function optimumOf(mapspace: Mapspace): Optimum {
  const until = process.cpuUsage().user + exactSeconds * 1e6;
  let last: ExactProgress | undefined;
  for (last of exactSearch(mapspace, { objective: "edp", seed: 1 })) if (process.cpuUsage().user > until) break;
  const { best, bound } = last!;
  return { optimum: figuresOf(mapspace, best!, "exact"), gap: 1 - bound / best!.value };
}

function sample(mapspace: Mapspace, by: CountingRule, seed: number): Incumbent {
  const settings = { strategy: "random", objective: "edp", seed, evaluations: 3_000_000, victory } as const;
  let last: SearchProgress | undefined;
  for (last of blockSearch(mapspace, settings, options(by)));
  return last!.best!;
}

function meanOf(all: readonly Figures[]): Figures {
  const mean = (of: (figures: Figures) => number) => all.reduce((sum, each) => sum + of(each), 0) / all.length;
  const geometric = (name: "energyPj" | "cycles" | "edp") => Math.exp(mean((each) => Math.log(each[name])));
  return {
    energyPj: geometric("energyPj"),
    cycles: geometric("cycles"),
    edp: geometric("edp"),
    utilization: mean(({ utilization }) => utilization),
  };
}

function figuresOf(mapspace: Mapspace, { mapping, bounds }: Incumbent, by: CountingRule): Figures {
  const { workload } = mapspace;
  const padded = { ...workload, dimensions: workload.dimensions.map((d, i) => ({ ...d, bound: bounds[i] })) };
  const { energyPj, cycles, edpPjCycles } = evaluate(mapspace.architecture, padded, mapping, options(by)).evaluation!;
  // Of the layer's own operations: what padding adds is no use.
  const macs = workload.dimensions.reduce((product, d) => product * d.bound, 1);
  const utilization = macs / (mapspace.architecture.compute.instances * cycles);
  return { energyPj, cycles, edp: edpPjCycles, utilization };
}
