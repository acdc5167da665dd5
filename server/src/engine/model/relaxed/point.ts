import type { Loop, Mapping, MappingLevel } from "../types.ts";
import type { RelaxedLayer } from "./layer.ts";
import { spatialSlot, temporalSlot } from "./space.ts";

/** Sets a layer to a mapping of perfect factors. False where it has loops a relaxed layer cannot say. */
export function setMapping(layer: RelaxedLayer, mapping: Mapping): boolean {
  const nd = layer.dimensions;
  layer.factors.fill(1);
  return mapping.levels.every((level, l) => {
    level.keep.forEach((kept, v) => {
      layer.keep[l * layer.spaces + v] = kept ? 1 : 0;
    });
    const put = (loops: readonly Loop[], kind: number) => {
      for (const { dimension, factor } of loops) layer.factors[(2 * l + kind) * nd + dimension] *= factor;
    };
    put(level.spatialX, spatialSlot);
    put(level.spatialY, spatialSlot);
    put(level.temporal, temporalSlot);
    setOrder(layer, l, level);
    return [...level.spatialX, ...level.spatialY, ...level.temporal].every((loop) => loop.factor === loop.residual);
  });
}

function setOrder(layer: RelaxedLayer, l: number, level: MappingLevel): void {
  const present = level.temporal.map((loop) => loop.dimension);
  const rest = Array.from({ length: layer.dimensions }, (_, d) => d).filter((d) => !present.includes(d));
  layer.orders.set([...present, ...rest], l * layer.dimensions);
}
