import { meshBetween } from "./classes.ts";
import type { ClosedForm } from "./closed.ts";
import { type Nest, temporal } from "./nest.ts";
import { type Projection, partWords } from "./projection.ts";
import type { StepClass, WalkRules } from "./sharing.ts";
import { walkSteps } from "./walk.ts";

/** The parts of a kind of step that explain a count. */
export type StepKind = Pick<
  StepClass,
  "advancing" | "count" | "tileWords" | "overlapWords" | "parentWords" | "childWords"
>;

/**
 * The kinds of step of one transfer: which loop advances, how often over all parents, and what moves then. Without
 * residuals there is one kind per loop, down to the innermost that moves the tile; otherwise they are walked.
 */
export function stepKinds(
  nest: Nest,
  projection: Projection,
  child: number,
  parent: number,
  fanouts: readonly { x: number; y: number }[],
  rules: WalkRules,
  closed: ClosedForm,
): readonly StepKind[] {
  const even = nest.even && !rules.wholeTiles && closed.traffic(nest, projection, child, parent, false);
  if (even) return evenKinds(nest, projection, child, rules.alone, closed);
  return walkSteps(nest, projection, child, parent, meshBetween(nest, child, parent, fanouts), rules).steps;
}

function evenKinds(nest: Nest, projection: Projection, child: number, alone: boolean, closed: ClosedForm): StepKind[] {
  const tile = nest.extent.subarray((child + 1) * nest.dimensions, (child + 2) * nest.dimensions);
  const tileWords = projection.parts.reduce((words, part) => words * partWords(part, tile), 1);
  const { through, parentWords, childWords, firstParentWords } = closed;
  const parents = parentWords / firstParentWords;
  const children = closed.childWords / closed.firstChildWords / parents;
  const groups = alone ? children : (children * parentWords) / childWords;
  const kinds: StepKind[] = [];
  let passes = parents;
  const add = (advancing: number, count: number, overlapWords: number) => {
    const words = tileWords - overlapWords;
    if (words === 0 || count === 0) return;
    kinds.push({
      advancing,
      count,
      tileWords,
      overlapWords,
      parentWords: words * groups,
      childWords: words * children,
    });
  };
  add(-1, parents, 0);
  for (let a = 0; a <= through; a++) {
    if (nest.axis[a] !== temporal) continue;
    add(a, passes * (nest.factor[a] - 1), closed.overlapOfStep(nest, projection, child, a, through));
    passes *= nest.factor[a];
  }
  return kinds;
}
