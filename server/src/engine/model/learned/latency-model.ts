import type { Architecture, Evaluation, Mapping, Workload } from "../types.ts";
import { analyticalCycles, featureLayout, latencyFeatures } from "./features.ts";
import { Network } from "./network.ts";
import type { Quality } from "./quality.ts";

/** A latency model as its file holds it: plain data, versioned. */
export interface LatencyModelFile {
  mapspaceLatencyModel: 1;
  /** What was measured: storage levels (inner to outer) and array. */
  machine: MachineStamp;
  /** Dimensions in their order. */
  dimensions: readonly string[];
  kind: "linear" | "network";
  samples: number;
  layers: number;
  /** Features that vary in the data, with centre and spread. */
  used: readonly number[];
  centre: readonly number[];
  spread: readonly number[];
  targetCentre: number;
  targetSpread: number;
  members: readonly { sizes: readonly number[]; weights: readonly number[] }[];
  /** On held-out layers. */
  validation: { analytical: Quality; learned: Quality; linear: Quality; network: Quality };
}

export interface MachineStamp {
  levels: readonly string[];
  meshX: number;
  meshY: number;
}

export function machineStamp({ storage, compute }: Architecture): MachineStamp {
  return { levels: storage.map(({ name }) => name), meshX: compute.meshX, meshY: compute.meshY };
}

export interface LearnedLatency {
  cycles: number;
  analyticalCycles: number;
  /** Standard deviation of log(cycles): 0.1 is about 10 %. */
  logDeviation: number;
  /** The same of the analytical cycles, on layers held out when the model was learned. */
  analyticalLogDeviation: number;
}

/** The residual between measured and analytical cycles, learned: cycles = analytical · exp(f(features)). */
export class LatencyModel {
  readonly file: LatencyModelFile;
  private readonly networks: readonly Network[];
  private readonly x: Float64Array;
  private readonly slope: Float64Array;

  constructor(file: LatencyModelFile) {
    this.file = file;
    this.networks = file.members.map(({ sizes, weights }) => new Network(sizes, Float64Array.from(weights)));
    this.x = new Float64Array(file.used.length);
    this.slope = new Float64Array(file.used.length);
  }

  predict(workload: Workload, mapping: Mapping, evaluation: Evaluation): LearnedLatency {
    const features = latencyFeatures(workload, mapping, analyticalCycles(evaluation));
    const { value, logDeviation } = this.residual(features);
    return {
      cycles: evaluation.cycles * Math.exp(value),
      analyticalCycles: evaluation.cycles,
      logDeviation,
      analyticalLogDeviation: this.file.validation.analytical.logError,
    };
  }

  /**
   * log(measured / analytical) as learned. With `gradient`, its derivatives by all features are written there
   * (logarithms of factors and of analytical cycles; 0 for features that never varied in the data).
   */
  residual(features: Float64Array, gradient?: Float64Array): { value: number; logDeviation: number } {
    const { used, centre, spread, targetCentre, targetSpread, validation } = this.file;
    for (let i = 0; i < used.length; i++) this.x[i] = (features[used[i]] - centre[i]) / spread[i];
    gradient?.fill(0);
    let sum = 0;
    let squares = 0;
    for (const network of this.networks) {
      const value = network.value(this.x);
      sum += value;
      squares += value * value;
      if (gradient === undefined) continue;
      network.backward(targetSpread / this.networks.length, null, this.slope);
      for (let i = 0; i < used.length; i++) gradient[used[i]] += this.slope[i] / spread[i];
    }
    const mean = sum / this.networks.length;
    const between = Math.max(0, squares / this.networks.length - mean * mean) * targetSpread * targetSpread;
    return {
      value: targetCentre + targetSpread * mean,
      logDeviation: Math.sqrt(validation.learned.logError ** 2 + between),
    };
  }
}

export type ModelMismatch =
  | { kind: "levels"; expected: number; found: number }
  | { kind: "array"; expected: string; found: string }
  | { kind: "dimensions"; expected: string; found: string };

/** Why a model says nothing about this hardware and problem; null where it does. */
export function modelMismatch(
  file: LatencyModelFile,
  architecture: Architecture,
  workload: Workload,
): ModelMismatch | null {
  const { machine, dimensions } = file;
  const found = machineStamp(architecture);
  if (found.levels.length !== machine.levels.length) {
    return { kind: "levels", expected: machine.levels.length, found: found.levels.length };
  }
  if (found.meshX !== machine.meshX || found.meshY !== machine.meshY) {
    return {
      kind: "array",
      expected: `${machine.meshX} × ${machine.meshY}`,
      found: `${found.meshX} × ${found.meshY}`,
    };
  }
  const names = workload.dimensions.map(({ name }) => name).join(" ");
  return names === dimensions.join(" ") ? null : { kind: "dimensions", expected: dimensions.join(" "), found: names };
}

/** A model from the text of its file; null where it is none of this version. */
export function readLatencyModel(value: unknown): LatencyModel | null {
  const file = value as LatencyModelFile;
  if (typeof value !== "object" || value === null || file.mapspaceLatencyModel !== 1) return null;
  const numbers = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((x) => typeof x === "number" && Number.isFinite(x));
  if (!numbers(file.used) || !numbers(file.centre) || !numbers(file.spread)) return null;
  const inputs = file.used.length;
  if (file.centre.length !== inputs || file.spread.length !== inputs) return null;
  if (!Array.isArray(file.machine?.levels) || !Array.isArray(file.dimensions)) return null;
  const { size } = featureLayout(file.machine.levels.length, file.dimensions.length);
  if (file.used.some((at) => !Number.isInteger(at) || at < 0 || at >= size)) return null;
  const { analytical, learned } = file.validation ?? {};
  if (!numbers([file.targetCentre, file.targetSpread, learned?.logError, analytical?.logError])) return null;
  if (!Array.isArray(file.members) || file.members.length === 0) return null;
  for (const { sizes, weights } of file.members) {
    if (!numbers(sizes) || !numbers(weights) || sizes[0] !== inputs) return null;
    if (new Network(sizes).weights.length !== weights.length) return null;
  }
  return new LatencyModel(file);
}
