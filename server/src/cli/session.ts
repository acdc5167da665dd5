/** One design read, analysed and checked: what every command starts from. */

import type { Architecture, Evaluation, EvaluationOptions, Mapping } from "../engine/model/types.ts";
import { checkDesign } from "../rules/check.ts";
import { readSpecification } from "../spec/specification.ts";
import type { LayerSource, Specification } from "../spec/types.ts";
import type { Problem, SourceFile } from "../syntax/source.ts";
import { type Analysis, analyse } from "../workspace/analysis.ts";
import type { Input } from "./inputs.ts";
import { fileLookup, sortProblems } from "./problems.ts";
import { UsageError } from "./usage.ts";

export interface Session {
  input: Input;
  specification: Specification;
  analysis: Analysis;
  problems: Problem[];
  fileOf: (uri: string) => SourceFile;
}

export interface SessionSettings {
  overrides: Partial<EvaluationOptions>;
  terms?: boolean;
  /** Name of the one layer to look at. */
  layer?: string;
}

export function openSession(input: Input, { overrides, terms, layer }: SessionSettings): Session {
  const whole = readSpecification(input.files);
  const wanted = layer ?? input.layer;
  const specification = wanted === null || wanted === undefined ? whole : selectLayer(whole, wanted, input.name);
  const analysis = analyse(specification, overrides, { terms });
  return {
    input,
    specification,
    analysis,
    problems: sortProblems([...input.problems, ...checkDesign(analysis, input.files)]),
    fileOf: fileLookup([...input.files, ...input.included]),
  };
}

function selectLayer(specification: Specification, wanted: string, name: string): Specification {
  const layers = specification.layers.filter((layer) => layer.workload.name === wanted);
  if (layers.length > 0) return { ...specification, layers };
  const names = specification.layers.map((layer: LayerSource) => layer.workload.name || "(unnamed)").join(", ");
  throw new UsageError(`${name}: no layer is called "${wanted}"; the problem has ${names || "no layers"}`);
}

export interface EvaluatedLayer {
  architecture: Architecture;
  layer: LayerSource;
  mapping: Mapping;
  evaluation: Evaluation;
}

/** The layers that have a cost, with it. */
export function evaluatedLayers({ specification, analysis }: Session): EvaluatedLayer[] {
  const { architecture } = specification;
  return analysis.layers.flatMap(({ layer, lowered, outcome }) =>
    architecture && lowered && outcome?.evaluation
      ? [{ architecture, layer, mapping: lowered.mapping, evaluation: outcome.evaluation }]
      : [],
  );
}
