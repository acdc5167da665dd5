/** Everything that is wrong or worth knowing about a design, all at once. */

import type { EvaluationOutcome } from "../engine/model/types.ts";
import type { Problem, SourceFile } from "../syntax/source.ts";
import { type Analysis, finish, type LayerAnalysis } from "../workspace/analysis.ts";
import { bypass } from "./bypass.ts";
import { capacity } from "./capacity.ts";
import { constraintNames } from "./constraint-names.ts";
import { constraints } from "./constraints.ts";
import { countingDifference } from "./counting-difference.ts";
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
  constraints,
];

/** Layers of a network that are counted in other ways as well: those that cost most. */
const layersCompared = 3;

/** Lowering problems after which some factors are missing, so that their product says nothing. */
const losesFactors: ReadonlySet<string> = new Set([
  "unknown-target",
  "missing-target",
  "missing-type",
  "unknown-directive-type",
  "not-a-directive",
  "not-a-list",
  "yaml-tab",
]);

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
  const compared = costliest(analysis);
  const found = new Map<unknown, FoundInLayers>();
  for (const entry of analysis.layers) {
    const same = found.get(entry.lowered ?? entry);
    if (same !== undefined) same.names.push(entry.layer.workload.name);
    else {
      found.set(entry.lowered ?? entry, {
        names: [entry.layer.workload.name],
        problems: layerProblems(analysis, entry, compared.has(entry.outcome)),
      });
      yield;
    }
  }
  problems.push(...problemsOfLayers([...found.values()]));
  problems.push(
    ...minimalBuffers(
      analysis.layers.flatMap((entry) => subjectOf(analysis, entry) ?? []),
      files,
    ),
  );
  return unsuppressed(distinct(problems), files);
}

function subjectOf({ specification, options }: Analysis, entry: LayerAnalysis): Subject | undefined {
  const { architecture, mappingSource } = specification;
  const { layer, lowered, outcome } = entry;
  if (!architecture || !mappingSource || !lowered || !outcome) return undefined;
  return { specification, architecture, layer, mappingSource, lowered, outcome, options };
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

function layerProblems(analysis: Analysis, entry: LayerAnalysis, compareCounting: boolean): Problem[] {
  const { specification } = analysis;
  const { architecture, architectureSource } = specification;
  const { layer } = entry;
  const found = [...entry.problems];
  if (architecture === undefined) return found;
  const all = new Set([...specification.constraints, ...(architectureSource?.constraints ?? [])]);
  found.push(...constraintNames([...all], architecture, layer.workload, architectureSource));
  const subject = subjectOf(analysis, entry);
  if (subject === undefined) return found;
  for (const rule of mappingRules) found.push(...rule(subject));
  if (compareCounting) found.push(...countingDifference(subject));
  return withoutConsequences(found, specification.problems);
}

/** One mistake is told once: not again by the sums it spoils. */
function withoutConsequences(found: readonly Problem[], reading: readonly Problem[]): Problem[] {
  const all = [...reading, ...found];
  const incompleteFactors = all.some((problem) => problem.severity === "error" && losesFactors.has(problem.code));
  const withoutFanout = found.filter((problem) => problem.code === "no-fanout").map((problem) => problem.location);
  return found.filter(({ code, location }) => {
    if (code === "factor-product") return !incompleteFactors;
    if (!code.startsWith("fanout-") && !code.startsWith("mesh-")) return true;
    return !withoutFanout.some(
      (wide) => wide.uri === location.uri && wide.start <= location.start && location.end <= wide.end,
    );
  });
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
