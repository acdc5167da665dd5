import { bayesianCosearch } from "../../../server/src/engine/search/cosearch/bayesian.ts";
import { publishedBayesianCosearch } from "../../../server/src/engine/search/cosearch/bayesian-published.ts";
import { gradientCosearch, ownOptions, publishedOptions } from "../../../server/src/engine/search/cosearch/gradient.ts";
import type { Cosearch, NetworkResult } from "../../../server/src/engine/search/cosearch/progress.ts";
import { randomCosearch } from "../../../server/src/engine/search/cosearch/random.ts";
import type { Network } from "../../../server/src/engine/search/gradient/network.ts";
import { stopwatch } from "./clock.ts";

export const algorithms = ["random", "bayes", "bayesOwn", "dosa", "ours"] as const;
export type Algorithm = (typeof algorithms)[number];

/** One search of one network. */
export interface RunResult {
  network: string;
  algorithm: Algorithm;
  seed: number;
  evaluations: number;
  seconds: number;
  /** EDP in µJ·cycles, as the paper states it, and what it is made of. */
  edp: number;
  energyPj: number;
  cycles: number;
  sizes: NetworkResult["sizes"];
  /** Evaluations and best EDP so far, in turn. */
  curve: number[];
}

export function begin(network: Network, algorithm: Algorithm, seed: number, evaluations: number): Cosearch {
  if (algorithm === "random") return randomCosearch(network, { seed, evaluations, hardware: 10 });
  if (algorithm === "bayes") return publishedBayesianCosearch(network, { seed, evaluations, hardware: 100 });
  if (algorithm === "bayesOwn") return bayesianCosearch(network, { seed, evaluations, hardware: 100 });
  const base = algorithm === "dosa" ? publishedOptions : ownOptions;
  return gradientCosearch(network, { ...base, seed, evaluations });
}

export function runOne(
  name: string,
  network: Network,
  algorithm: Algorithm,
  seed: number,
  evaluations: number,
): RunResult {
  const seconds = stopwatch();
  let best: NetworkResult | null = null;
  let spent = 0;
  const curve: number[] = [];
  for (const progress of begin(network, algorithm, seed, evaluations)) {
    spent = progress.evaluations;
    if (progress.best === null) continue;
    best = progress.best;
    curve.push(Math.round(spent), best.value / 1e6);
  }
  if (best === null) throw new Error(`${name} ${algorithm}: no design`);
  return {
    network: name,
    algorithm,
    seed,
    evaluations: Math.round(spent),
    seconds: seconds(),
    edp: best.value / 1e6,
    energyPj: best.energyPj,
    cycles: best.cycles,
    sizes: best.sizes,
    curve,
  };
}
