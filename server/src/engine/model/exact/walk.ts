import { finish } from "../finish.ts";
import { type Mesh, type ParentClass, parentClasses } from "./classes.ts";
import type { Nest } from "./nest.ts";
import type { Projection } from "./projection.ts";
import { StepRuns } from "./runs.ts";
import type { StepClass, WalkRules } from "./sharing.ts";

export interface WalkResult {
  /** Words leaving the parents (A of docs/model.md) and arriving at the children (F). */
  parentWords: number;
  childWords: number;
  /** The same for the parent, and the child, whose spatial indices are all 0. */
  firstParentWords: number;
  firstChildWords: number;
  /** Words that children, and the first of them, took from a neighbour instead of the parent. */
  linkedWords: number;
  firstLinkedWords: number;
  steps: StepClass[];
}

/**
 * Counts transfers by kinds of step (docs/model.md, `exact`, point 10), for any mix of residual loops, windows and
 * spatial slots. A run of the loops from one on inwards depends only on how the digits outside compare with each
 * class's last step and on the translations remembered, so each such run is worked out once, and a loop that comes
 * back to a state it was in before is not repeated: the number of runs does not grow with trip counts. Only the
 * children of one parent are enumerated, to find which deltas are equal. Where only the sums are asked for, `StepSums`
 * has them sooner.
 */
export function walkSteps(...what: Parameters<typeof walkingSteps>): WalkResult {
  return finish(walkingSteps(...what));
}

/** The same with pauses. */
export function* walkingSteps(
  nest: Nest,
  projection: Projection,
  child: number,
  parent: number,
  mesh: Mesh,
  rules: WalkRules,
): Generator<void, WalkResult> {
  const { dimensions } = nest;
  const perDimension: ParentClass[][] = [];
  for (let d = 0; d < dimensions; d++) {
    perDimension.push(parentClasses(nest, d, child, parent, mesh.weights, projection.relevant[d] === 1));
  }
  const result: WalkResult = {
    parentWords: 0,
    childWords: 0,
    firstParentWords: 0,
    firstChildWords: 0,
    linkedWords: 0,
    firstLinkedWords: 0,
    steps: [],
  };
  const merged = new Map<string, StepClass>();
  function* choose(d: number, chosen: ParentClass[]): Generator<void, void> {
    if (d < dimensions) {
      for (const option of perDimension[d]) yield* choose(d + 1, [...chosen, option]);
      return;
    }
    const multiplicity = chosen.reduce((product, option) => product * option.multiplicity, 1);
    const isFirst = chosen.every((option) => option.first);
    const walk = new StepRuns(
      nest,
      projection,
      child,
      chosen,
      mesh,
      rules,
      rules.links ? lastSteps(nest, perDimension) : null,
    );
    const counts = yield* walk.running();
    walk.kinds.forEach(({ step, firstChildWords, linkedWords, firstLinkedWords }, kind) => {
      const count = counts[kind];
      result.linkedWords += multiplicity * count * linkedWords;
      if (isFirst) result.firstLinkedWords += count * firstLinkedWords;
      result.parentWords += multiplicity * count * step.parentWords;
      result.childWords += multiplicity * count * step.childWords;
      if (isFirst) {
        result.firstParentWords += count * step.parentWords;
        result.firstChildWords += count * firstChildWords;
      }
      if (step.childWords === 0) return;
      const key = JSON.stringify([step.advancing, step.tileWords, step.overlapWords, step.groups]);
      const same = merged.get(key);
      if (same === undefined) merged.set(key, { ...step, count: multiplicity * count });
      else same.count += multiplicity * count;
    });
  }
  yield* choose(0, []);
  result.steps = [...merged.values()];
  return result;
}

/** Digits of the very last step at which any instance acts, per dimension. */
function lastSteps(nest: Nest, perDimension: readonly ParentClass[][]): Float64Array[] {
  return perDimension.map((parents) => {
    let latest: Float64Array = new Float64Array(nest.size);
    for (const { children } of parents) {
      for (const { last } of children) {
        const i = last.findIndex((digit, k) => digit !== latest[k]);
        if (i >= 0 && last[i] > latest[i]) latest = last;
      }
    }
    return latest;
  });
}
