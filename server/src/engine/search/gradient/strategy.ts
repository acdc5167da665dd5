import type { Mapspace } from "../../mapspace/mapspace.ts";
import { hardwareSpace } from "../../model/relaxed/hardware.ts";
import { gradientCosearch, ownOptions } from "../cosearch/gradient.ts";
import type { Objective } from "../objective.ts";
import type { Incumbent, Search, SearchProgress } from "../progress.ts";
import { Network } from "./network.ts";

/** Evaluations one start may spend before the next. */
const perStart = 20_000;

/**
 * Gradient search of one layer on given hardware over perfect factors: real factors descend, are rounded looking
 * ahead and repaired by small moves; starts follow each other until the caller stops.
 */
export function* gradientSearch(
  mapspace: Mapspace,
  { objective, seed }: { objective: Objective; seed: number },
): Search {
  const network = new Network([{ mapspace, count: 1 }], hardwareSpace(mapspace.architecture, "fixed"), objective);
  const bounds = mapspace.workload.dimensions.map((d) => d.bound);
  let best: Incumbent | null = null;
  const told = (done: boolean): SearchProgress => ({
    evaluations: network.evaluations,
    valid: network.fitting,
    best,
    bound: null,
    done,
  });
  for (let round = 0; ; round++) {
    const options = { ...ownOptions, seed: seed + round * 7919, evaluations: perStart, starts: 2, kicks: 8 };
    for (const progress of gradientCosearch(network, options)) {
      const found = progress.best;
      if (found !== null && found.value < (best?.value ?? Number.POSITIVE_INFINITY)) {
        const { energyPj, cycles, value } = found;
        best = { mapping: found.mappings[0], bounds, energyPj, cycles, value };
      }
      yield told(false);
    }
  }
}
