/** Learned latency models as files, and what they say beside our own cycles. */

import {
  type LatencyModel,
  type LearnedLatency,
  latencyModelVersion,
  modelMismatch,
  readLatencyModel,
} from "../engine/model/learned/latency-model.ts";
import type { Architecture, Workload } from "../engine/model/types.ts";
import { latencyText, mismatchText } from "../workspace/latency.ts";
import { readSource } from "./inputs.ts";
import type { EvaluatedLayer } from "./session.ts";
import { UsageError } from "./usage.ts";

export function openLatencyModel(file: string): LatencyModel {
  let value: unknown;
  try {
    value = JSON.parse(readSource(file).text);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    value = null;
  }
  const model = readLatencyModel(value);
  if (model === null)
    throw new UsageError(`${file}: no latency model of version ${latencyModelVersion}; \`mapspace learn\` writes them`);
  return model;
}

/** The learned cycles of a mapping; refuses hardware and problems the model was not made for. */
export function learnedOf(
  model: LatencyModel,
  { architecture, layer, mapping, evaluation }: EvaluatedLayer,
): LearnedLatency {
  requireMatch(model, architecture, layer.workload);
  return model.predict(layer.workload, mapping, evaluation);
}

export function requireMatch(model: LatencyModel, architecture: Architecture, workload: Workload): void {
  const mismatch = modelMismatch(model.file, architecture, workload);
  if (mismatch !== null) throw new UsageError(`the latency model ${mismatchText(mismatch)}`);
}

export function renderLearned(latency: LearnedLatency): string {
  return `  cycles: ${latencyText(latency)}`;
}

export function learnedJson({ cycles, logDeviation, analyticalLogDeviation }: LearnedLatency) {
  return {
    learnedCycles: cycles,
    learnedLogDeviation: logDeviation,
    analyticalLogDeviation,
  };
}
