import type { AccessCounts } from "../counts.ts";
import { fanouts } from "../fanout.ts";
import type { Architecture, Mapping, Term, TermLoop, Workload } from "../types.ts";
import { type Nest, spatialX, temporal } from "./nest.ts";
import { type StepKind, stepKinds } from "./steps.ts";
import { loweredNest, loweredWorkload } from "./workload.ts";

/**
 * Adds where the words of each transfer come from: kinds of step, each with the loop that advances. `sent` at the
 * level that gives, `received` at the level that takes; values are words over all instances.
 */
export function withTransferTerms(
  counts: AccessCounts,
  architecture: Architecture,
  workload: Workload,
  mapping: Mapping,
): AccessCounts {
  const nest = loweredNest(workload, mapping);
  const available = fanouts(architecture);
  const terms: Record<string, Term>[][] = mapping.levels.map(() => workload.dataSpaces.map(() => ({})));
  const { projections, closed } = loweredWorkload(workload);
  projections.forEach((projection, p) => {
    let child = -1;
    mapping.levels.forEach((level, parent) => {
      if (!level.keep[p]) return;
      // The operands of every operation need no list: no loop but the innermost ones would be in it.
      if (child >= 0) {
        const rules = {
          wholeTiles: mapping.levels[child].noTemporalReuse?.[p] ?? false,
          alone: mapping.levels.slice(child + 1, parent + 1).some((between) => between.noSpatialReuse?.[p]),
        };
        const steps = stepKinds(nest, projection, child, parent, available, rules, closed);
        terms[parent][p].sent = transferTerm(nest, steps, "words-sent", child, "parentWords");
        terms[child][p].received = transferTerm(nest, steps, "words-received", parent, "childWords");
      }
      child = parent;
    });
  });
  counts.levels.forEach((level, l) => {
    level.dataSpaces.forEach((own, p) => {
      const all = terms[l][p];
      for (const field in own.terms) all[field] = own.terms[field];
      own.terms = all;
    });
  });
  return counts;
}

/** @param other the level at the other end */
function transferTerm(
  nest: Nest,
  steps: readonly StepKind[],
  formula: string,
  other: number,
  words: "parentWords" | "childWords",
): Term {
  const parts = steps.map((step): Term => {
    const { advancing, count, tileWords, overlapWords } = step;
    const value = count * step[words];
    const inputs = { times: count, words: step[words], tileWords, overlapWords };
    if (advancing < 0) return { formula: "first-step", value, inputs };
    return { formula: "loop-advances", value, inputs, loops: [termLoop(nest, advancing)] };
  });
  parts.sort((a, b) => b.value - a.value);
  return { formula, value: parts.reduce((sum, part) => sum + part.value, 0), inputs: { level: other }, parts };
}

function termLoop(nest: Nest, i: number): TermLoop {
  const kind = nest.axis[i] === temporal ? "temporal" : nest.axis[i] === spatialX ? "spatial-x" : "spatial-y";
  return {
    level: nest.level[i],
    kind,
    dimension: nest.dimension[i],
    factor: nest.factor[i],
    residual: nest.lastDigit[i] + 1,
  };
}
