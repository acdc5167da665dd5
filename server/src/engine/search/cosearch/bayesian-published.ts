import { copyPoint, type MapspacePoint } from "../../mapspace/point.ts";
import type { HardwareSizes } from "../../model/relaxed/hardware.ts";
import { GaussianProcess } from "../../numeric/gaussian-process.ts";
import { Prng } from "../../numeric/prng.ts";
import { NetworkDesign } from "../gradient/design.ts";
import type { Network } from "../gradient/network.ts";
import { drawMapping, sizesOf } from "../gradient/start.ts";
import type { BayesianCosearchOptions } from "./bayesian.ts";
import { hardwareFirst, samplesAtOnce } from "./hardware-first.ts";
import type { MappingSampler } from "./mapping-sampler.ts";
import type { Cosearch } from "./progress.ts";

/** Of every eleven hardware, and of every eleven mappings, ten are drawn to learn from and one is chosen. */
const drawnPerChosen = 10;
/** Mappings compared for every one chosen, and hardware. */
const mappingCandidates = 10;
const hardwareCandidates = 200;

/**
 * Two levels of Bayesian optimisation as DOSA's authors compare with: a Gaussian process learns from random samples
 * once, then the candidates of least mean − deviation are tried, and only these count. Values are not on a logarithmic
 * scale, lengths are 1 in standardised features and never fitted: plain, and weak for it.
 */
export function publishedBayesianCosearch(
  network: Network,
  { seed, evaluations, ...options }: BayesianCosearchOptions,
): Cosearch {
  const hardware = Math.min(options.hardware, evaluations);
  const samples = Math.floor(evaluations / hardware);
  const random = new Prng(seed, 0);
  const drawn = Math.max(1, hardware - Math.floor(hardware / (drawnPerChosen + 1)));
  const tried: { sizes: HardwareSizes; value: number }[] = [];
  let chosen: HardwareSizes[] = [];
  let last: HardwareSizes;
  return hardwareFirst(network, {
    hardware,
    propose(start) {
      if (start === drawn) chosen = bestHardware(network, random, tried, hardware - drawn);
      last = chosen[start - drawn] ?? evenSizes(network, random);
      return last;
    },
    map(sampler, layer, sizes, start) {
      const random = new Prng(seed, 1 + start * network.layers.length + layer);
      return mapLayer(network, sampler, layer, sizes, samples, random);
    },
    learn: (value) => value !== null && tried.push({ sizes: last, value }),
  });
}

/** Even sides up to 128, and multiples of 8 KiB up to 1 MiB. */
function evenSizes(network: Network, random: Prng): HardwareSizes {
  return sizesOf(
    network,
    () => 2 + 2 * random.below(64),
    () => 8 + 8 * random.below(128),
  );
}

function bestHardware(
  network: Network,
  random: Prng,
  tried: readonly { sizes: HardwareSizes; value: number }[],
  count: number,
): HardwareSizes[] {
  const rows = tried.map(({ sizes }) => hardwareFeatures(sizes));
  const values = tried.map(({ value }) => value);
  const candidates = Array.from({ length: count * hardwareCandidates }, () => evenSizes(network, random));
  return leastBound(rows, values, candidates, hardwareFeatures).slice(0, count);
}

const hardwareFeatures = ({ sides, capacityWords }: HardwareSizes): number[] => [
  ...sides,
  ...capacityWords.map((words) => words ?? 0),
];

function* mapLayer(
  network: Network,
  sampler: MappingSampler,
  layer: number,
  sizes: HardwareSizes,
  samples: number,
  random: Prng,
): Generator<void> {
  const scratch = new NetworkDesign(network);
  const { mapspace } = network.layers[layer];
  const draw = (): MapspacePoint | null =>
    drawMapping(network, random, scratch, layer, sizes)
      ? copyPoint(scratch.points[layer], mapspace.createPoint())
      : null;
  const chosen = Math.max(1, Math.floor(samples / (drawnPerChosen + 1)));
  const rows: number[][] = [];
  const values: number[] = [];
  for (let s = 0; s < samples - chosen; s++) {
    if (s % samplesAtOnce === samplesAtOnce - 1) yield;
    const point = draw();
    if (point === null) {
      network.evaluations += samples - s;
      return;
    }
    rows.push(mappingFeatures(point));
    values.push(network.layerValue(layer, network.record(layer, point), sizes));
  }
  const candidates: MapspacePoint[] = [];
  for (let c = 0; c < chosen * mappingCandidates; c++) {
    if (c % samplesAtOnce === samplesAtOnce - 1) yield;
    const point = draw();
    if (point !== null) candidates.push(point);
  }
  for (const point of leastBound(rows, values, candidates, mappingFeatures).slice(0, chosen)) {
    sampler.tryMapping(layer, (design) => {
      copyPoint(point, design.points[layer]);
      return true;
    });
  }
}

/** Factors, and the place of each dimension in the order of each level. */
function mappingFeatures({ factors, orders, bounds }: MapspacePoint): number[] {
  const places = new Array<number>(orders.length);
  const nd = bounds.length;
  for (let i = 0; i < orders.length; i++) places[i - (i % nd) + orders[i]] = i % nd;
  return [...factors, ...places];
}

/** Candidates by rising mean − deviation of a process of unit lengths over standardised features. */
function leastBound<T>(
  rows: readonly number[][],
  values: readonly number[],
  candidates: readonly T[],
  featuresOf: (candidate: T) => number[],
): readonly T[] {
  if (rows.length < 2) return candidates;
  const d = rows[0].length;
  const columns = Array.from({ length: d }, (_, k) => momentsOf(rows.map((row) => row[k])));
  const scaled = (row: number[]) => Float64Array.from(row, (x, k) => (x - columns[k].mean) / columns[k].deviation);
  const inputs = new Float64Array(rows.length * d);
  rows.forEach((row, i) => {
    inputs.set(scaled(row), i * d);
  });
  const { mean, deviation } = momentsOf(values);
  const shape = { lengthOf: new Int32Array(d), lengths: 1, tasks: 1 };
  const parameters = Float64Array.from([0, 0, Math.log(1e-10)]);
  const process = new GaussianProcess(shape, parameters, {
    inputs,
    values: Float64Array.from(values, (value) => (value - mean) / deviation),
    tasks: new Int32Array(values.length),
  });
  return candidates
    .map((candidate) => {
      const { mean, deviation } = process.predict(scaled(featuresOf(candidate)));
      return { candidate, bound: mean - deviation };
    })
    .sort((a, b) => a.bound - b.bound)
    .map(({ candidate }) => candidate);
}

/** Mean and standard deviation; the latter 1 where all are equal. */
function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  return { mean, deviation: deviation || 1 };
}
