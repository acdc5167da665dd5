import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { MapspaceConstraint } from "../../server/src/engine/mapspace/constraints.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import { LatencyModel, machineStamp } from "../../server/src/engine/model/learned/latency-model.ts";
import { type HardwareFreedom, hardwareSpace, instantiate } from "../../server/src/engine/model/relaxed/hardware.ts";
import { defaultEvaluationOptions, type Workload } from "../../server/src/engine/model/types.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { bayesianCosearch } from "../../server/src/engine/search/cosearch/bayesian.ts";
import { publishedBayesianCosearch } from "../../server/src/engine/search/cosearch/bayesian-published.ts";
import {
  type GradientSearchOptions,
  gradientCosearch,
  ownOptions,
  publishedOptions,
} from "../../server/src/engine/search/cosearch/gradient.ts";
import { layerMisfits } from "../../server/src/engine/search/cosearch/misfit.ts";
import type { Cosearch, CosearchCheckpoint, NetworkResult } from "../../server/src/engine/search/cosearch/progress.ts";
import { randomCosearch } from "../../server/src/engine/search/cosearch/random.ts";
import { networkResult } from "../../server/src/engine/search/cosearch/result.ts";
import { exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import { outermostOrders } from "../../server/src/engine/search/gradient/descent.ts";
import { NetworkDesign } from "../../server/src/engine/search/gradient/design.ts";
import { Network } from "../../server/src/engine/search/gradient/network.ts";
import { Relaxation } from "../../server/src/engine/search/gradient/relaxation.ts";
import { randomDesign } from "../../server/src/engine/search/gradient/start.ts";
import { gradientSearch } from "../../server/src/engine/search/gradient/strategy.ts";
import {
  chipletLike,
  convolution,
  depthwise,
  eyerissLike,
  gemminiLike,
  type Machine,
} from "../support/accelerators.ts";
import { bentLatencyModel } from "../support/latency-model.ts";
import { toyGemm } from "../support/toy.ts";

const layers: { workload: Workload; count: number }[] = [
  { workload: convolution({ p: 28, q: 14, c: 32, k: 16 }), count: 3 },
  { workload: convolution({ r: 1, s: 1, p: 14, q: 14, c: 48, k: 64, stride: 2 }), count: 1 },
];

function keeps({ keep }: Machine): MapspaceConstraint[] {
  return keep.flatMap((row, level) =>
    row.flatMap((kept, dataSpace): MapspaceConstraint[] =>
      kept === null ? [] : [{ kind: "keep", id: 0, level, dataSpace, keep: kept }],
    ),
  );
}

function open(
  machine: Machine,
  freedom: HardwareFreedom,
  more: MapspaceConstraint[] = [],
  latency: LatencyModel | null = null,
  of: readonly { workload: Workload; count: number }[] = layers,
): Network {
  const space = hardwareSpace(machine.architecture, freedom);
  const sizes = { capacityWords: space.buffers.map(() => null), sides: space.sides.map(() => 32) };
  const widest = instantiate(space, sizes);
  const network = of.map(({ workload, count }) => {
    const { mapspace } = createMapspace(widest, workload, "pfm", [...keeps(machine), ...more]);
    assert.ok(mapspace);
    return { mapspace, count };
  });
  return new Network(network, space, "edp", latency);
}

function run(search: Cosearch): { best: NetworkResult | null; evaluations: number; checkpoints: CosearchCheckpoint[] } {
  let best: NetworkResult | null = null;
  let evaluations = 0;
  const checkpoints: CosearchCheckpoint[] = [];
  for (const progress of search) {
    best = progress.best ?? best;
    evaluations = progress.evaluations;
    if (progress.checkpoint) checkpoints.push(progress.checkpoint);
  }
  return { best, evaluations, checkpoints };
}

const own = (seed: number, evaluations: number): GradientSearchOptions => ({ ...ownOptions, seed, evaluations });

/** Leakage that is seen beside the accesses; the scratchpad, whose bandwidth grows with the array, is the slowest. */
function leakyGemmini(): Machine {
  const { architecture, keep } = gemminiLike();
  const storage = architecture.storage.map((level, l) => ({
    ...level,
    leakEnergyPj: 500 * level.leakEnergyPj,
    sharedBandwidth: l === 2 ? 16 : null,
  }));
  return { architecture: { ...architecture, storage }, keep };
}

test("a buffer leaks in proportion to its words", () => {
  const { architecture } = leakyGemmini();
  const space = hardwareSpace(architecture, "buffers");
  const twice = (l: number) => (space.buffers[l] === null ? null : 2 * architecture.storage[l].capacityWords!);
  const sized = instantiate(space, { capacityWords: architecture.storage.map((_, l) => twice(l)), sides: [] });
  assert.deepEqual(
    sized.storage.map(({ leakEnergyPj }) => leakEnergyPj),
    [0, 1, 20, 0],
  );
});

test("an axis of the array grows to 128 units or keeps those it has, whatever fan-outs lie in one another", () => {
  const { architecture } = gemminiLike();
  // Meshes of the units and of the levels from the inside, and what the array may become.
  for (const [meshes, sizes, longest] of [
    ["32×32 32×4 4×4 1×1", "8→16 4→8", "128×128"],
    ["16×16 16×1 1×1 1×1", "16→128", "128×128"],
    ["14×200 14×200 1×1 1×1", "14→128 200→200", "128×200"],
    ["27×27 9×3 3×1 1×1", "3→5 9→19", "125×95"],
  ] as const) {
    const [units, ...levels] = meshes.split(" ").map((text) => {
      const [meshX, meshY] = text.split("×").map(Number);
      return { meshX, meshY, instances: meshX * meshY };
    });
    const storage = architecture.storage.map((level, l) => ({ ...level, ...(levels[l] ?? levels[2]) }));
    const template = { ...architecture, storage, compute: { ...architecture.compute, ...units } };
    const space = hardwareSpace(template, "all");
    assert.equal(space.sides.map(({ size, most }) => `${size}→${most}`).join(" "), sizes);
    const widest = { capacityWords: storage.map(() => null), sides: space.sides.map(({ most }) => most) };
    const { meshX, meshY } = instantiate(space, widest).compute;
    assert.equal(`${meshX}×${meshY}`, longest);
  }
});

test("records of mappings add up to what the reference model says of the inferred hardware", () => {
  for (const [machine, freedom] of [
    [gemminiLike(), "buffers"],
    [leakyGemmini(), "buffers"],
    [leakyGemmini(), "all"],
  ] as const) {
    const network = open(machine, freedom);
    const random = new Prng(3);
    const design = new NetworkDesign(network);
    for (let i = 0; i < 40; i++) {
      randomDesign(network, random, design);
      assert.equal(design.excess, 0);
      const architecture = instantiate(network.space, network.sizes(design.records));
      let energy = 0;
      let cycles = 0;
      network.layers.forEach(({ mapspace, count }, l) => {
        const mapping = mapspace.mapping(design.points[l]);
        const outcome = evaluate(architecture, mapspace.workload, mapping, defaultEvaluationOptions("exact"));
        assert.deepEqual(outcome.violations, []);
        energy += count * outcome.evaluation!.energyPj;
        cycles += count * outcome.evaluation!.cycles;
      });
      assert.ok(Math.abs(design.cost.energyPj / energy - 1) < 1e-9, `${design.cost.energyPj} ${energy}`);
      assert.equal(design.cost.cycles, cycles);
      const sizes = network.sizes(design.records);
      const { energyPj } = network.cost(design.records, { energyPj: 0, cycles: 0, value: 0 }, -1, undefined, sizes);
      assert.equal(energyPj, design.cost.energyPj);
    }
  }
});

test("the network's gradient agrees with central differences", () => {
  const random = new Prng(5);
  let checked = 0;
  let checkedLearned = 0;
  let checkedBlends = 0;
  for (let i = 0; i < 320; i++) {
    const freedom = (["fixed", "buffers", "all"] as const)[i % 3];
    // The last ones on learned cycles, which know one array.
    const network =
      i < 260 || freedom === "all"
        ? open(i % 4 < 2 ? gemminiLike() : leakyGemmini(), freedom)
        : open(gemminiLike(), freedom, [], bent(i));
    const domain = i % 2 === 0 ? "log" : "linear";
    const sharpness = i % 5 === 0 ? 6 : Number.POSITIVE_INFINITY;
    const orderTemperature = [0, 0.1, 0, 0.5, 0, 0][Math.floor(i / 6) % 6];
    const relaxation = new Relaxation(network, { domain, penalty: 3, sharpness, orderTemperature });
    const design = new NetworkDesign(network);
    randomDesign(network, random, design);
    if (orderTemperature > 0) relaxation.blends = network.layers.map((_, l) => outermostOrders(network, l, design));
    design.points.forEach((point, l) => {
      relaxation.choose(l, point);
      relaxation.setFactors(l, point.factors);
    });
    const x = relaxation.x;
    for (let k = 0; k < x.length; k++) x[k] += (domain === "log" ? 1 : 2) * (0.6 * random.next() + 0.05);
    const base = x.slice();
    const direction = base.map(() => 2 * random.next() - 1);
    const at = (t: number) => {
      for (let k = 0; k < x.length; k++) x[k] = base[k] + t * direction[k];
      return relaxation.evaluate();
    };
    const slope = (h: number) => (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    const fine = slope(1e-5);
    const coarse = slope(3e-5);
    at(0);
    const ours = relaxation.gradient.reduce((sum, g, k) => sum + g * direction[k], 0);
    const scale = Math.max(1, Math.abs(fine));
    if (Math.abs(fine - coarse) > 1e-7 * scale) continue;
    checked++;
    if (network.latency !== null) checkedLearned++;
    if (orderTemperature > 0) checkedBlends++;
    assert.ok(Math.abs(ours - fine) < 1e-6 * scale, `${freedomOf(i)} ${domain}: ${ours}, differences ${fine}`);
  }
  assert.ok(checkedLearned > 15, `${checkedLearned} points with learned cycles`);
  assert.ok(checkedBlends > 40, `${checkedBlends} points with blended orders`);
  assert.ok(checked > 120, `${checked} points away from kinks`);
});

/** A latency model that bends everywhere. */
function bent(seed: number): LatencyModel {
  const { architecture } = gemminiLike();
  const dimensions = layers[0].workload.dimensions.map(({ name }) => name);
  return new LatencyModel(bentLatencyModel({ ...machineStamp(architecture), dimensions }, seed));
}

test("records carry learned cycles: a design costs what the model says of its mappings", () => {
  const random = new Prng(8);
  for (const freedom of ["fixed", "buffers"] as const) {
    const latency = bent(3);
    const network = open(gemminiLike(), freedom, [], latency);
    const design = new NetworkDesign(network);
    for (let i = 0; i < 20; i++) {
      randomDesign(network, random, design);
      const result = networkResult(network, design);
      if (result === null) continue;
      let cycles = 0;
      network.layers.forEach(({ mapspace, count }, l) => {
        const { evaluation } = evaluate(
          result.architecture,
          mapspace.workload,
          result.mappings[l],
          defaultEvaluationOptions("exact"),
        );
        cycles += count * latency.predict(mapspace.workload, result.mappings[l], evaluation!).cycles;
      });
      assert.ok(Math.abs(design.cost.cycles / cycles - 1) < 1e-9);
      assert.ok(Math.abs(result.cycles / cycles - 1) < 1e-9);
    }
  }
  assert.throws(() => open(gemminiLike(), "all", [], bent(3)), /array of given size/);
});

const freedomOf = (i: number) => ["fixed", "buffers", "all"][i % 3];

test("the same seed gives the same design; a resumed run ends as if never stopped", () => {
  for (const base of [ownOptions, publishedOptions]) {
    const options = { ...base, seed: 4, evaluations: 900 };
    const whole = run(gradientCosearch(open(gemminiLike(), "all"), options));
    const again = run(gradientCosearch(open(gemminiLike(), "all"), options));
    assert.ok(whole.best !== null);
    assert.deepEqual(again.best, whole.best);
    let best: NetworkResult | null = null;
    let checkpoint: CosearchCheckpoint | undefined;
    for (const progress of gradientCosearch(open(gemminiLike(), "all"), options)) {
      best = progress.best ?? best;
      checkpoint = progress.checkpoint;
      if (checkpoint !== undefined) break;
    }
    assert.ok(checkpoint !== undefined);
    const rest = run(gradientCosearch(open(gemminiLike(), "all"), { ...options, resume: { ...checkpoint, best } }));
    assert.equal((rest.best ?? best)?.value, whole.best.value);
    assert.equal(rest.evaluations, whole.evaluations);
  }
});

test("more freedom is worth more; every design is what the reference model says", () => {
  const values = (["fixed", "buffers", "all"] as const).map((freedom) => {
    const { best } = run(gradientCosearch(open(gemminiLike(), freedom), own(2, 1500)));
    assert.ok(best !== null, freedom);
    let energy = 0;
    let cycles = 0;
    layers.forEach(({ workload, count }, i) => {
      const options = defaultEvaluationOptions("exact");
      const { evaluation, violations } = evaluate(best.architecture, workload, best.mappings[i], options);
      assert.deepEqual(violations, []);
      energy += count * evaluation!.energyPj;
      cycles += count * evaluation!.cycles;
    });
    assert.ok(Math.abs(best.value / (energy * cycles) - 1) < 1e-12);
    return best.value;
  });
  assert.ok(values[1] < values[0] && values[2] < values[1], values.join(" "));
});

test("any machine, any shape: free keeps, two fan-outs, depthwise and matrix layers", () => {
  const mixed = [
    { workload: depthwise({ p: 14, q: 14, c: 24, stride: 2 }), count: 2 },
    { workload: convolution({ r: 5, s: 1, p: 8, q: 12, c: 6, k: 10, dilation: 2 }), count: 1 },
    { workload: toyGemm({ M: 24, N: 36, K: 40 }), count: 5 },
  ];
  for (const machine of [eyerissLike(), chipletLike()]) {
    for (const freedom of ["fixed", "buffers", "all"] as const) {
      for (const options of [
        own(3, 300),
        { ...publishedOptions, orders: "softmax" as const, seed: 3, evaluations: 300 },
      ]) {
        const { best } = run(gradientCosearch(open(machine, freedom, [], null, mixed), options));
        assert.ok(best !== null, `${machine.architecture.name} ${freedom}`);
        let energy = 0;
        let cycles = 0;
        mixed.forEach(({ workload, count }, i) => {
          const exact = defaultEvaluationOptions("exact");
          const { evaluation, violations } = evaluate(best.architecture, workload, best.mappings[i], exact);
          assert.deepEqual(violations, []);
          energy += count * evaluation!.energyPj;
          cycles += count * evaluation!.cycles;
        });
        assert.ok(Math.abs(best.value / (energy * cycles) - 1) < 1e-12);
      }
    }
  }
});

test("constraints hold in every design", () => {
  const more: MapspaceConstraint[] = [
    { kind: "factor", id: 1, level: 1, slot: "spatial", dimension: 4, relation: ">=", value: 2 },
    { kind: "factor", id: 2, level: 2, slot: "temporal", dimension: 2, relation: "=", value: 7 },
    { kind: "permutation", id: 3, level: 3, slot: "temporal", prefix: [5], suffix: [4] },
  ];
  const { best } = run(gradientCosearch(open(gemminiLike(), "fixed", more), own(1, 600)));
  assert.ok(best !== null);
  for (const { levels } of best.mappings) {
    const spatial = [...levels[1].spatialX, ...levels[1].spatialY].find((loop) => loop.dimension === 4);
    assert.ok((spatial?.factor ?? 1) >= 2);
    assert.equal(levels[2].temporal.find((loop) => loop.dimension === 2)?.factor, 7);
    const order = levels[3].temporal.map((loop) => loop.dimension);
    if (order.includes(5)) assert.equal(order[0], 5);
    if (order.includes(4)) assert.equal(order[order.length - 1], 4);
  }
});

test("random and Bayesian co-search spend what they may and tell what they found", () => {
  for (const search of [randomCosearch, bayesianCosearch, publishedBayesianCosearch]) {
    const network = open(gemminiLike(), "all");
    const { best, evaluations } = run(search(network, { seed: 1, evaluations: 400, hardware: 8 }));
    assert.ok(best !== null && best.value > 0);
    assert.ok(evaluations <= 401, String(evaluations));
    const twice = run(search(open(gemminiLike(), "all"), { seed: 1, evaluations: 400, hardware: 8 }));
    assert.deepEqual(twice.best, best);
  }
});

test("random and Bayesian co-search can be stopped within a few dozen mappings", () => {
  for (const search of [randomCosearch, bayesianCosearch, publishedBayesianCosearch]) {
    const network = open(gemminiLike(), "buffers", [], null, layers.slice(0, 1));
    let before = 0;
    let most = 0;
    for (const _ of search(network, { seed: 1, evaluations: 400, hardware: 2 })) {
      most = Math.max(most, network.evaluations - before);
      before = network.evaluations;
    }
    assert.ok(most <= 40, `${search.name}: ${most} mappings at once`);
  }
});

test("gradient search of one layer comes near the proven optimum", () => {
  const machine = eyerissLike();
  const workload = convolution({ p: 14, q: 14, c: 16, k: 32 });
  const { mapspace } = createMapspace(machine.architecture, workload, "pfm", keeps(machine));
  assert.ok(mapspace);
  let best = Number.POSITIVE_INFINITY;
  for (const progress of gradientSearch(mapspace, { objective: "edp", seed: 1, evaluations: 30_000 })) {
    best = progress.best?.value ?? best;
  }
  let optimum = Number.NaN;
  for (const progress of exactSearch(mapspace, { objective: "edp", seed: 1 }))
    optimum = progress.best?.value ?? optimum;
  assert.ok(best >= optimum * (1 - 1e-9) && best <= optimum * 1.05, `${best / optimum}`);
});

test("a co-search evaluates no more than it was told to", () => {
  const runs: Record<string, (network: Network, evaluations: number) => Cosearch> = {
    own: (network, evaluations) => gradientCosearch(network, { ...ownOptions, seed: 1, evaluations }),
    softmax: (network, evaluations) =>
      gradientCosearch(network, { ...ownOptions, orders: "softmax", seed: 1, evaluations }),
    published: (network, evaluations) => gradientCosearch(network, { ...publishedOptions, seed: 1, evaluations }),
    random: (network, evaluations) => randomCosearch(network, { seed: 1, evaluations, hardware: 10 }),
    bayes: (network, evaluations) => bayesianCosearch(network, { seed: 1, evaluations, hardware: 100 }),
    "bayes-dosa": (network, evaluations) => publishedBayesianCosearch(network, { seed: 1, evaluations, hardware: 100 }),
  };
  for (const [name, run] of Object.entries(runs)) {
    for (const of of [layers, layers.slice(0, 1)]) {
      for (const evaluations of [1, 7, 30, 111, 250]) {
        const network = open(gemminiLike(), "buffers", [], null, of);
        for (const _ of run(network, evaluations));
        const spent = network.evaluations / of.length;
        assert.ok(spent > 0 && spent <= evaluations, `${name}, ${of.length} layers: ${spent} of ${evaluations}`);
      }
    }
  }
});

test("the layer that hardware cannot hold is named, with the level and both numbers", () => {
  const machine = gemminiLike();
  assert.deepEqual(layerMisfits(open(machine, "fixed")), []);
  // Weights and inputs must both be kept in a scratchpad of one word.
  const storage = machine.architecture.storage.map((level, l) => (l === 2 ? { ...level, capacityWords: 1 } : level));
  const tiny = { ...machine, architecture: { ...machine.architecture, storage } };
  const wire: MapspaceConstraint = {
    kind: "factor",
    id: 0,
    slot: "spatial",
    level: 2,
    dimension: layers[0].workload.dimensions.findIndex(({ name }) => name === "K"),
    relation: "=",
    value: 1,
  };
  const found = layerMisfits(open(tiny, "fixed", [wire]));
  assert.deepEqual(
    found.map(({ layer }) => layer),
    [0, 1],
  );
  for (const { misfits } of found) {
    assert.deepEqual(misfits, [{ kind: "words", level: 2, taken: 2, limit: 1 }]);
  }
});
