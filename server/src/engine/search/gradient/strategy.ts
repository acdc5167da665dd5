import type { Mapspace } from "../../mapspace/mapspace.ts";
import { LatencyModel, type LatencyModelFile } from "../../model/learned/latency-model.ts";
import { hardwareSpace } from "../../model/relaxed/hardware.ts";
import { gradientCosearch, ownOptions } from "../cosearch/gradient.ts";
import type { Objective } from "../objective.ts";
import type { Incumbent, Search, SearchProgress } from "../progress.ts";
import { Network } from "./network.ts";

/** Evaluations of one series of starts before the next, which draws from other random streams. */
const perSeries = 20_000;

export interface GradientOptions {
  objective: Objective;
  seed: number;
  /** Mappings tried at most; without, the caller stops by ceasing to iterate. */
  evaluations?: number | null;
  /** Cycles are those that this latency model expects. */
  latency?: LatencyModelFile;
}

/**
 * Gradient search of one layer on given hardware over perfect factors: real factors descend, are rounded looking
 * ahead and repaired by small moves; starts follow each other until the budget ends or the caller stops.
 */
export function* gradientSearch(mapspace: Mapspace, options: GradientOptions): Search {
  const { objective, seed, evaluations } = options;
  const latency = options.latency === undefined ? null : new LatencyModel(options.latency);
  const hardware = hardwareSpace(mapspace.architecture, "fixed");
  const network = new Network([{ mapspace, count: 1 }], hardware, objective, latency);
  const bounds = mapspace.workload.dimensions.map((d) => d.bound);
  const most = evaluations ?? Number.POSITIVE_INFINITY;
  let best: Incumbent | null = null;
  const told = (done: boolean): SearchProgress => ({
    evaluations: network.evaluations,
    valid: network.fitting,
    best,
    bound: null,
    done,
    tried: network.tried.take(),
  });
  for (let series = 0; network.evaluations < most; series++) {
    const budget = Math.min(perSeries, most - network.evaluations);
    const run = { ...ownOptions, seed: seed + series * 7919, evaluations: budget, starts: 2, kicks: 8 };
    for (const progress of gradientCosearch(network, run)) {
      const found = progress.best;
      if (found !== null && found.value < (best?.value ?? Number.POSITIVE_INFINITY)) {
        const { energyPj, cycles, value } = found;
        best = { mapping: found.mappings[0], bounds, energyPj, cycles, value };
      }
      yield told(false);
    }
  }
  const result = told(true);
  yield result;
  return result;
}
