import type { Architecture, Evaluation, Mapping, Workload } from "../types.ts";
import { analyticalCycles, featureLayout, latencyFeatures } from "./features.ts";
import { Network } from "./network.ts";
import type { Quality } from "./quality.ts";
import { isReach } from "./reach.ts";
import { Residual, type ResidualFile } from "./residual.ts";

export const latencyModelVersion = 2;

/** A latency model as its file holds it: plain data, versioned. */
export interface LatencyModelFile extends ResidualFile {
  mapspaceLatencyModel: typeof latencyModelVersion;
  /** What was measured: storage levels (inner to outer) and array. */
  machine: MachineStamp;
  /** Dimensions in their order. */
  dimensions: readonly string[];
  kind: "linear" | "network";
  samples: number;
  layers: number;
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

/** Learned cycles = analytical · exp(residual). */
export class LatencyModel {
  readonly file: LatencyModelFile;
  private readonly learned: Residual;

  constructor(file: LatencyModelFile) {
    this.file = file;
    this.learned = new Residual(file);
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
   * log(learned / analytical cycles); see `Residual`. Its uncertainty is the error on held-out layers and what the
   * networks disagree by, and becomes that of analytical cycles where mappings are unlike those measured.
   */
  residual(features: Float64Array, gradient?: Float64Array): { value: number; logDeviation: number } {
    const { analytical, learned } = this.file.validation;
    const { value, weight, between } = this.learned.at(features, gradient);
    const near = learned.logError ** 2 + between;
    const far = Math.max(analytical.logError, learned.logError) ** 2;
    return { value, logDeviation: Math.sqrt(weight * near + (1 - weight) * far) };
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
  if (typeof value !== "object" || value === null || file.mapspaceLatencyModel !== latencyModelVersion) return null;
  const numbers = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((x) => typeof x === "number" && Number.isFinite(x));
  if (!numbers(file.used) || !numbers(file.centre) || !numbers(file.spread)) return null;
  const inputs = file.used.length;
  if (file.centre.length !== inputs || file.spread.length !== inputs) return null;
  if (file.spread.some((x) => x <= 0)) return null;
  if (!Array.isArray(file.machine?.levels) || !Array.isArray(file.dimensions)) return null;
  const { size } = featureLayout(file.machine.levels.length, file.dimensions.length);
  if (file.used.some((at) => !Number.isInteger(at) || at < 0 || at >= size)) return null;
  const { analytical, learned } = file.validation ?? {};
  if (!numbers([file.targetCentre, file.targetSpread, learned?.logError, analytical?.logError])) return null;
  if (!numbers([file.least, file.most]) || !isReach(file.reach, inputs, size)) return null;
  if (!Array.isArray(file.members) || file.members.length === 0) return null;
  for (const { sizes, weights } of file.members) {
    if (!numbers(sizes) || !numbers(weights) || sizes[0] !== inputs) return null;
    if (new Network(sizes).weights.length !== weights.length) return null;
  }
  return new LatencyModel(file);
}
