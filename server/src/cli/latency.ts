/** Learned latency models as files, and what they say beside our own cycles. */

import {
  type LatencyModel,
  type LearnedLatency,
  modelMismatch,
  readLatencyModel,
} from "../engine/model/learned/latency-model.ts";
import type { Architecture, Evaluation, Mapping, Workload } from "../engine/model/types.ts";
import { formatCount } from "../workspace/quantities.ts";
import { readSource } from "./inputs.ts";
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
  if (model === null) throw new UsageError(`${file}: no latency model of version 1; \`mapspace learn\` writes them`);
  return model;
}

/** The learned cycles of a mapping; refuses hardware and problems the model was not made for. */
export function learnedLatency(
  model: LatencyModel,
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  evaluation: Evaluation,
): LearnedLatency {
  const mismatch = modelMismatch(model.file, architecture, workload);
  if (mismatch !== null) {
    const what = {
      levels: `storage levels: it knows ${mismatch.expected}, the architecture has ${mismatch.found}`,
      array: `array: it knows ${mismatch.expected}, the architecture has ${mismatch.found}`,
      dimensions: `dimensions: it knows ${mismatch.expected}, the problem has ${mismatch.found}`,
    }[mismatch.kind];
    throw new UsageError(`the latency model was learned on other ${what}`);
  }
  return model.predict(workload, mapping, evaluation);
}

/** `analytical 1,234 / learned 2,345 (1,900 … 2,900)`: one standard deviation to either side. */
export function renderLearned({ cycles, analyticalCycles, logDeviation }: LearnedLatency): string {
  const range = [Math.exp(-logDeviation), Math.exp(logDeviation)].map((f) => formatCount(Math.round(cycles * f)));
  const learned = formatCount(Math.round(cycles));
  return `  cycles: analytical ${formatCount(analyticalCycles)} / learned ${learned} (${range.join(" … ")})`;
}

export function learnedJson({ cycles, logDeviation }: LearnedLatency) {
  return { learnedCycles: cycles, learnedLogDeviation: logDeviation };
}
