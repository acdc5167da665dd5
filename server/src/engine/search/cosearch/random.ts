import type { HardwareSizes } from "../../model/relaxed/hardware.ts";
import { Prng } from "../../numeric/prng.ts";
import type { NetworkDesign } from "../gradient/design.ts";
import type { Network } from "../gradient/network.ts";
import { drawMapping, drawSizes } from "../gradient/start.ts";
import { MappingSampler } from "./mapping-sampler.ts";
import type { Cosearch, NetworkResult } from "./progress.ts";
import { networkResult } from "./result.ts";

export interface RandomCosearchOptions {
  seed: number;
  /** Evaluations of the whole network, shared evenly by the hardware tried. */
  evaluations: number;
  /** Random hardware tried. */
  hardware: number;
}

/** Random hardware, and for each as many random mappings of every layer: the baseline of DOSA's comparison. */
export function* randomCosearch(network: Network, { seed, evaluations, hardware }: RandomCosearchOptions): Cosearch {
  const counted = network.evaluations;
  const spent = () => (network.evaluations - counted) / network.layers.length;
  let best: NetworkResult | null = null;
  for (let start = 0; start < hardware; start++) {
    const random = new Prng(seed, start);
    const sizes = drawSizes(network, random);
    const sampler = new MappingSampler(network, sizes);
    const samples = Math.floor(evaluations / hardware);
    for (let s = 0; s < samples; s++) {
      for (let i = 0; i < network.layers.length; i++) {
        sampler.tryMapping(i, (design) => drawMapping(network, random, design, i, sizes));
      }
      if (s % 20 === 19)
        yield { evaluations: spent(), value: best?.value ?? Number.POSITIVE_INFINITY, best: null, start, done: false };
    }
    const found = resultOn(network, sampler.best, sizes);
    const improved = found !== null && found.value < (best?.value ?? Number.POSITIVE_INFINITY);
    if (improved) best = found;
    yield {
      evaluations: spent(),
      value: best?.value ?? Number.POSITIVE_INFINITY,
      best: improved ? best : null,
      start,
      done: false,
    };
  }
  yield {
    evaluations: spent(),
    value: best?.value ?? Number.POSITIVE_INFINITY,
    best: null,
    start: hardware,
    done: true,
  };
  return best;
}

/** The design on hardware of given sizes, by the reference model. */
export function resultOn(network: Network, design: NetworkDesign, sizes: HardwareSizes): NetworkResult | null {
  return design.excess > 0 ? null : networkResult(network, design, sizes);
}
