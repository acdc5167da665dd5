import { createMapspace } from "../../../server/src/engine/mapspace/build.ts";
import { hardwareSpace, instantiate } from "../../../server/src/engine/model/relaxed/hardware.ts";
import { exactSearch } from "../../../server/src/engine/search/exact/exact.ts";
import { lowerConstraints } from "../../../server/src/spec/mapspace-constraints.ts";
import { readSpecification } from "../../../server/src/spec/specification.ts";
import { gemminiTemplate, readNetwork, withPublishedFits } from "./networks.ts";
import type { RunResult } from "./runs.ts";

export interface KnownResult {
  network: string;
  /** µJ·cycles: the best of exact search per layer over a grid of hardware around the best design found. */
  edp: number;
  /** Hardware of the grid costed, and layers left unproven in it. */
  hardware: number;
  unproven: number;
}

/** Share of each size of the best design found. */
const grid = [0.5, 1, 2];

/** Exact search of every layer on the best design's hardware and its neighbours of half and double memories. */
export function bestKnown(name: string, runs: readonly RunResult[]): KnownResult {
  const own = runs.filter(({ network }) => network === name);
  const best = own.reduce((a, b) => (b.edp < a.edp ? b : a));
  const { architecture, constraints, architectureSource } = readSpecification([
    { uri: "gemmini.yaml", text: gemminiTemplate() },
  ]);
  if (architecture === undefined) throw new Error("no architecture");
  const space = withPublishedFits(hardwareSpace(architecture, "all"));
  let least = best.edp;
  let hardware = 0;
  let unproven = 0;
  for (const accumulator of grid) {
    for (const scratchpad of grid) {
      const scale = [1, accumulator, scratchpad, 1];
      const capacityWords = best.sizes.capacityWords.map((words, l) =>
        words === null ? null : Math.round(words * scale[l]),
      );
      const machine = instantiate(space, { capacityWords, sides: best.sizes.sides });
      let energy = 0;
      let cycles = 0;
      for (const { workload, count } of readNetwork(name)) {
        const lowered = lowerConstraints(constraints, machine, workload, architectureSource);
        const { mapspace } = createMapspace(machine, workload, "pfm", lowered.constraints);
        if (mapspace === undefined) throw new Error(`${workload.name}: no mapping`);
        const start = performance.now();
        let found = null;
        let done = false;
        for (const progress of exactSearch(mapspace, { objective: "edp", seed: 1 })) {
          found = progress.best;
          done = progress.done;
          if (performance.now() - start > 3_000) break;
        }
        if (!done) unproven++;
        energy += count * (found?.energyPj ?? Number.POSITIVE_INFINITY);
        cycles += count * (found?.cycles ?? Number.POSITIVE_INFINITY);
      }
      hardware++;
      least = Math.min(least, (energy * cycles) / 1e6);
    }
  }
  return { network: name, edp: least, hardware, unproven };
}
