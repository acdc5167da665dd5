import { copyPoint, type MapspacePoint } from "../../mapspace/point.ts";
import type { HardwareSizes } from "../../model/relaxed/hardware.ts";
import { GaussianProcess } from "../../numeric/gaussian-process.ts";
import { logExpectedImprovement } from "../../numeric/normal.ts";
import { Prng } from "../../numeric/prng.ts";
import { BayesianOptimiser, type DesignSpace, type Proposal } from "../bayes/optimiser.ts";
import { NetworkDesign } from "../gradient/design.ts";
import type { Network } from "../gradient/network.ts";
import { drawMapping, sizesOf } from "../gradient/start.ts";
import { hardwareFirst, samplesAtOnce } from "./hardware-first.ts";
import type { MappingSampler } from "./mapping-sampler.ts";
import type { Cosearch } from "./progress.ts";

export interface BayesianCosearchOptions {
  seed: number;
  /** Evaluations of the whole network. */
  evaluations: number;
  /** Hardware tried; each gets an equal share of the evaluations. */
  hardware: number;
}

/** Mappings drawn for every one that the inner surrogate lets through. */
const drawn = 4;

/**
 * Two levels of Bayesian optimisation: a Gaussian process over log sizes proposes hardware, one per layer over the
 * logarithms of the factors proposes mappings on it. The inner one learns from the first half of a layer's samples
 * and picks the second half from `drawn` times as many by expected improvement.
 */
export function bayesianCosearch(network: Network, { seed, evaluations, hardware }: BayesianCosearchOptions): Cosearch {
  const space = hardwareSpaceOf(network, seed);
  const optimiser = new BayesianOptimiser(space, { random: new Prng(seed, 1) });
  const trials = space.variables === 0 ? 1 : Math.min(hardware, evaluations);
  const samples = Math.floor(evaluations / trials);
  const sides = network.space.sides.length;
  let proposal: Proposal | undefined;
  return hardwareFirst(network, {
    hardware: trials,
    propose() {
      [proposal] = optimiser.ask(1);
      if (proposal === undefined) return null;
      const { u } = proposal;
      return sizesOf(
        network,
        (g) => 2 ** (1 + Math.floor(7 * u[g])),
        (i) => 2 ** Math.floor(12 * u[sides + i]),
      );
    },
    map(sampler, layer, sizes, start) {
      const random = new Prng(seed, 2 + start * network.layers.length + layer);
      return sampleLayer(network, sampler, layer, sizes, samples, random);
    },
    learn: (value) => proposal && optimiser.tell(proposal, value),
  });
}

/** Sides and memories as steps of powers of two. */
function hardwareSpaceOf(network: Network, seed: number): DesignSpace {
  const { sides, buffers } = network.space;
  const variables = sides.length + buffers.filter((buffer) => buffer !== null).length;
  const random = new Prng(seed, 0);
  return {
    variables,
    features: variables,
    draw(u) {
      for (let i = 0; i < variables; i++) u[i] = random.next();
    },
    mutate(u) {
      u[random.below(variables)] = random.next();
    },
    look(u) {
      const features = Float64Array.from(
        u,
        (x, i) => Math.floor(x * (i < sides.length ? 7 : 12)) / (i < sides.length ? 6 : 11),
      );
      return { features, key: features.join() };
    },
  };
}

function* sampleLayer(
  network: Network,
  sampler: MappingSampler,
  index: number,
  sizes: HardwareSizes,
  samples: number,
  random: Prng,
): Generator<void> {
  const scratch = new NetworkDesign(network);
  const first = Math.ceil(samples / 2);
  const seen: Float64Array[] = [];
  const values: number[] = [];
  const sample = (): boolean => drawMapping(network, random, scratch, index, sizes);
  const cost = (point: MapspacePoint): void => {
    const value = sampler.tryMapping(index, (design) => {
      copyPoint(point, design.points[index]);
      return true;
    });
    if (value === null || !Number.isFinite(value)) return;
    seen.push(featuresOf(point));
    values.push(Math.log(value));
  };
  const draw = (): void => {
    if (sample()) cost(scratch.points[index]);
    else network.evaluations++;
  };
  const pauses = (s: number) => s % samplesAtOnce === samplesAtOnce - 1;
  for (let s = 0; s < first; s++) {
    if (pauses(s)) yield;
    draw();
  }
  if (values.length < 4) {
    for (let s = first; s < samples; s++) {
      if (pauses(s)) yield;
      draw();
    }
    return;
  }
  const process = processOf(seen, values);
  const least = Math.min(...values);
  const candidates: { point: MapspacePoint; gain: number }[] = [];
  for (let s = 0; s < drawn * (samples - first); s++) {
    if (pauses(s)) yield;
    if (!sample()) continue;
    const point = copyPoint(scratch.points[index], network.layers[index].mapspace.createPoint());
    const { mean, deviation } = process.predict(featuresOf(point));
    candidates.push({ point, gain: logExpectedImprovement(mean, deviation, least) });
  }
  candidates.sort((a, b) => b.gain - a.gain);
  for (const [s, { point }] of candidates.slice(0, samples - first).entries()) {
    if (pauses(s)) yield;
    cost(point);
  }
}

function featuresOf(point: MapspacePoint): Float64Array {
  return Float64Array.from(point.factors, Math.log2);
}

/** A process of fixed length scale: the typical distance of two samples. */
function processOf(seen: readonly Float64Array[], values: readonly number[]): GaussianProcess {
  const d = seen[0].length;
  const inputs = new Float64Array(seen.length * d);
  seen.forEach((row, i) => {
    inputs.set(row, i * d);
  });
  let squares = 0;
  for (let i = 1; i < seen.length; i++) for (let k = 0; k < d; k++) squares += (seen[i][k] - seen[i - 1][k]) ** 2;
  const typical = Math.max(0.1, 0.5 * Math.sqrt(squares / (seen.length - 1)));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = Math.max(1e-4, values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
  const parameters = Float64Array.from([Math.log(typical), Math.log(variance), Math.log(1e-3 * variance)]);
  const shape = { lengthOf: new Int32Array(d), lengths: 1, tasks: 1 };
  const data = { inputs, values: Float64Array.from(values), tasks: new Int32Array(values.length) };
  return new GaussianProcess(shape, parameters, data);
}
