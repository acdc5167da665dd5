import assert from "node:assert/strict";
import { test } from "node:test";
import { readSpecification } from "../../server/src/spec/specification.ts";

const read = (...files: (string | [uri: string, text: string])[]) =>
  readSpecification(
    files.map((file, index) =>
      typeof file === "string" ? { uri: `${index}.yaml`, text: file } : { uri: file[0], text: file[1] },
    ),
  );
const shape = `  shape:
    name: strided
    dimensions: [P, R, K]
    coefficients: [{name: stride, default: 2}]
    data_spaces:
    - {name: In, projection: [[[P, stride], [R]]]}
    - {name: W, projection: [R, K]}
    - {name: Out, projection: [[[P]], [[K]]], read_write: true}
`;
const only = (text: string) => read(text).layers[0].workload;
const convolution = "C: 8, K: 4, R: 3, S: 3, P: 7, Q: 7, N: 1";

test("an inline shape with a coefficient's default and another value", () => {
  const workload = only(`problem:\n${shape}  instance: {P: 5, R: 3, K: 2}\n`);
  assert.deepEqual(
    workload.dimensions.map(({ name, bound }) => `${name}${bound}`),
    ["P5", "R3", "K2"],
  );
  assert.deepEqual(workload.dataSpaces, [
    {
      name: "In",
      readWrite: false,
      ranks: [
        [
          { dimension: 0, coefficient: 2 },
          { dimension: 1, coefficient: 1 },
        ],
      ],
    },
    { name: "W", readWrite: false, ranks: [[{ dimension: 1, coefficient: 1 }], [{ dimension: 2, coefficient: 1 }]] },
    { name: "Out", readWrite: true, ranks: [[{ dimension: 0, coefficient: 1 }], [{ dimension: 2, coefficient: 1 }]] },
  ]);
  assert.equal(
    only(`problem:\n${shape}  P: 5\n  R: 3\n  K: 2\n  stride: 3\n`).dataSpaces[0].ranks[0][0].coefficient,
    3,
  );
});

test("shapes by name, hyphens and underscores alike; without a shape a convolution", () => {
  const named = ["cnn_layer", "cnn-layer", "cnn_layer.yaml"].map((name) =>
    only(`problem: {shape: ${name}, instance: {${convolution}, Wstride: 2, Hdilation: 3}}`),
  );
  const none = only(`problem: {${convolution}, Wstride: 2, Hdilation: 3}`);
  for (const workload of [...named, none]) {
    assert.deepEqual(workload.dataSpaces[1].ranks[2], [
      { dimension: 0, coefficient: 1 },
      { dimension: 2, coefficient: 2 },
    ]);
    assert.deepEqual(workload.dataSpaces[1].ranks[3], [
      { dimension: 1, coefficient: 3 },
      { dimension: 3, coefficient: 1 },
    ]);
  }
  const gemm = only("problem: {shape: gemm_ABZ, instance: {M: 2, N: 3, K: 4}}");
  assert.deepEqual(
    gemm.dataSpaces.map(({ name, readWrite }) => [name, readWrite]),
    [
      ["A", false],
      ["B", false],
      ["Z", true],
    ],
  );
});

test("what a problem lacks or has too much", () => {
  const codesOf = (text: string) =>
    read(text).problems.map(({ code, severity, location }) => [
      code,
      severity,
      text.slice(location.start, location.end),
    ]);
  const has = (text: string, ...expected: string[]) =>
    assert.ok(
      codesOf(text).some((found) => expected.every((part, index) => found[index] === part)),
      `${expected}: ${JSON.stringify(codesOf(text))}`,
    );
  has(`problem:\n${shape}  instance: {P: 5, K: 2}\n`, "missing-bound", "error");
  has(`problem:\n${shape}  instance: {P: 5, R: 0, K: 2}\n`, "not-a-whole-number", "error", "0");
  has(`problem:\n${shape}  instance: {P: 5, R: x, K: 2}\n`, "wrong-type", "error", "x");
  has(`problem:\n${shape}  instance: {P: 5, R: 1, K: 2, Z: 4}\n`, "unknown-bound", "hint", "Z: 4");
  has(`problem:\n${shape}  instance: {P: 5, R: 1, K: 2, densities: {W: 0.5}}\n`, "density-not-modelled", "information");
  const dense = `problem:\n${shape}  instance: {P: 5, R: 1, K: 2, densities: {W: 1.0, In: {density: 1}}}\n`;
  assert.deepEqual(codesOf(dense), []);
  has(`problem:\n${shape}  instance: {P: 5, R: 1, K: 2}\n  P: 9\n`, "bound-outside-instance", "warning", "P: 9");
  has("problem: {shape: cnn_laier, instance: {}}", "unknown-shape", "error", "cnn_laier");
  has(`problem:\n${shape.replace("[[P, stride], [R]]", "[[P, strid], [R]]")}`, "unknown-coefficient", "error", "strid");
  has(`problem:\n${shape.replace("[R, K]", "[R, X]")}`, "unknown-dimension", "error", "X");
  has(`problem:\n${shape.replace("[P, R, K]", "[P, R, K, P]")}`, "repeated-dimension", "error", "P");
  has(`problem:\n${shape.replace("name: W", "name: In")}`, "repeated-name", "error", "In");
  has(`problem:\n${shape}    flatten: [{name: F, dimensions: [P, R]}]\n`, "not-modelled", "error");
  has("sparse_optimizations: {targets: [{name: A}]}", "sparse-not-modelled", "error");
  has("problem: 5", "wrong-type", "error", "5");
});

test("bounds, dimensions and data spaces know their places", () => {
  const text = `problem:\n${shape}  instance: {P: 5, R: 3, K: 2}\n`;
  const [layer] = read(text).layers;
  const at = (location: { start: number; end: number } | undefined) => text.slice(location!.start, location!.end);
  assert.equal(at(layer.boundLocations.get("R")), "3");
  assert.equal(at(layer.dimensionLocations.get("K")), "K");
  assert.match(at(layer.dataSpaceLocations.get("W")), /^\{name: W/);
});

test("a list of problems, or of instances of one shape, with counts", () => {
  const list = read(`problem:
- {name: first, count: 2, shape: gemm_ABZ, instance: {M: 1, N: 2, K: 3}}
- {shape: gemm_ABZ, instance: {M: 4, N: 2, K: 3}}
`);
  assert.deepEqual(
    list.layers.map(({ workload, count }) => [workload.name, count, workload.dimensions[0].bound]),
    [
      ["first", 2, 1],
      ["gemm_ABZ", 1, 4],
    ],
  );
  const instances = "[{name: a, count: 3, M: 1, N: 2, K: 3}, {name: b, M: 2, N: 2, K: 3}]";
  assert.deepEqual(
    read(`problem: {shape: gemm_ABZ, instance: ${instances}}`).layers.map(({ workload, count }) => [
      workload.name,
      count,
    ]),
    [
      ["a", 3],
      ["b", 1],
    ],
  );
});

test("files of layers with a list of those that are unique and a table of counts", () => {
  const layer = (p: number) => `problem: {shape: cnn-layer, C: 8, K: 4, R: 3, S: 3, P: ${p}, Q: 7, N: 1, Wstride: 2}`;
  const files: [string, string][] = [
    ["net/conv1.yaml", layer(7)],
    ["net/conv2.yaml", layer(14)],
    ["net/conv3.yaml", layer(7)],
    ["net/relu.yaml", layer(28)],
  ];
  const names = (reading: ReturnType<typeof read>) =>
    reading.layers.map(({ workload, count }) => `${workload.name} × ${count}`);
  assert.deepEqual(names(read(...files)), ["conv1 × 1", "conv2 × 1", "conv3 × 1", "relu × 1"]);
  const unique: [string, string] = ["net/unique_layers.yaml", "- conv2\n- conv1\n"];
  assert.deepEqual(names(read(...files, unique)), ["conv2 × 1", "conv1 × 1"]);
  const counts: [string, string] = ["net/layer_count.yaml", "3_3_7_7_8_4_1_2_1_1_1: 5\n"];
  assert.deepEqual(names(read(...files, counts)), ["conv1 × 5", "conv2 × 1", "relu × 1"]);
  const named = "3_3_7_7_8_4_1_2_1_1_1: {count: 2, name: conv3}\n3_3_14_7_8_4_1_2_1_1_1: {count: 3, name: conv2}\n";
  assert.deepEqual(names(read(...files, ["net/layer_count.yaml", named])), ["conv2 × 3", "conv3 × 2", "relu × 1"]);
});

test("a coefficient of 0 takes its dimension out of the tile, with a warning", () => {
  const { layers, problems } = read(`problem: {${convolution}, Wdilation: 0}`);
  assert.deepEqual(layers[0].workload.dataSpaces[1].ranks[2], [{ dimension: 2, coefficient: 1 }]);
  assert.ok(problems.some(({ code, severity }) => code === "zero-coefficient" && severity === "warning"));
});
