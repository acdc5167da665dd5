import type { Architecture } from "./types.ts";

/** Area of all instances of all levels, µm². Networks have none (Timeloop `Topology::Spec`). */
export function totalAreaUm2(architecture: Architecture): number {
  const { compute } = architecture;
  return architecture.storage.reduce(
    (sum, level) => sum + level.areaUm2 * level.instances,
    compute.areaUm2 * compute.instances,
  );
}

/**
 * Width of what one network hop crosses below each storage level, µm: the square root of the area of one child with
 * everything inside it (Timeloop `Topology::FloorPlan`).
 */
export function tileWidthsUm(architecture: Architecture): number[] {
  const { compute, storage } = architecture;
  let area = compute.areaUm2;
  let inside = compute.instances;
  return storage.map((level) => {
    const width = Math.sqrt(area);
    area = level.areaUm2 + area * Math.floor(inside / level.instances);
    inside = level.instances;
    return width;
  });
}
