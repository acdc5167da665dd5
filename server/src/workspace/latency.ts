/** Cycles as a latency model that the user chose expects them, beside our own. */

import { type LearnedLatency, type ModelMismatch, modelMismatch } from "../engine/model/learned/latency-model.ts";
import type { Architecture, Evaluation, Mapping, Workload } from "../engine/model/types.ts";
import type { Analysis, ChosenLatency, LayerAnalysis } from "./analysis.ts";
import { formatCount } from "./quantities.ts";

/** Cycles of one mapping by a model; `null` where there is none, or it was learned on something else. */
export function learnedCycles(
  chosen: ChosenLatency | null,
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  evaluation: Evaluation,
): LearnedLatency | null {
  if (chosen?.model == null || modelMismatch(chosen.model.file, architecture, workload) !== null) return null;
  return chosen.model.predict(workload, mapping, evaluation);
}

export function learnedOf({ specification, latency }: Analysis, entry: LayerAnalysis): LearnedLatency | null {
  const { layer, lowered, outcome } = entry;
  const { architecture } = specification;
  if (architecture === undefined || lowered === undefined || outcome?.evaluation === undefined) return null;
  return learnedCycles(latency, architecture, layer.workload, lowered.mapping, outcome.evaluation);
}

/** Sum over a network as its files have it; `null` where a layer has none. */
export const learnedTotal = (analysis: Analysis): LearnedLatency | null =>
  latencySum(analysis.layers.map((entry) => ({ latency: learnedOf(analysis, entry), count: entry.layer.count })));

/** Sum over layers, each as often as it occurs, as if all predictions erred alike; `null` where one is missing. */
export function latencySum(
  layers: readonly { latency: LearnedLatency | null; count: number }[],
): LearnedLatency | null {
  const total = { cycles: 0, analyticalCycles: 0, logDeviation: 0, analyticalLogDeviation: 0 };
  for (const { latency, count } of layers) {
    if (latency === null) return null;
    total.cycles += count * latency.cycles;
    total.analyticalCycles += count * latency.analyticalCycles;
    total.logDeviation += count * latency.cycles * latency.logDeviation;
    total.analyticalLogDeviation += count * latency.analyticalCycles * latency.analyticalLogDeviation;
  }
  if (total.cycles === 0) return null;
  total.logDeviation /= total.cycles;
  total.analyticalLogDeviation /= total.analyticalCycles;
  return total;
}

/** `analytical 1,234 (×/÷ 4.2) / learned 2,345 (×/÷ 1.8)`: typical factor between prediction and measurement. */
export function latencyText(latency: LearnedLatency): string {
  const { cycles, analyticalCycles, logDeviation, analyticalLogDeviation } = latency;
  const part = (name: string, value: number, deviation: number) =>
    `${name} ${formatCount(Math.round(value))} (×/÷ ${Math.exp(deviation).toFixed(2)})`;
  const analytical = part("analytical", analyticalCycles, analyticalLogDeviation);
  return `${analytical} / ${part("learned", cycles, logDeviation)}`;
}

/** `1,234 cycles`, or both numbers. */
export function cyclesText(cycles: number, learned: LearnedLatency | null): string {
  return learned === null ? `${formatCount(cycles)} cycles` : `cycles ${latencyText(learned)}`;
}

/** What a model was learned on, where that is something else. */
export function mismatchText({ kind, expected, found }: ModelMismatch): string {
  const [what, subject] = {
    levels: ["other storage levels", "the architecture"],
    array: ["another array", "the architecture"],
    dimensions: ["other dimensions", "the problem"],
  }[kind];
  return `was learned on ${what}: it knows ${expected}, ${subject} has ${found}`;
}
