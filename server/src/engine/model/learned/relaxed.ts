import type { RelaxedLayer } from "../relaxed/layer.ts";
import { analyticalAt, computeAt, factorAt, featureLayout, writeLayer } from "./features.ts";
import type { LatencyModel } from "./latency-model.ts";

/**
 * Learned cycles of a layer with real factors, after its `cost` with gradients, for searches that descend; writes their
 * derivatives by the logarithms of the factors into `gradient` (positions as in `layer.factors`). Which loop stands
 * innermost counts as fixed.
 */
export function relaxedLearnedCycles(model: LatencyModel, layer: RelaxedLayer, gradient: Float64Array): number {
  const { levels, dimensions: nd, cycles, cyclesGradient } = layer;
  const layout = featureLayout(levels, nd);
  const slope = new Float64Array(layout.size);
  const first = factorAt(layout, 0, 0, 0);
  const learned = cycles * Math.exp(model.residual(relaxedFeatures(layer), slope).value);
  for (let l = 0; l < levels; l++) {
    for (const kind of [0, 1] as const) {
      for (let d = 0; d < nd; d++) {
        const i = (2 * l + kind) * nd + d;
        const byLog =
          ((1 + slope[analyticalAt]) * cyclesGradient[i]) / cycles +
          (kind === 1 ? slope[computeAt] : 0) +
          slope[first + i];
        gradient[i] = learned * byLog;
      }
    }
  }
  return learned;
}

/** Learned over analytical cycles of a layer after its `cost`. */
export function relaxedLatencyRatio(model: LatencyModel, layer: RelaxedLayer): number {
  return Math.exp(model.residual(relaxedFeatures(layer)).value);
}

function relaxedFeatures(layer: RelaxedLayer): Float64Array {
  const { levels, dimensions: nd, factors, orders, cycles, operationCycles } = layer;
  const layout = featureLayout(levels, nd);
  const x = new Float64Array(layout.size);
  const first = factorAt(layout, 0, 0, 0);
  const innermost = first + 2 * levels * nd;
  x[analyticalAt] = Math.log(Math.max(1, cycles));
  x[computeAt] = Math.log(Math.max(1, operationCycles));
  writeLayer(layer.workload, x);
  for (let i = 0; i < 2 * levels * nd; i++) x[first + i] = Math.log(factors[i]);
  for (let l = 0; l < levels; l++) {
    for (let k = 0; k < nd; k++) {
      const d = orders[l * nd + k];
      if (factors[(2 * l + 1) * nd + d] < 1.5) continue;
      x[innermost + l * nd + d] = 1;
      break;
    }
  }
  return x;
}
