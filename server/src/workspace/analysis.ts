/** From what the files say to what the mapping costs: lowering and evaluation of every layer of a specification. */

import { evaluate } from "../engine/model/evaluate.ts";
import {
  type Architecture,
  defaultEvaluationOptions,
  type EvaluationOptions,
  type EvaluationOutcome,
} from "../engine/model/types.ts";
import { lowerMapping } from "../spec/mapping.ts";
import type { LayerSource, LoweredMapping, Specification } from "../spec/types.ts";
import type { Problem } from "../syntax/source.ts";

export interface LayerAnalysis {
  layer: LayerSource;
  lowered?: LoweredMapping;
  outcome?: EvaluationOutcome;
  problems: Problem[];
}

export interface Analysis {
  specification: Specification;
  options: EvaluationOptions;
  layers: LayerAnalysis[];
}

/** Options in force: built-in defaults, then `evaluate:` in the files, then what the caller insists on. */
export function evaluationOptions(
  specification: Specification,
  overrides: Partial<EvaluationOptions> = {},
): EvaluationOptions {
  const stated = { ...specification.evaluate, ...overrides };
  return { ...defaultEvaluationOptions(stated.counting), ...stated };
}

/**
 * Evaluates the mapping for every layer; layers it cannot be lowered for carry the problems instead.
 *
 * @param before an earlier analysis: layers whose architecture, mapping and workload are as they were keep its results
 */
export function analyse(
  specification: Specification,
  overrides: Partial<EvaluationOptions> = {},
  settings: { terms?: boolean } = {},
  before?: Analysis,
): Analysis {
  const options = evaluationOptions(specification, overrides);
  const { architecture, architectureSource, mappingSource } = specification;
  const reusable = before !== undefined && sameInputs(before, specification, options) ? before.layers : [];
  const known = new Map(reusable.map((entry) => [JSON.stringify(entry.layer.workload), entry]));
  const layers = specification.layers.map((layer): LayerAnalysis => {
    if (architecture === undefined || mappingSource === undefined) return { layer, problems: [] };
    const same = known.size > 0 ? known.get(JSON.stringify(layer.workload)) : undefined;
    if (same !== undefined && same.problems.length === 0) return { ...same, layer };
    const { value: lowered, problems } = lowerMapping(mappingSource, architecture, layer.workload, architectureSource);
    const outcome = evaluate(architecture, layer.workload, lowered.mapping, options, settings);
    return { layer, lowered, outcome, problems };
  });
  return { specification, options, layers };
}

function sameInputs(before: Analysis, specification: Specification, options: EvaluationOptions): boolean {
  return (
    before.specification.mappingSource === specification.mappingSource &&
    JSON.stringify(before.options) === JSON.stringify(options) &&
    (before.specification.architecture === specification.architecture ||
      comparable(before.specification.architecture) === comparable(specification.architecture)) &&
    statedInside(before.specification) === statedInside(specification)
  );
}

function comparable(architecture: Architecture | undefined): string | undefined {
  return JSON.stringify(architecture, (_, value) => (value instanceof Map ? [...value] : value));
}

/** What v0.4 components say about every mapping, wherever they say it. */
function statedInside({ architectureSource }: Specification): string {
  const constraints = architectureSource?.constraints ?? [];
  return JSON.stringify(constraints, (key, value) => (/location$/i.test(key) ? undefined : value));
}

/** Cost of a whole network: every layer as often as it occurs, one after the other. */
export interface NetworkTotals {
  cycles: number;
  energyPj: number;
  edpPjCycles: number;
  macs: number;
  /** Layers that could not be evaluated and are missing from the sums. */
  missingLayers: number;
}

export function networkTotals(analysis: Analysis): NetworkTotals {
  const totals = { cycles: 0, energyPj: 0, macs: 0, missingLayers: 0 };
  for (const { layer, outcome } of analysis.layers) {
    if (outcome?.evaluation === undefined) totals.missingLayers++;
    else {
      totals.cycles += layer.count * outcome.evaluation.cycles;
      totals.energyPj += layer.count * outcome.evaluation.energyPj;
      totals.macs += layer.count * outcome.evaluation.macs;
    }
  }
  return { ...totals, edpPjCycles: totals.cycles * totals.energyPj };
}
