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

export interface Measured {
  /** Optimum under `exact`, and what is not proven of it (0: nothing). */
  optimum: Figures;
  gap: number;
  /** Random search that stops after 3,000 valid mappings in a row without improvement, by the rule it was costed by. */
  random: Partial<Record<CountingRule, Figures & { tried: number }>>;
  cpuSeconds: number;
}

const victory = 3000;
const exactSeconds = 60;

/** Measurements are kept in `file` and not made again while design, layer and mapspace are the same. */
export class Bench {
  private readonly file: string;
  private known: Record<string, Measured>;

  constructor(file: string) {
    this.file = file;
    this.known = this.read();
  }

  private read(): Record<string, Measured> {
    return existsSync(this.file) ? JSON.parse(readFileSync(this.file, "utf8")) : {};
  }

  measure(machine: Machine, layer: Workload, kind: MapspaceKind, rules: readonly CountingRule[]): Measured {
    const constraints = machine.constraints(layer);
    const key = `${inputDigest(machine.architecture, { ...layer, name: "" }, kind, constraints, "edp")} ${rules}`;
    const before = this.known[key];
    if (before !== undefined) return before;
    const { mapspace } = createMapspace(machine.architecture, layer, kind, constraints);
    if (mapspace === undefined) throw new Error(`${machine.architecture.name}, ${layer.name}: no mapping`);
    const began = process.cpuUsage().user;
    const exact = optimumOf(mapspace);
    const measured: Measured = {
      optimum: figuresOf(mapspace, exact.best!, options("exact")),
      gap: 1 - exact.bound / exact.best!.value,
      random: {},
      cpuSeconds: 0,
    };
    for (const rule of rules) {
      const { best, evaluations } = sampled(mapspace, options(rule));
      measured.random[rule] = { ...figuresOf(mapspace, best!, options(rule)), tried: evaluations };
    }
    measured.cpuSeconds = (process.cpuUsage().user - began) / 1e6;
    // Another run may have added to it.
    this.known = { ...this.read(), [key]: measured };
    mkdirSync(dirname(this.file), { recursive: true });
    // In one stroke: another run may be reading.
    writeFileSync(`${this.file}.${process.pid}`, JSON.stringify(this.known));
    renameSync(`${this.file}.${process.pid}`, this.file);
    return measured;
  }
}

/** Links between neighbours are left out under either rule. */
const options = (rule: CountingRule): EvaluationOptions => ({
  ...defaultEvaluationOptions(rule),
  linkTransfers: false,
});

function optimumOf(mapspace: Mapspace): ExactProgress {
  const until = process.cpuUsage().user + exactSeconds * 1e6;
  let last: ExactProgress | undefined;
  for (last of exactSearch(mapspace, { objective: "edp", seed: 1 })) if (process.cpuUsage().user > until) break;
  return last!;
}

function sampled(mapspace: Mapspace, by: EvaluationOptions): SearchProgress {
  const settings = { strategy: "random", objective: "edp", seed: 1, evaluations: 3_000_000, victory } as const;
  let last: SearchProgress | undefined;
  for (last of blockSearch(mapspace, settings, by));
  return last!;
}

function figuresOf(mapspace: Mapspace, { mapping, bounds }: Incumbent, by: EvaluationOptions): Figures {
  const { workload } = mapspace;
  const padded = { ...workload, dimensions: workload.dimensions.map((d, i) => ({ ...d, bound: bounds[i] })) };
  const { energyPj, cycles, edpPjCycles } = evaluate(mapspace.architecture, padded, mapping, by).evaluation!;
  // Of the layer's own operations: what padding adds is no use.
  const macs = workload.dimensions.reduce((product, d) => product * d.bound, 1);
  const utilization = macs / (mapspace.architecture.compute.instances * cycles);
  return { energyPj, cycles, edp: edpPjCycles, utilization };
}
