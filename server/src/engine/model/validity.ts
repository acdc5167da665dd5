import { fanouts } from "./fanout.ts";
import type { Architecture, Loop, Mapping, MappingLevel, Violation, Workload } from "./types.ts";

/**
 * Do the loops describe the workload? Residuals must lie in 1..factor,
 * and for each dimension, outer to inner, `v = v·factor + residual − 1` must end at bound − 1 (Timeloop
 * `mapping/parser.cpp`, `ParseAndConstruct`). While this list is not empty a mapping has no cost.
 */
export function loopViolations(workload: Workload, mapping: Mapping): Violation[] {
  const violations: Violation[] = [];
  const last = workload.dimensions.map(() => 0);
  for (let level = mapping.levels.length - 1; level >= 0; level--) {
    forLoops(mapping.levels[level], (loop, spatial) => {
      const { dimension, factor, residual } = loop;
      if (residual < 1 || residual > factor) {
        violations.push({ kind: "residual", level, dimension, factor, residual, spatial });
      }
      last[dimension] = last[dimension] * factor + residual - 1;
    });
  }
  workload.dimensions.forEach(({ bound }, dimension) => {
    const product = last[dimension] + 1;
    if (product !== bound) violations.push({ kind: "factor-product", dimension, product, bound });
  });
  return violations;
}

/** Loops of a level, outer to inner. */
function forLoops(level: MappingLevel, visit: (loop: Loop, spatial: boolean) => void): void {
  for (let i = level.temporal.length - 1; i >= 0; i--) visit(level.temporal[i], false);
  for (let i = level.spatialY.length - 1; i >= 0; i--) visit(level.spatialY[i], true);
  for (let i = level.spatialX.length - 1; i >= 0; i--) visit(level.spatialX[i], true);
}

/**
 * Does the hardware hold the mapping? `tileWords[level][dataSpace]` is the largest tile of one instance, `null` where
 * wrong factors leave no tiles to speak of. Capacity,
 * least utilisation, instances and meshes as Timeloop checks them (`buffer.cpp`, `Evaluate`; `arithmetic.cpp`;
 * `tiling.cpp`, `CheckMaskValidity`), and the fan-out of each level, which only its mapper checks.
 */
export function hardwareViolations(
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
  tileWords: readonly (readonly number[])[] | null,
): Violation[] {
  return [
    ...bypassViolations(workload, mapping),
    ...spreadViolations(architecture, mapping),
    ...(tileWords === null ? [] : capacityViolations(architecture, mapping, tileWords)),
  ];
}

function bypassViolations(workload: Workload, mapping: Mapping): Violation[] {
  return workload.dataSpaces.flatMap((_, dataSpace) =>
    mapping.levels.some((level) => level.keep[dataSpace]) ? [] : [{ kind: "bypassed-everywhere" as const, dataSpace }],
  );
}

/** Words of a level that tiles may fill at a time. */
export function effectiveWords(level: { capacityWords: number | null; multipleBuffering: number }): number | null {
  return level.capacityWords === null ? null : Math.floor(level.capacityWords / level.multipleBuffering);
}

function capacityViolations(
  architecture: Architecture,
  mapping: Mapping,
  tileWords: readonly (readonly number[])[],
): Violation[] {
  const violations: Violation[] = [];
  architecture.storage.forEach((storage, level) => {
    const effective = effectiveWords(storage);
    if (effective === null) return;
    const { keep } = mapping.levels[level];
    const perDataSpace = tileWords[level].map((words, dataSpace) => (keep[dataSpace] ? words : 0));
    const used = perDataSpace.reduce((sum, words) => sum + words, 0);
    const least = effective * storage.minUtilization;
    if (used > effective) {
      violations.push({ kind: "capacity", level, neededWords: used, effectiveWords: effective, perDataSpace });
    } else if (used < least) {
      violations.push({ kind: "min-utilization", level, usedWords: used, neededWords: least });
    }
  });
  return violations;
}

const product = (loops: readonly Loop[]) => loops.reduce((p, loop) => p * loop.factor, 1);

function spreadViolations(architecture: Architecture, mapping: Mapping): Violation[] {
  const violations: Violation[] = [];
  const fans = fanouts(architecture);
  let x = 1;
  let y = 1;
  for (let level = mapping.levels.length - 1; level >= 0; level--) {
    checkMesh(architecture.storage[level], level, x, y, violations);
    const usedX = product(mapping.levels[level].spatialX);
    const usedY = product(mapping.levels[level].spatialY);
    if (usedX > fans[level].x) violations.push({ kind: "fanout-x", level, used: usedX, available: fans[level].x });
    if (usedY > fans[level].y) violations.push({ kind: "fanout-y", level, used: usedY, available: fans[level].y });
    x *= usedX;
    y *= usedY;
  }
  checkMesh(architecture.compute, "compute", x, y, violations);
  return violations;
}

function checkMesh(
  hardware: { instances: number; meshX: number; meshY: number },
  level: number | "compute",
  x: number,
  y: number,
  violations: Violation[],
): void {
  const { instances, meshX, meshY } = hardware;
  if (x * y > instances) violations.push({ kind: "instances", level, used: x * y, available: instances });
  if (x > meshX) violations.push({ kind: "mesh-x", level, used: x, available: meshX });
  if (y > meshY) violations.push({ kind: "mesh-y", level, used: y, available: meshY });
}
