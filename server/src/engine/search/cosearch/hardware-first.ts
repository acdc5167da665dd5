import type { HardwareSizes } from "../../model/relaxed/hardware.ts";
import type { Network } from "../gradient/network.ts";
import { MappingSampler } from "./mapping-sampler.ts";
import type { Cosearch, CosearchProgress, NetworkResult } from "./progress.ts";
import { networkResult } from "./result.ts";

/** A search in two loops: hardware outside, mappings of each layer on it inside. */
export interface HardwareFirst {
  /** Hardware to try. */
  hardware: number;
  /** `null` where no hardware is left to try. */
  propose(start: number): HardwareSizes | null;
  /** Tries mappings of one layer on hardware of given sizes; yields every few dozen, so that it can be stopped. */
  map(sampler: MappingSampler, layer: number, sizes: HardwareSizes, start: number): Generator<void>;
  /** Hears the network's value on the hardware proposed last; `null` where a layer found no mapping. */
  learn?(value: number | null): void;
}

/** Mappings between two pauses of `map`. */
export const samplesAtOnce = 32;

export function* hardwareFirst(network: Network, { hardware, propose, map, learn }: HardwareFirst): Cosearch {
  const counted = network.evaluations;
  let best: NetworkResult | null = null;
  const told = (start: number, improved: boolean, done = false): CosearchProgress => ({
    evaluations: (network.evaluations - counted) / network.layers.length,
    value: best?.value ?? Number.POSITIVE_INFINITY,
    best: improved ? best : null,
    start,
    done,
  });
  for (let start = 0; start < hardware; start++) {
    const sizes = propose(start);
    if (sizes === null) break;
    const sampler = new MappingSampler(network, sizes);
    for (let i = 0; i < network.layers.length; i++) {
      for (const _ of map(sampler, i, sizes, start)) yield told(start, false);
      yield told(start, false);
    }
    const found = sampler.best.excess > 0 ? null : networkResult(network, sampler.best, sizes);
    learn?.(found?.value ?? null);
    if (found !== null && network.latency === null) network.tried.add(found.energyPj, found.cycles);
    const improved = found !== null && found.value < (best?.value ?? Number.POSITIVE_INFINITY);
    if (improved) best = found;
    yield told(start, improved);
  }
  yield told(hardware, false, true);
  return best;
}
