/** Which layer of a network an answer is about. */

import type { LayerAnalysis } from "../workspace/analysis.ts";
import type { FeatureContext } from "./context.ts";

/** The layer in whose text a place is; elsewhere the one that takes most energy, as often as it occurs. */
export function layerAt({ file, snapshot }: FeatureContext, offset: number): LayerAnalysis | undefined {
  const { layers } = snapshot.analysis;
  const around = layers.find(
    ({ layer: { location } }) => location.uri === file.uri && location.start <= offset && offset <= location.end,
  );
  return around ?? costliest(layers) ?? layers[0];
}

function costliest(layers: readonly LayerAnalysis[]): LayerAnalysis | undefined {
  let found: { entry: LayerAnalysis; energyPj: number } | undefined;
  for (const entry of layers) {
    const { energyPj } = entry.outcome?.evaluation ?? {};
    if (energyPj === undefined) continue;
    const all = entry.layer.count * energyPj;
    if (found === undefined || all > found.energyPj) found = { entry, energyPj: all };
  }
  return found?.entry;
}
