/** From what was asked for to what a worker searches, and from a contradiction back to the lines that make it. */

import { type LatencyModelFile, modelMismatch } from "../engine/model/learned/latency-model.ts";
import type { Architecture, Workload } from "../engine/model/types.ts";
import { freedomOf, networkLayers } from "../features/explorer/cosearch.ts";
import type { SearchOptions } from "../features/explorer/protocol.ts";
import { lowerConstraints } from "../spec/mapspace-constraints.ts";
import type { ConstraintSource } from "../spec/types.ts";
import { lineAndColumn } from "../syntax/position.ts";
import type { Location } from "../syntax/source.ts";
import { catalogue, cosearchCatalogue, type StrategyEntry } from "../worker/catalogue.ts";
import type { CommandEvaluator, ExploreJob } from "../worker/explore.ts";
import type { Contradiction } from "../worker/network.ts";
import { baseName } from "../workspace/paths.ts";
import type { Snapshot } from "../workspace/store.ts";

export interface PreparedSearch {
  job: ExploreJob;
  /** Of the constraints, by layer searched. */
  places: readonly (readonly (Location | undefined)[])[];
  /** What is worth knowing before it begins. */
  message: string | null;
}

interface Refusal {
  refusal: string;
  run?: undefined;
}

export const refusal = (text: string): Refusal => ({ refusal: text });

const limitsOf = ({ strategy, objective, seed, evaluations, seconds }: SearchOptions) => ({
  strategy,
  objective,
  seed,
  evaluations,
  milliseconds: seconds === null ? null : seconds * 1000,
});

/** A job for the worker, or why there is none. */
export function prepareSearch(
  subject: Subject,
  options: SearchOptions,
  evaluator: CommandEvaluator | undefined,
): PreparedSearch | Refusal {
  const { strategy } = options;
  return (cosearchCatalogue as readonly string[]).includes(strategy)
    ? networkJob(subject, options)
    : layerJob(subject, options, evaluator);
}

type Subject = NonNullable<ReturnType<typeof subjectOf>>;

function layerJob(
  { snapshot, architecture, workload }: Subject,
  options: SearchOptions,
  evaluator: CommandEvaluator | undefined,
): PreparedSearch | Refusal {
  const strategy = (catalogue as readonly StrategyEntry[]).find(({ id }) => id === options.strategy);
  if (strategy === undefined) return refusal(`There is no strategy “${options.strategy}”.`);
  if (!strategy.mapspaces.includes(options.mapspace)) return refusal("This strategy cannot search that mapspace.");
  const { constraints, architectureSource } = snapshot.specification;
  const sources = new Set<ConstraintSource>([...constraints, ...(architectureSource?.constraints ?? [])]);
  const lowered = lowerConstraints([...sources], architecture, workload, architectureSource);
  const job = {
    ...limitsOf(options),
    architecture,
    workload,
    kind: options.mapspace,
    constraints: lowered.constraints,
    evaluator,
    latency: strategy.id === "gradient" ? matchingModel(snapshot, architecture, [workload]) : undefined,
  };
  return { job, places: [lowered.places], message: null };
}

/** The latency model of the settings, where it knows this hardware and these problems. */
function matchingModel(
  { analysis }: Snapshot,
  architecture: Architecture,
  workloads: readonly Workload[],
): LatencyModelFile | undefined {
  const file = analysis.latency?.model?.file;
  if (file === undefined) return undefined;
  return workloads.every((workload) => modelMismatch(file, architecture, workload) === null) ? file : undefined;
}

function networkJob({ snapshot, architecture }: Subject, options: SearchOptions): PreparedSearch {
  const freedom = freedomOf(snapshot, architecture, options.hardware);
  const { layers, places } = networkLayers(snapshot, freedom);
  const messages = freedom.fixed.length === 0 ? [] : [`Not all of the hardware is sized: ${freedom.fixed.join(" ")}`];
  const model = matchingModel(
    snapshot,
    architecture,
    layers.map(({ workload }) => workload),
  );
  const sized = freedom.space.sides.length > 0;
  if (model !== undefined && sized) {
    messages.push("Cycles are analytical: the latency model knows one array. Size the buffers only to search with it.");
  }
  const latency = sized ? undefined : model;
  const message = messages.length === 0 ? null : messages.join(" ");
  return { job: { ...limitsOf(options), space: freedom.space, layers, latency }, places, message };
}

/** One layer of a design that can be searched. */
export function subjectOf(snapshot: Snapshot | null, layerIndex: number) {
  const architecture = snapshot?.specification.architecture;
  const layer = snapshot?.analysis.layers[layerIndex]?.layer;
  if (snapshot === null || architecture === undefined || layer === undefined) return null;
  return { snapshot, architecture, workload: layer.workload };
}

export function conflictText(
  { job, places }: PreparedSearch,
  { files }: Snapshot,
  { layer, conflict }: Contradiction,
): string {
  const workload = "space" in job ? job.layers[layer].workload : job.workload;
  const where = conflict.ids.flatMap((id): string[] => {
    const place = places[layer][id];
    const file = files.find(({ uri }) => uri === place?.uri);
    return file === undefined || place === undefined
      ? []
      : [`${baseName(file.uri)} line ${lineAndColumn(file, place.start).line}`];
  });
  const name = "space" in job && job.layers.length > 1 ? ` in ${workload.name || `layer ${layer + 1}`}` : "";
  const about = conflict.dimension === undefined ? "" : ` about ${workload.dimensions[conflict.dimension].name}`;
  if (where.length === 0) return `The hardware leaves no mapping in this mapspace${about}${name}.`;
  return `No mapping satisfies these constraints together${about}${name}: ${[...new Set(where)].join(", ")}.`;
}
