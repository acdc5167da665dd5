/** Searches on all layers of a network and the hardware, in the words of searches on one layer. */

import { createMapspace } from "../engine/mapspace/build.ts";
import type { Conflict, MapspaceConstraints } from "../engine/mapspace/constraints.ts";
import { LatencyModel, type LatencyModelFile } from "../engine/model/learned/latency-model.ts";
import { type HardwareSpace, instantiate } from "../engine/model/relaxed/hardware.ts";
import type { Architecture, Mapping, Workload } from "../engine/model/types.ts";
import { bayesianCosearch } from "../engine/search/cosearch/bayesian.ts";
import { gradientCosearch, ownOptions, publishedOptions } from "../engine/search/cosearch/gradient.ts";
import type { Cosearch, NetworkResult } from "../engine/search/cosearch/progress.ts";
import { randomCosearch } from "../engine/search/cosearch/random.ts";
import { Network, type NetworkLayer } from "../engine/search/gradient/network.ts";
import type { Objective } from "../engine/search/objective.ts";
import type { SearchProgress } from "../engine/search/progress.ts";
import type { CosearchId } from "./catalogue.ts";

export interface NetworkSubject {
  space: HardwareSpace;
  layers: readonly { workload: Workload; count: number; constraints: MapspaceConstraints }[];
}

/** The least hardware found so far and a mapping for each layer. */
export interface NetworkFound {
  architecture: Architecture;
  mappings: readonly Mapping[];
}

/** A layer whose constraints leave no mapping. */
export interface Contradiction {
  layer: number;
  conflict: Conflict;
}

export interface NetworkLimits {
  strategy: string;
  objective: Objective;
  seed: number;
  /** Evaluations of the whole network; `null`: as many as DOSA's comparison has. */
  evaluations: number | null;
  /** Cycles are those that this model expects; the array must stay as it is. */
  latency?: LatencyModelFile;
}

const usualEvaluations = 10_500;

const algorithms: Readonly<Record<CosearchId, (network: Network, seed: number, evaluations: number) => Cosearch>> = {
  cosearch: (network, seed, evaluations) => gradientCosearch(network, { ...ownOptions, seed, evaluations }),
  "cosearch-dosa": (network, seed, evaluations) =>
    gradientCosearch(network, { ...publishedOptions, seed, evaluations }),
  "cosearch-random": (network, seed, evaluations) => randomCosearch(network, { seed, evaluations, hardware: 10 }),
  "cosearch-bayes": (network, seed, evaluations) => bayesianCosearch(network, { seed, evaluations, hardware: 100 }),
};

export function networkSearch(
  { space, layers }: NetworkSubject,
  { strategy, objective, seed, evaluations, latency }: NetworkLimits,
): Iterator<SearchProgress & { network?: NetworkFound }> | Contradiction {
  // The mapspaces are those of the largest hardware; a design's own sizes follow from its mappings.
  const widest = instantiate(space, {
    capacityWords: space.buffers.map(() => null),
    sides: space.sides.map(({ most }) => most),
  });
  const spaces: NetworkLayer[] = [];
  for (const [layer, { workload, count, constraints }] of layers.entries()) {
    const { mapspace, conflict } = createMapspace(widest, workload, "pfm", constraints);
    if (mapspace === undefined) return { layer, conflict };
    spaces.push({ mapspace, count });
  }
  const network = new Network(spaces, space, objective, latency === undefined ? null : new LatencyModel(latency));
  return told(algorithms[strategy as CosearchId](network, seed, evaluations ?? usualEvaluations), network);
}

function* told(search: Cosearch, network: Network): Generator<SearchProgress & { network?: NetworkFound }> {
  let best: NetworkResult | null = null;
  for (const progress of search) {
    best = progress.best ?? best;
    const evaluations = Math.round(progress.evaluations);
    yield {
      evaluations,
      valid: Math.round(network.fitting / network.layers.length),
      best: best && {
        mapping: best.mappings[0],
        bounds: network.layers[0].mapspace.workload.dimensions.map(({ bound }) => bound),
        energyPj: best.energyPj,
        cycles: best.cycles,
        value: best.value,
      },
      bound: null,
      done: progress.done,
      tried: network.tried.take(),
      network: best ?? undefined,
    };
  }
}
