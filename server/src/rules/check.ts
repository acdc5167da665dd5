/** Everything that is wrong or worth knowing about a design, all at once. */

import type { EvaluationOutcome } from "../engine/model/types.ts";
import type { Problem, SourceFile } from "../syntax/source.ts";
import { finish } from "../syntax/steps.ts";
import type { Analysis, LayerAnalysis } from "../workspace/analysis.ts";
import { bypass } from "./bypass.ts";
import { capacity } from "./capacity.ts";
import { withoutConsequences } from "./consequences.ts";
import { constraintNames } from "./constraint-names.ts";
import { constraints as constraintsRule } from "./constraints.ts";
import { countingDifference } from "./counting-difference.ts";
import { withDesignFixes } from "./design-fixes.ts";
import { energySource } from "./energy-source.ts";
import { estimate, latencyModel } from "./estimate.ts";
import { factorProduct } from "./factor-product.ts";
import { incomplete } from "./incomplete.ts";
import { minimalBuffers } from "./minimal-buffers.ts";
import { type FoundInLayers, problemsOfLayers } from "./of-layers.ts";
import { residuals } from "./residual.ts";
import { spread } from "./spread.ts";
import type { Subject } from "./subject.ts";
import { unsuppressed } from "./suppression.ts";

/** What a mapping must satisfy on its architecture and layer. */
const mappingRules: readonly ((subject: Subject) => Problem[])[] = [
  factorProduct,
  residuals,
  capacity,
  spread,
  bypass,
  constraintsRule,
];

/** Layers of a network that are counted in other ways as well: those that cost most. */
const layersCompared = 3;

/** @param files the files of the design, for problems about what none of them has */
export function checkDesign(analysis: Analysis, files: readonly SourceFile[] = []): Problem[] {
  return finish(checking(analysis, files));
}

/** The same layer by layer, for callers that have other things to do in between. */
export function* checking(analysis: Analysis, files: readonly SourceFile[] = []): Generator<void, Problem[]> {
  const { specification } = analysis;
  const problems = [
    ...specification.problems,
    ...incomplete(specification, files),
    ...energySource(specification),
    ...estimate(analysis, files),
    ...latencyModel(analysis, files),
  ];
  yield;
  const compared = costliest(analysis);
  const found = new Map<unknown, FoundInLayers>();
  for (const entry of analysis.layers) {
    const same = found.get(entry.lowered ?? entry);
    if (same !== undefined) same.names.push(entry.layer.workload.name);
    else {
      found.set(entry.lowered ?? entry, {
        names: [entry.layer.workload.name],
        problems: yield* layerProblems(analysis, entry, files, compared.has(entry.outcome)),
      });
      yield;
    }
  }
  problems.push(...problemsOfLayers([...found.values()]));
  yield;
  const subjects = analysis.layers.flatMap((entry) => subjectOf(analysis, entry, files) ?? []);
  problems.push(...minimalBuffers(subjects, files));
  yield;
  const context = { specification, files, subject: subjects[0] };
  const told = withoutConsequences(distinct(problems), specification).map((one) => withDesignFixes(one, context));
  return unsuppressed(told, files);
}

function subjectOf(
  { specification, options }: Analysis,
  entry: LayerAnalysis,
  files: readonly SourceFile[],
): Subject | undefined {
  const { architecture, mappingSource } = specification;
  const { layer, lowered, outcome } = entry;
  if (!architecture || !mappingSource || !lowered || !outcome) return undefined;
  return { specification, architecture, layer, mappingSource, lowered, outcome, options, files };
}

/** Outcomes of the layers with the largest part in the energy of the network. */
function costliest({ layers }: Analysis): ReadonlySet<EvaluationOutcome | undefined> {
  const energies = new Map<EvaluationOutcome, number>();
  for (const { layer, outcome } of layers) {
    if (outcome?.evaluation === undefined) continue;
    energies.set(outcome, (energies.get(outcome) ?? 0) + layer.count * outcome.evaluation.energyPj);
  }
  const sorted = [...energies].sort(([, a], [, b]) => b - a);
  return new Set(sorted.slice(0, layersCompared).map(([outcome]) => outcome));
}

function* layerProblems(
  analysis: Analysis,
  entry: LayerAnalysis,
  files: readonly SourceFile[],
  compareCounting: boolean,
): Generator<void, Problem[]> {
  const { architecture, architectureSource, constraints } = analysis.specification;
  const { layer } = entry;
  const found = [...entry.problems];
  if (architecture === undefined) return found;
  const all = new Set([...constraints, ...(architectureSource?.constraints ?? [])]);
  found.push(...constraintNames([...all], architecture, layer.workload, architectureSource));
  const subject = subjectOf(analysis, entry, files);
  if (subject === undefined) return found;
  for (const rule of mappingRules) found.push(...rule(subject));
  if (compareCounting) {
    found.push(...(yield* countingDifference(subject)));
  }
  return found;
}

function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ code, message, location }) => {
    const key = `${code} ${location.uri} ${location.start} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
