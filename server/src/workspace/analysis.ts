/** From what the files say to what the mapping costs: lowering and evaluation of every layer of a specification. */

import { evaluate, evaluating } from "../engine/model/evaluate.ts";
import type { LatencyModel } from "../engine/model/learned/latency-model.ts";
import {
  type Architecture,
  defaultEvaluationOptions,
  type Evaluation,
  type EvaluationOptions,
  type EvaluationOutcome,
  type Workload,
} from "../engine/model/types.ts";
import { lowerMapping } from "../spec/mapping.ts";
import type { LayerSource, LoweredMapping, Reading, Specification } from "../spec/types.ts";
import type { Problem } from "../syntax/source.ts";
import { finish } from "../syntax/steps.ts";

export interface LayerAnalysis {
  layer: LayerSource;
  lowered?: LoweredMapping;
  outcome?: EvaluationOutcome;
  problems: Problem[];
}

/** The model of a file that the settings name; without a model, why there is none. */
export interface ChosenLatency {
  uri: string;
  model: LatencyModel | null;
  problem: string | null;
}

export interface Analysis {
  specification: Specification;
  options: EvaluationOptions;
  layers: LayerAnalysis[];
  /** Hardware and way of counting, as one text. */
  conditions: string;
  /** The latency model the user chose. */
  latency: ChosenLatency | null;
  /** Outcomes by shape of the layer and mapping: equal layers share theirs. */
  evaluated: ReadonlyMap<string, EvaluationOutcome>;
}

/** Options in force: built-in defaults, then `evaluate:` in the files, then what the caller insists on. */
export function evaluationOptions(
  specification: Specification,
  overrides: Partial<EvaluationOptions> = {},
): EvaluationOptions {
  const stated = { ...specification.evaluate, ...overrides };
  return { ...defaultEvaluationOptions(stated.counting), ...stated };
}

export interface AnalysisSettings {
  /** Keep the derivation of every number; without it `explained` derives one layer when it is asked for. */
  terms?: boolean;
  latency?: ChosenLatency | null;
  /** Earlier analyses: what was evaluated there under the same conditions is not evaluated again. */
  before?: readonly Analysis[];
}

/** Evaluates the mapping for every layer; layers it cannot be lowered for carry the problems instead. */
export function analyse(
  specification: Specification,
  overrides: Partial<EvaluationOptions> = {},
  settings: AnalysisSettings = {},
): Analysis {
  return finish(analysing(specification, overrides, settings));
}

/** The same in steps, for callers that have other things to do in between. */
export function* analysing(
  specification: Specification,
  overrides: Partial<EvaluationOptions> = {},
  { terms = false, latency = null, before = [] }: AnalysisSettings = {},
): Generator<void, Analysis> {
  const options = evaluationOptions(specification, overrides);
  const { architecture, architectureSource, mappingSource } = specification;
  const conditions = `${terms} ${JSON.stringify(options)} ${plainText(architecture)}`;
  const known = before.filter((analysis) => analysis.conditions === conditions);
  const evaluated = new Map<string, EvaluationOutcome>();
  const lowerings = new Map<string, { reading: Reading<LoweredMapping>; key: string }>();
  const layers: LayerAnalysis[] = [];
  for (const layer of specification.layers) {
    if (architecture === undefined || mappingSource === undefined) {
      layers.push({ layer, problems: [] });
      continue;
    }
    const shape = shapeOf(layer.workload);
    let lowering = lowerings.get(shape);
    if (lowering === undefined) {
      const reading = lowerMapping(mappingSource, architecture, layer.workload, architectureSource);
      lowering = { reading, key: `${shape} ${JSON.stringify(reading.value.mapping)}` };
      lowerings.set(shape, lowering);
      yield;
    }
    const { reading, key } = lowering;
    const { value: lowered, problems } = reading;
    let outcome = evaluated.get(key) ?? known.find((analysis) => analysis.evaluated.has(key))?.evaluated.get(key);
    if (outcome === undefined) {
      outcome = yield* evaluating(architecture, layer.workload, lowered.mapping, options, terms);
    }
    evaluated.set(key, outcome);
    layers.push({ layer, lowered, outcome, problems });
    yield;
  }
  return { specification, options, layers, conditions, latency, evaluated };
}

/** What two layers must share to have the same cost: everything but the name. */
function shapeOf({ dimensions, dataSpaces }: Workload): string {
  let shape = "";
  for (const { name, bound } of dimensions) shape += `${name}${bound},`;
  return shape + projectionsOf(dataSpaces);
}

const projections = new WeakMap<Workload["dataSpaces"], string>();

/** Layers of one shape share their data spaces, so that this is mostly known. */
function projectionsOf(dataSpaces: Workload["dataSpaces"]): string {
  let text = projections.get(dataSpaces);
  if (text === undefined) {
    text = "";
    for (const { name, readWrite, ranks } of dataSpaces) {
      text += `${name}${readWrite ? "!" : ":"}`;
      for (const rank of ranks) {
        for (const { dimension, coefficient } of rank) text += `${dimension}*${coefficient}+`;
        text += ";";
      }
    }
    projections.set(dataSpaces, text);
  }
  return text;
}

function plainText(architecture: Architecture | undefined): string | undefined {
  return JSON.stringify(architecture, (_, value) => (value instanceof Map ? [...value] : value));
}

const derivations = new WeakMap<EvaluationOutcome, EvaluationOutcome>();

/** The evaluation of a layer with the derivation of every number. */
export function explained({ specification, options }: Analysis, entry: LayerAnalysis): Evaluation | undefined {
  const { layer, lowered, outcome } = entry;
  const { architecture } = specification;
  if (outcome?.evaluation === undefined || lowered === undefined || architecture === undefined) return undefined;
  if (outcome.evaluation.terms !== undefined) return outcome.evaluation;
  let derived = derivations.get(outcome);
  if (derived === undefined) {
    derived = evaluate(architecture, layer.workload, lowered.mapping, options, { terms: true });
    derivations.set(outcome, derived);
  }
  return derived.evaluation;
}

/** Cost of a whole network: every layer as often as it occurs, one after the other. */
export interface NetworkTotals {
  cycles: number;
  energyPj: number;
  edpPjCycles: number;
  macs: number;
  /** Share of the array that is busy, over all cycles, 0..1. */
  utilization: number;
  /** Layers that could not be evaluated and are missing from the sums. */
  missingLayers: number;
}

export function networkTotals(analysis: Analysis): NetworkTotals {
  const totals = { cycles: 0, energyPj: 0, macs: 0, missingLayers: 0 };
  let busyCycles = 0;
  for (const { layer, outcome } of analysis.layers) {
    if (outcome?.evaluation === undefined) totals.missingLayers++;
    else {
      totals.cycles += layer.count * outcome.evaluation.cycles;
      totals.energyPj += layer.count * outcome.evaluation.energyPj;
      totals.macs += layer.count * outcome.evaluation.macs;
      busyCycles += layer.count * outcome.evaluation.cycles * outcome.evaluation.utilization;
    }
  }
  const utilization = totals.cycles === 0 ? 0 : busyCycles / totals.cycles;
  return { ...totals, utilization, edpPjCycles: totals.cycles * totals.energyPj };
}

/** Words of a storage level that the layer with the largest tiles needs; null while no layer has a cost. */
export function neededWords(layers: readonly Pick<LayerAnalysis, "outcome">[], level: number): number | null {
  const needed = layers.flatMap(({ outcome }) => outcome?.evaluation?.minimalBuffers[level]?.neededWords ?? []);
  return needed.length === 0 ? null : Math.max(...needed);
}
