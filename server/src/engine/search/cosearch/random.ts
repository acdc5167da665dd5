import { Prng } from "../../numeric/prng.ts";
import type { Network } from "../gradient/network.ts";
import { drawMapping, drawSizes } from "../gradient/start.ts";
import { hardwareFirst, samplesAtOnce } from "./hardware-first.ts";
import type { Cosearch } from "./progress.ts";

export interface RandomCosearchOptions {
  seed: number;
  /** Evaluations of the whole network, shared evenly by the hardware tried. */
  evaluations: number;
  /** Random hardware tried. */
  hardware: number;
}

/** Random hardware, and for each as many random mappings of every layer: the baseline of DOSA's comparison. */
export function randomCosearch(network: Network, { seed, evaluations, ...options }: RandomCosearchOptions): Cosearch {
  const hardware = Math.min(options.hardware, evaluations);
  const samples = Math.floor(evaluations / hardware);
  const stream = (start: number) => new Prng(seed, start);
  let random = stream(0);
  return hardwareFirst(network, {
    hardware,
    propose(start) {
      random = stream(start);
      return drawSizes(network, random);
    },
    *map(sampler, layer, sizes) {
      for (let s = 0; s < samples; s++) {
        if (s % samplesAtOnce === samplesAtOnce - 1) yield;
        const value = sampler.tryMapping(layer, (design) => drawMapping(network, random, design, layer, sizes));
        if (value !== null) continue;
        // The share of a layer that the hardware cannot hold counts as spent.
        network.evaluations += samples - s - 1;
        break;
      }
    },
  });
}
