import { meshBetween } from "./classes.ts";
import type { Nest } from "./nest.ts";
import type { Projection } from "./projection.ts";
import { type WalkResult, type WalkRules, walkSteps } from "./walk.ts";

/** Words moved between a kept level and the next kept one inside it, or the arithmetic. */
export type Traffic = WalkResult;

export function trafficBetween(
  nest: Nest,
  projection: Projection,
  child: number,
  parent: number,
  fanouts: readonly { x: number; y: number }[],
  rules: WalkRules,
): Traffic {
  return walkSteps(nest, projection, child, parent, meshBetween(nest, child, parent, fanouts), rules);
}
