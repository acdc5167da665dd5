import type { Mapspace } from "../../mapspace/mapspace.ts";
import { projectionOf } from "../../model/exact/projection.ts";

/**
 * Temporal orders worth trying at a level, as lists of dimensions, innermost first: each data space stationary (the
 * loops that do not move it innermost), and for each with every loop that slides its window next. The rest cannot
 * change what moves first. Constraints stay in force.
 */
export function candidateOrders(mapspace: Mapspace, level: number, windows: boolean): Uint8Array[] {
  const { prefix, free, suffix } = mapspace.rules.orders[level];
  const found = new Map<string, Uint8Array>();
  const add = (middle: readonly number[]) => {
    const order = Uint8Array.from([...prefix, ...middle, ...suffix]);
    if (!found.has(order.join())) found.set(order.join(), order);
  };
  for (const space of mapspace.workload.dataSpaces) {
    const projection = projectionOf(mapspace.workload, space);
    const still = free.filter((d) => projection.relevant[d] === 0);
    const moving = free.filter((d) => projection.relevant[d] === 1);
    add([...still, ...moving]);
    if (!windows) continue;
    for (const other of mapspace.workload.dataSpaces) {
      const { parts } = projectionOf(mapspace.workload, other);
      const sliding = parts.filter((part) => part.dimensions.length > 1).flatMap((part) => part.dimensions);
      for (const first of moving.filter((d) => sliding.includes(d))) {
        add([...still, first, ...moving.filter((d) => d !== first)]);
      }
    }
  }
  return [...found.values()];
}
