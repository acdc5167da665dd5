/** The loop nest of a mapping as the panel draws it, and the arrays its spatial loops spread over. */

import { fanouts, hasFanout } from "../../engine/model/fanout.ts";
import type { Architecture, Loop, Mapping, Workload } from "../../engine/model/types.ts";
import type { ArrayView, NestLine } from "./protocol.ts";

/** Outermost first. Loops of one trip are left out. */
export function nestLines(architecture: Architecture, workload: Workload, mapping: Mapping): NestLine[] {
  const lines: NestLine[] = [];
  mapping.levels.forEach((level, index) => {
    const add = (kind: NestLine["kind"], loops: readonly Loop[]) => {
      for (const { dimension, factor, residual } of loops) {
        if (factor === 1 && residual === 1) continue;
        const { name } = workload.dimensions[dimension];
        const levelName = architecture.storage[index].name;
        lines.push({ level: index, levelName, kind, dimension: name, factor, residual, still: [] });
      }
    };
    add("spatial-x", level.spatialX);
    add("spatial-y", level.spatialY);
    add("temporal", level.temporal);
  });
  return withStill(lines, architecture, workload, mapping).reverse();
}

/**
 * A tile stays in its buffer while the loops right outside it do not move it: from the buffer outwards, every
 * temporal loop up to the first one that its data space depends on.
 */
function withStill(
  lines: readonly NestLine[],
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
): NestLine[] {
  const still: { space: number; at: string }[][] = lines.map(() => []);
  workload.dataSpaces.forEach((space, v) => {
    const names = new Set(space.ranks.flat().map((term) => workload.dimensions[term.dimension].name));
    mapping.levels.forEach((level, buffer) => {
      if (!level.keep[v]) return;
      for (let i = 0; i < lines.length; i++) {
        const line = lines[i];
        if (line.level <= buffer || line.kind !== "temporal") continue;
        const stored = mapping.levels.findIndex((other, l) => l > buffer && other.keep[v]);
        if (stored >= 0 && line.level > stored) break;
        if (names.has(line.dimension)) break;
        still[i].push({ space: v, at: architecture.storage[buffer].name });
      }
    });
  });
  return lines.map((line, i) => ({ ...line, still: still[i] }));
}

/** Every fan-out of the hardware with what the mapping makes of it, outermost first. */
export function arrayViews(architecture: Architecture, workload: Workload, mapping: Mapping): ArrayView[] {
  const label = ({ dimension, factor, residual }: Loop) =>
    `${workload.dimensions[dimension].name} ${factor}${residual === factor ? "" : ` (last ${residual})`}`;
  const size = (loops: readonly Loop[]) => loops.reduce((product, loop) => product * loop.factor, 1);
  return fanouts(architecture)
    .flatMap((fan, level): ArrayView[] => {
      const { spatialX, spatialY } = mapping.levels[level];
      if (!hasFanout(fan)) return [];
      const child = level === 0 ? architecture.compute : architecture.storage[level - 1];
      return [
        {
          level,
          levelName: architecture.storage[level].name,
          childName: child.name,
          width: fan.x,
          height: fan.y,
          usedX: size(spatialX),
          usedY: size(spatialY),
          alongX: spatialX.filter((loop) => loop.factor > 1).map(label),
          alongY: spatialY.filter((loop) => loop.factor > 1).map(label),
        },
      ];
    })
    .reverse();
}
