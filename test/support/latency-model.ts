import { featureLayout } from "../../server/src/engine/model/learned/features.ts";
import type { LatencyModelFile } from "../../server/src/engine/model/learned/latency-model.ts";
import { Network } from "../../server/src/engine/model/learned/network.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";

interface Known {
  levels: readonly string[];
  meshX: number;
  meshY: number;
  dimensions: readonly string[];
}

const quality = (factor: number) => ({ spearman: 0.9, logError: Math.log(factor) });
const validation = { analytical: quality(4), learned: quality(1.5), linear: quality(2), network: quality(1.5) };

/** It knows every mapping, and has measured all ratios. */
function anywhere(levels: number, dimensions: number, used: readonly number[]) {
  const fixed = new Array<number>(featureLayout(levels, dimensions).size - used.length).fill(0);
  const covariance = used.flatMap((_, r) => used.slice(0, r + 1).map((_, c) => (r === c ? 1 : 0)));
  return { least: -50, most: 50, reach: { fixed, covariance, squared: 1e12 } };
}

/** A model that expects so many times the analytical cycles. */
export function constantLatencyModel({ levels, meshX, meshY, dimensions }: Known, times: number): LatencyModelFile {
  return {
    mapspaceLatencyModel: 2,
    machine: { levels, meshX, meshY },
    dimensions,
    kind: "linear",
    samples: 120,
    layers: 7,
    used: [0],
    centre: [0],
    spread: [1],
    targetCentre: Math.log(times),
    targetSpread: 1,
    ...anywhere(levels.length, dimensions.length, [0]),
    members: [{ sizes: [1], weights: [0, 0] }],
    validation,
  };
}

/** A model of random weights over all features: it knows nothing and bends everywhere. */
export function bentLatencyModel(known: Known, seed: number): LatencyModelFile {
  const { size } = featureLayout(known.levels.length, known.dimensions.length);
  const random = new Prng(seed);
  const sizes = [size, 8];
  const network = new Network(sizes);
  network.initialise(random);
  const used = Array.from({ length: size }, (_, i) => i);
  return {
    ...constantLatencyModel(known, 2),
    kind: "network",
    used,
    centre: used.map(() => 1.5),
    spread: used.map(() => 2),
    ...anywhere(known.levels.length, known.dimensions.length, used),
    members: [{ sizes, weights: [...network.weights] }],
  };
}
