import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readCsv } from "../../server/src/cli/learn-data.ts";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import {
  analyticalAt,
  analyticalCycles,
  computeAt,
  factorAt,
  featureLayout,
  latencyFeatures,
} from "../../server/src/engine/model/learned/features.ts";
import { fitLatencyModel, foldsByLayer, type Measurements } from "../../server/src/engine/model/learned/fit.ts";
import { LatencyModel, readLatencyModel } from "../../server/src/engine/model/learned/latency-model.ts";
import { Network } from "../../server/src/engine/model/learned/network.ts";
import { spearman } from "../../server/src/engine/model/learned/quality.ts";
import { relaxedLearnedCycles } from "../../server/src/engine/model/learned/relaxed.ts";
import { RelaxedLayer } from "../../server/src/engine/model/relaxed/layer.ts";
import { setMapping } from "../../server/src/engine/model/relaxed/point.ts";
import { pricesOf } from "../../server/src/engine/model/relaxed/prices.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { convolution, gemminiLike } from "../support/accelerators.ts";
import { mapspace } from "../support/cli.ts";
import { constantLatencyModel } from "../support/latency-model.ts";
import { scratchFolder } from "../support/scratch.ts";
import { toyArchitecture, toyGemm, toyLevel } from "../support/toy.ts";

const scratch = scratchFolder();

const machine = { levels: ["L0", "L1"], meshX: 1, meshY: 1 };
const names = ["M", "N", "K"];
const layout = featureLayout(2, 3);

const varying = [analyticalAt, 5, 9, 12];

/** Measurements whose residual is a given function of the features. */
function invented(n: number, residual: (x: Float64Array) => number, seed = 1): Measurements {
  const random = new Prng(seed);
  const features = Array.from({ length: n }, () =>
    Float64Array.from({ length: layout.size }, (_, i) => (varying.includes(i) ? 3 * random.next() : 1)),
  );
  for (const x of features) x[computeAt] = -10;
  const measured = Float64Array.from(features, (x) => x[analyticalAt] + residual(x));
  return { features, measured, layers: Int32Array.from(features, (_, i) => i % 12) };
}

test("features are logarithms at their places", () => {
  const workload = toyGemm({ M: 8, N: 4, K: 2 });
  const loop = (dimension: number, factor: number) => ({ dimension, factor, residual: factor });
  const keep = [true, true, true];
  const mapping = {
    levels: [
      { temporal: [loop(2, 2)], spatialX: [], spatialY: [], keep },
      { temporal: [loop(1, 4), loop(0, 2)], spatialX: [loop(0, 4)], spatialY: [], keep },
    ],
  };
  const design = toyArchitecture([toyLevel("L0", { meshX: 4 }), toyLevel("L1")], { meshX: 4 });
  const { evaluation } = evaluate(design, workload, mapping, defaultEvaluationOptions());
  assert.ok(evaluation);
  const x = latencyFeatures(workload, mapping, analyticalCycles(evaluation));
  assert.equal(x.length, layout.size);
  assert.equal(x[analyticalAt], Math.log(evaluation.cycles));
  assert.equal(x[factorAt(layout, 1, 0, 0)], Math.log(4));
  assert.equal(x[factorAt(layout, 1, 1, 1)], Math.log(4));
  assert.equal(x[factorAt(layout, 0, 1, 2)], Math.log(2));
  assert.equal(x[factorAt(layout, 0, 1, 0)], 0);
});

test("the network's gradients equal difference quotients", () => {
  const random = new Prng(3);
  const network = new Network([5, 7, 4]);
  network.initialise(random);
  const x = Float64Array.from({ length: 5 }, () => random.next());
  const byWeights = new Float64Array(network.weights.length);
  const byInput = new Float64Array(5);
  network.value(x);
  network.backward(1, byWeights, byInput);
  const quotient = (list: Float64Array, i: number) => {
    const kept = list[i];
    list[i] = kept + 1e-5;
    const above = network.value(x);
    list[i] = kept - 1e-5;
    const below = network.value(x);
    list[i] = kept;
    return (above - below) / 2e-5;
  };
  for (let i = 0; i < 5; i++) assert.ok(Math.abs(quotient(x, i) - byInput[i]) < 1e-7);
  for (let i = 0; i < network.weights.length; i++) {
    assert.ok(Math.abs(quotient(network.weights, i) - byWeights[i]) < 1e-7);
  }
});

test("a linear residual is learned by the linear model, a bent one by the network", () => {
  const straight = fitLatencyModel(
    invented(150, (x) => 0.4 + 0.5 * x[9] - 0.2 * x[12]),
    machine,
    names,
    { seed: 1 },
  );
  assert.equal(straight.kind, "linear");
  // Held-out layers reach beyond the others: there the ratio is kept in the range seen.
  assert.ok(straight.validation.linear.logError < 0.05);
  const bent = invented(250, (x) => 2 * (x[9] - 1.5) ** 2);
  const model = fitLatencyModel(bent, machine, names, { seed: 1, epochs: 60, members: 1 });
  assert.equal(model.kind, "network");
  assert.ok(model.validation.network.logError < 0.8 * model.validation.linear.logError);
  assert.equal(model.samples, 250);
  assert.equal(model.layers, 12);
});

test("a model read from its file is the same; its gradient equals difference quotients; same seed, same model", () => {
  const data = invented(80, (x) => Math.sin(2 * x[9]));
  const make = () => fitLatencyModel(data, machine, names, { seed: 5, epochs: 10 });
  const file = { ...make(), kind: "network" as const };
  assert.equal(JSON.stringify(file), JSON.stringify({ ...make(), kind: "network" }));
  const model = new LatencyModel(file);
  const again = readLatencyModel(JSON.parse(JSON.stringify(file)));
  assert.ok(again);
  const x = data.features[3].slice();
  const gradient = new Float64Array(x.length);
  const { value, logDeviation } = model.residual(x, gradient);
  assert.deepEqual(again.residual(x), { value, logDeviation });
  assert.ok(logDeviation >= file.validation.learned.logError);
  for (let i = 0; i < x.length; i++) {
    const moved = (step: number) => model.residual(Float64Array.from(x, (v, k) => (k === i ? v + step : v))).value;
    assert.ok(Math.abs((moved(1e-5) - moved(-1e-5)) / 2e-5 - gradient[i]) < 1e-6);
    assert.ok(varying.includes(i) || gradient[i] === 0);
  }
});

test("beyond the data the learned part fades, with its gradient, and the uncertainty becomes the analytical one", () => {
  const data = invented(120, (x) => 1 + Math.sin(2 * x[9]));
  const file = fitLatencyModel(data, machine, names, { seed: 5, epochs: 10 });
  const model = new LatencyModel(file);
  const free = new LatencyModel({ ...file, least: -50, most: 50, reach: { ...file.reach, squared: 1e12 } });
  const { learned, analytical } = file.validation;
  let [within, partly, beyond] = [0, 0, 0];
  const random = new Prng(8);
  for (let sample = 0; sample < 60; sample++) {
    const start = data.features[random.below(120)];
    const way = start.map((_, i) => (varying.includes(i) || i === 20 ? 2 * random.next() - 1 : 0));
    let before = 0;
    for (let step = 0; step <= 12; step++) {
      const x = start.map((value, i) => value + 0.5 * step * way[i]);
      const gradient = new Float64Array(x.length);
      const { value, logDeviation } = model.residual(x, gradient);
      const unlimited = free.residual(x);
      assert.ok(value >= Math.min(0, file.least) && value <= file.most);
      if (step === 0) {
        if (unlimited.logDeviation === logDeviation) within++;
      } else if (value === 0) {
        beyond++;
        assert.ok(Math.abs(logDeviation - Math.max(learned.logError, analytical.logError)) < 1e-9);
      } else if (Math.abs(value / unlimited.value) < 0.99) partly++;
      before = value;
      for (let i = 0; i < x.length; i++) {
        const moved = (by: number) => model.residual(x.map((v, k) => (k === i ? v + by : v))).value;
        const [above, below] = [(moved(1e-5) - value) / 1e-5, (value - moved(-1e-5)) / 1e-5];
        const [least, most] = [Math.min(above, below), Math.max(above, below)];
        assert.ok(gradient[i] > least - 1e-2 && gradient[i] < most + 1e-2, `${gradient[i]}: ${least} to ${most}`);
      }
    }
    assert.ok(Math.abs(before) < file.most);
  }
  assert.ok(within > 50 && partly > 30 && beyond > 100, `${within} ${partly} ${beyond}`);
});

test("learned cycles are never below those of the operations, nor beyond what was measured", () => {
  const { architecture } = gemminiLike();
  const workload = convolution({ p: 14, q: 14, c: 64, k: 32 });
  const known = {
    levels: architecture.storage.map(({ name }) => name),
    meshX: architecture.compute.meshX,
    meshY: architecture.compute.meshY,
    dimensions: workload.dimensions.map(({ name }) => name),
  };
  const model = new LatencyModel(constantLatencyModel(known, 1e-4));
  const bounded = new LatencyModel({ ...constantLatencyModel(known, 1e6), most: Math.log(30) });
  const { mapspace: space } = createMapspace(architecture, workload, "pfm");
  assert.ok(space);
  const layer = new RelaxedLayer(workload, architecture.storage.length);
  const gradient = new Float64Array(layer.factors.length);
  const point = space.createPoint();
  const random = new Prng(4);
  const operations = workload.dimensions.reduce((product, { bound }) => product * bound, 1);
  let slower = 0;
  for (let i = 0; i < 100; i++) {
    space.sample(random, point);
    const mapping = space.mapping(point);
    const { evaluation } = evaluate(architecture, workload, mapping, defaultEvaluationOptions("exact"));
    assert.ok(evaluation && setMapping(layer, mapping));
    const { cycles } = model.predict(workload, mapping, evaluation);
    assert.ok(Math.abs(cycles / evaluation.compute.cycles - 1) < 1e-12);
    assert.ok(cycles * architecture.compute.instances >= operations * (1 - 1e-12));
    if (evaluation.cycles > evaluation.compute.cycles) slower++;
    assert.ok(Math.abs(bounded.predict(workload, mapping, evaluation).cycles / evaluation.cycles - 30) < 1e-9);
    // At the floor the slope is that of the operations: a temporal factor's share, whatever stands in the way.
    layer.measure();
    layer.cost(pricesOf(architecture, workload), { whole: true, sharpness: 1 / 0, elision: true }, true);
    const learned = relaxedLearnedCycles(model, layer, gradient);
    const nd = workload.dimensions.length;
    gradient.forEach((slope, at) => {
      const temporal = Math.floor(at / nd) % 2 === 1;
      assert.ok(Math.abs(slope - (temporal ? learned : 0)) <= 1e-9 * learned);
    });
  }
  assert.ok(slower > 20);
});

test("learned cycles of real factors: equal to a mapping's at whole ones, gradient as the difference quotient", () => {
  const random = new Prng(6);
  const { architecture } = gemminiLike();
  const workload = convolution({ p: 14, q: 14, c: 64, k: 32 });
  const levels = architecture.storage.length;
  const { size } = featureLayout(levels, 7);
  const features = Array.from({ length: 60 }, () => Float64Array.from({ length: size }, () => 3 * random.next()));
  const measured = Float64Array.from(features, (x) => x[analyticalAt] + 0.1 * x[20] * x[40]);
  const data = { features, measured, layers: Int32Array.from(features, (_, i) => i % 6) };
  const fitted = fitLatencyModel(data, machine, names, { seed: 1, epochs: 5, members: 2 });
  const scaled = new LatencyModel({ ...fitted, least: -50, most: 50, reach: { ...fitted.reach, squared: 1e12 } });
  const { mapspace: space } = createMapspace(architecture, workload, "pfm");
  assert.ok(space);
  const layer = new RelaxedLayer(workload, levels);
  const prices = pricesOf(architecture, workload);
  const point = space.createPoint();
  const gradient = new Float64Array(layer.factors.length);
  for (let i = 0; i < 20; i++) {
    space.sample(random, point);
    const mapping = space.mapping(point);
    const { evaluation } = evaluate(architecture, workload, mapping, defaultEvaluationOptions("exact"));
    assert.ok(evaluation && setMapping(layer, mapping));
    const options = { whole: true, sharpness: Number.POSITIVE_INFINITY, elision: true };
    layer.measure();
    layer.cost(prices, options, true);
    const learned = relaxedLearnedCycles(scaled, layer, gradient);
    const { cycles } = scaled.predict(workload, mapping, evaluation);
    assert.ok(Math.abs(learned / cycles - 1) < 1e-9);
  }
  // Away from whole numbers, where the relaxed model is smooth.
  const options = { whole: false, sharpness: 8, elision: true };
  let checked = 0;
  for (let i = 0; i < layer.factors.length; i++) layer.factors[i] = layer.active[i] ? 2.2 + 2 * random.next() : 1;
  const at = () => {
    layer.measure();
    layer.cost(prices, options, true);
    return relaxedLearnedCycles(scaled, layer, gradient);
  };
  const value = at();
  const found = gradient.slice();
  for (let i = 0; i < layer.factors.length; i++) {
    if (layer.active[i] === 0) continue;
    const kept = layer.factors[i];
    const moved = (step: number) => {
      layer.factors[i] = kept * Math.exp(step);
      const result = at();
      layer.factors[i] = kept;
      return result;
    };
    const quotient = (moved(1e-6) - moved(-1e-6)) / 2e-6;
    assert.ok(
      Math.abs(quotient - found[i]) < 1e-4 * Math.max(value, Math.abs(quotient)),
      `${i}: ${quotient} ${found[i]}`,
    );
    checked++;
  }
  assert.ok(checked > 30);
});

test("files that are no model are refused", () => {
  const file = fitLatencyModel(
    invented(40, () => 0.1),
    machine,
    names,
    { seed: 1, epochs: 2 },
  );
  for (const broken of [
    null,
    5,
    {},
    { ...file, mapspaceLatencyModel: 1 },
    { ...file, most: undefined },
    { ...file, reach: { ...file.reach, squared: 0 } },
    { ...file, reach: { ...file.reach, fixed: [] } },
    { ...file, used: [...file.used, 1e6] },
    { ...file, centre: file.centre.slice(1) },
    { ...file, spread: file.spread.map(() => 0) },
    { ...file, members: [] },
    { ...file, members: [{ ...file.members[0], weights: [1] }] },
    { ...file, validation: {} },
  ]) {
    assert.equal(readLatencyModel(broken), null);
  }
});

test("folds hold out whole layers; rank correlation shares ranks", () => {
  const data = invented(60, () => 0);
  const folds = foldsByLayer(data, 5, 1);
  assert.equal(
    folds.reduce((n, fold) => n + fold.size, 0),
    60,
  );
  for (const fold of folds) {
    const layers = new Set([...fold].map((i) => data.layers[i]));
    assert.ok([...data.layers].every((layer, i) => !layers.has(layer) || fold.has(i)));
  }
  assert.equal(spearman([1, 2, 3], [10, 20, 30]), 1);
  assert.equal(spearman([1, 2, 3], [3, 2, 1]), -1);
  assert.ok(Math.abs(spearman([1, 2, 2, 3], [1, 2, 3, 4]) - 0.9486832980505138) < 1e-12);
});

test("tables with quotes, blanks and Windows line ends", () => {
  const { names: head, rows } = readCsv('\uFEFFa, b\r\n"x, ""y""",2\r\n\r\n3,4');
  assert.deepEqual(head, ["a", "b"]);
  assert.deepEqual(rows, [
    ['x, "y"', "2"],
    ["3", "4"],
  ]);
});

const archText = `architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - {name: DRAM, class: DRAM, attributes: {word_bits: 8, shared_bandwidth: 4}}
    - {name: Buffer, class: SRAM, attributes: {entries: 512, word_bits: 8}}
    - {name: "MAC[0..3]", class: intmac, attributes: {datawidth: 8}}
`;

test("learn, then evaluate with the model; data of other machines are refused", () => {
  const arch = join(scratch, "arch.yaml");
  const csv = join(scratch, "data.csv");
  const out = join(scratch, "model.json");
  writeFileSync(arch, archText);
  const random = new Prng(2);
  const rows: string[] = [];
  for (let i = 0; i < 60; i++) {
    const [k, c, p] = [4 << random.below(3), 4 << random.below(2), 2 << random.below(3)];
    const inner = 1 << random.below(3);
    const mapping = `L1[WIO] C${c} K${k / 4} P${p / Math.min(p, inner)} - L0[WIO] P${Math.min(p, inner)} K4X`;
    const cycles = Math.round(k * c * p * (1.5 + 0.2 * inner));
    rows.push(`"${mapping}",${cycles},${k},${c},${p},1,1,1,1,4`);
  }
  const head = "mapping,cycles,prob.K,prob.C,prob.P,prob.Q,prob.R,prob.S,prob.N,arch.pe";
  writeFileSync(csv, `${head}\n${rows.join("\n")}\n`);
  const learned = mapspace(["learn", csv, arch, "-o", out]);
  assert.equal(learned.status, 0, learned.err);
  assert.match(learned.err, /60 mappings of \d+ layers/);
  assert.equal(JSON.parse(readFileSync(out, "utf8")).mapspaceLatencyModel, 2);

  const prob = join(scratch, "prob.yaml");
  writeFileSync(prob, "problem: {shape: cnn-layer, instance: {K: 8, C: 4, P: 4, Q: 1, R: 1, S: 1, N: 1}}\n");
  const map = join(scratch, "x.map.yaml");
  writeFileSync(
    map,
    "mapping:\n- {target: DRAM, type: temporal, factors: C=4 K=2}\n- {target: Buffer, type: temporal, factors: P=4}\n- {target: Buffer, type: spatial, factors: K=4}\n",
  );
  const shown = mapspace(["evaluate", "--latency-model", out, arch, prob, map]);
  assert.match(shown.out, /cycles: analytical [\d,]+ \(×\/÷ [\d.]+\) \/ learned [\d,]+ \(×\/÷ [\d.]+\)/, shown.err);
  const search = ["search", "--strategy", "gradient", "--evaluations", "800", "--latency-model", out];
  const found = mapspace([...search, "--json", arch, prob, map]);
  assert.equal(found.status, 0, found.err);
  const best = JSON.parse(found.out);
  assert.ok(Math.abs(best.best.value / (best.best.energyPj * best.learnedCycles) - 1) < 1e-9);
  const told = mapspace([...search, arch, prob, map]);
  assert.match(told.out, /cycles before: analytical .*\n {2}cycles after: analytical [\d,]+ .* \/ learned/);
  assert.match(
    mapspace([...search, "--strategy", "exact", arch, prob]).err,
    /--latency-model goes with --strategy gradient/,
  );
  const network = ["cosearch", "--evaluations", "60", "--latency-model", out, arch, prob];
  const designed = mapspace([...network, "--hardware", "buffers", "--json"]);
  assert.equal(designed.status, 0, designed.err);
  const design = JSON.parse(designed.out);
  assert.ok(Math.abs(design.cycles / design.layers[0].learnedCycles - 1) < 1e-9);
  assert.match(mapspace([...network, "--hardware", "all"]).err, /use --hardware buffers or fixed/);
  const json = JSON.parse(mapspace(["evaluate", "--json", "--latency-model", out, arch, prob, map]).out);
  assert.ok(json.learnedCycles > 0 && json.learnedLogDeviation > 0);

  const refused = (change: (text: string) => string, table = (text: string) => text): string => {
    const [a, t] = [join(scratch, "other.yaml"), join(scratch, "other.csv")];
    writeFileSync(a, change(archText));
    writeFileSync(t, table(readFileSync(csv, "utf8")));
    const { status, err } = mapspace(["learn", t, a, "-o", join(scratch, "none.json")]);
    assert.equal(status, 2, err);
    return err;
  };
  assert.match(
    refused((text) => text.replace("0..3", "0..7")),
    /row 2: it was measured with PEs: 4; the architecture has 8/,
  );
  // What else the table states of its machine, each with what the architecture has.
  const stating = (column: string, value: number) =>
    refused(
      (text) => text,
      (text) => text.replaceAll(/$/gm, `,${value}`).replace(`arch.pe,${value}`, `arch.pe,arch.${column}`),
    );
  for (const [column, value, words] of [
    ["meshX", 2, /PEs in a row: 2; the architecture has 4/],
    ["mem0_word-bits", 16, /bits of a word of level 0 \(Buffer\): 16; the architecture has 8/],
    ["mem1_shared_bandwidth", 8, /words per cycle of level 1 \(DRAM\): 8; the architecture has 4/],
  ] as const)
    assert.match(stating(column, value), words);
  assert.match(
    refused((text) => text.replace("entries: 512", "entries: 4")),
    /cannot run its mapping: Buffer would hold/,
  );
  const deeper = (text: string) =>
    text.replace(
      "    - {name: Buffer",
      "    - {name: Middle, class: SRAM, attributes: {entries: 4096}}\n    - {name: Buffer",
    );
  assert.match(refused(deeper), /its mapping has 2 levels; the architecture has 3/);
  assert.match(
    refused(
      (text) => text,
      (text) => text.replace("cycles", "time"),
    ),
    /no column cycles/,
  );
  assert.match(
    refused(
      (text) => text,
      (text) => text.replace(/",\d+,/, '",-1,'),
    ),
    /row 2: the measured cycles are -1/,
  );

  writeFileSync(arch, archText.replace("0..3", "0..7"));
  const other = mapspace(["evaluate", "--latency-model", out, arch, prob, map]);
  assert.equal(other.status, 2);
  assert.match(other.err, /learned on another array/);
  const rubbish = mapspace(["evaluate", "--latency-model", csv, arch, prob, map]);
  assert.match(rubbish.err, /no latency model/);
});
