import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import { RelaxedLayer, type RelaxedOptions } from "../../server/src/engine/model/relaxed/layer.ts";
import { setMapping } from "../../server/src/engine/model/relaxed/point.ts";
import { type LevelPrices, pricesOf } from "../../server/src/engine/model/relaxed/prices.ts";
import { defaultEvaluationOptions, type Workload } from "../../server/src/engine/model/types.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { chipletLike, convolution, depthwise, eyerissLike, gemminiLike } from "../support/accelerators.ts";
import { Random } from "../support/random.ts";
import { toyGemm } from "../support/toy.ts";

const machines = [gemminiLike(), eyerissLike(), chipletLike()];
const workloads: Workload[] = [
  convolution({ p: 28, q: 14, c: 24, k: 16 }),
  convolution({ p: 12, q: 56, c: 6, k: 8, stride: 2, n: 2 }),
  convolution({ r: 5, s: 3, p: 12, q: 12, c: 8, k: 4, dilation: 2 }),
  convolution({ r: 1, s: 1, p: 14, q: 14, c: 48, k: 12, stride: 2 }),
  depthwise({ p: 28, q: 14, c: 24, stride: 2 }),
  toyGemm({ M: 24, N: 36, K: 40 }),
];

test("a relaxed layer at whole factors is the reference model", () => {
  const whole: RelaxedOptions = { whole: true, sharpness: Number.POSITIVE_INFINITY, elision: true };
  let compared = 0;
  let equal = 0;
  const differences: string[] = [];
  for (const { architecture } of machines) {
    for (const workload of workloads) {
      const { mapspace } = createMapspace(architecture, workload, "pfm");
      assert.ok(mapspace);
      const layer = new RelaxedLayer(workload, architecture.storage.length);
      const prices = pricesOf(architecture, workload);
      const random = new Prng(7);
      const point = mapspace.createPoint();
      for (let i = 0; i < 300; i++) {
        mapspace.sample(random, point);
        const mapping = mapspace.mapping(point);
        const { evaluation } = evaluate(architecture, workload, mapping, defaultEvaluationOptions("exact"));
        assert.ok(evaluation && setMapping(layer, mapping));
        layer.measure();
        layer.cost(prices, whole, false);
        compared++;
        const same =
          Math.abs(layer.energyPj / evaluation.energyPj - 1) < 1e-9 &&
          Math.abs(layer.cycles / evaluation.cycles - 1) < 1e-9;
        if (same) equal++;
        else
          differences.push(
            `${architecture.name} ${workload.name}: energy ${layer.energyPj / evaluation.energyPj - 1}, cycles ${layer.cycles / evaluation.cycles - 1} ${JSON.stringify(mapping)}`,
          );
      }
    }
  }
  assert.equal(equal, compared, differences.slice(0, 6).join("\n"));
});

/** Factors between 0.8 and 6, none beside the kinks at 1 and 2; any orders and kept levels. */
function randomise(random: Random, layer: RelaxedLayer): void {
  const nd = layer.dimensions;
  for (let i = 0; i < layer.factors.length; i++) {
    if (layer.active[i] === 0) continue;
    let factor: number;
    do factor = 0.8 * Math.exp((random.below(10_000) / 10_000) * (random.chance(0.5) ? 0.8 : 2));
    while (Math.abs(factor - 1) < 0.005 || Math.abs(factor - 2) < 0.005);
    layer.factors[i] = factor;
  }
  for (let l = 0; l < layer.levels; l++) {
    layer.orders.set(random.shuffle(Array.from({ length: nd }, (_, d) => d)), l * nd);
    for (let v = 0; v < layer.spaces; v++) {
      layer.keep[l * layer.spaces + v] = l === layer.levels - 1 || random.chance(0.6) ? 1 : 0;
    }
  }
}

test("gradients agree with central differences at 1,000 random points", () => {
  const random = new Random(11);
  let checked = 0;
  let worst = 0;
  let kinks = 0;
  while (checked < 1000) {
    const { architecture } = random.pick(machines);
    const workload = random.pick(workloads);
    const layer = new RelaxedLayer(workload, architecture.storage.length);
    const prices = pricesOf(architecture, workload);
    prices.clusters.fill(1e9);
    const options = {
      whole: false,
      sharpness: random.chance(0.5) ? 8 : Number.POSITIVE_INFINITY,
      elision: random.chance(0.9),
    };
    randomise(random, layer);
    const outcome = compare(layer, prices, options, random);
    if (outcome === null) kinks++;
    else {
      checked++;
      worst = Math.max(worst, outcome);
      assert.ok(
        outcome < 1e-6,
        `relative difference ${outcome} at point ${checked} ${JSON.stringify([...layer.factors])}`,
      );
    }
  }
  assert.ok(kinks < 300, `${kinks} points beside kinks`);
});

/** Largest relative difference along a random direction; null where a kink lies within the step. */
function compare(layer: RelaxedLayer, prices: LevelPrices, options: RelaxedOptions, random: Random): number | null {
  const base = layer.factors.slice();
  const direction = base.map((_, i) => (layer.active[i] === 1 ? random.below(2001) / 1000 - 1 : 0));
  const at = (t: number) => {
    for (let i = 0; i < base.length; i++) layer.factors[i] = base[i] * Math.exp(t * direction[i]);
    layer.measure();
    layer.cost(prices, options, false);
    return [Math.log(layer.energyPj), Math.log(layer.cycles), ...[...layer.heldWords].map(Math.log)];
  };
  const differences = (h: number) => {
    const [a, b, c, d] = [at(2 * h), at(h), at(-h), at(-2 * h)];
    return a.map((_, i) => (8 * (b[i] - c[i]) - (a[i] - d[i])) / (12 * h));
  };
  const fine = differences(1e-4);
  const coarse = differences(3e-4);
  at(0);
  layer.measure();
  layer.cost(prices, options, true);
  const along = (gradient: Float64Array, value: number) =>
    gradient.reduce((sum, g, i) => sum + g * direction[i], 0) / value;
  const held = [...layer.heldWords].map((words, l) => {
    const gradient = new Float64Array(base.length);
    layer.addHeldGradient(l, 1, gradient);
    return words === 0 ? 0 : along(gradient, words);
  });
  const ours = [along(layer.energyGradient, layer.energyPj), along(layer.cyclesGradient, layer.cycles), ...held];
  // Two step sizes disagree only where a kink lies between.
  const scale = (i: number) => Math.max(Math.abs(fine[i]), Math.abs(ours[i]), 0.01);
  if (ours.some((_, i) => Math.abs(fine[i] - coarse[i]) > 1e-7 * scale(i))) return null;
  return ours.reduce(
    (most, x, i) => (Number.isFinite(fine[i]) ? Math.max(most, Math.abs(x - fine[i]) / scale(i)) : most),
    0,
  );
}
