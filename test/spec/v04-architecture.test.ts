import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readArchitectureV04 } from "../../server/src/spec/v04/architecture.ts";
import type { YamlNode } from "../../server/src/syntax/yaml.ts";
import { child, parseYaml } from "../../server/src/syntax/yaml.ts";
import { codes, readText, source } from "./v04-support.ts";

const problem = `
problem:
  shape:
    dimensions: [M, K, N]
    data_spaces:
    - {name: A, projection: [[[M]], [[K]]]}
    - {name: B, projection: [[[K]], [[N]]]}
    - {name: Z, projection: [[[M]], [[N]]], read_write: true}
  instance: {M: 24, K: 10, N: 4}
`;

const chip = `
variables: {version: 0.4, WORD: 8, SIDE: 2 * 2}
architecture:
  version: 0.4
  nodes:
  - !Container
    name: chip
    attributes: {technology: "16nm", word: WORD}
  - !Component
    name: dram
    class: DRAM
    attributes: {width: word * 8, datawidth: word}
  - !Hierarchical
    nodes:
    - !Component
      name: glb
      class: smartbuffer_SRAM
      attributes:
        width: dram.attributes["width"] // 2
        depth: width * 16 if width < 64 else 0
        datawidth: WORD
        n_banks: SIDE
      constraints:
        dataspace: {keep_only: [A, Z]}
        temporal: {no_iteration_over_dataspaces: [A]}
    - !Container
      name: array
      spatial: {meshX: SIDE, meshY: SIDE - 1}
      constraints:
        spatial: {maximize_dims: [[M, N]], split: 3 - 2}
  - !Component
    name: reg
    class: regfile
    attributes: {depth: 1, width: 8, datawidth: 8}
  - !Component {name: mac, class: intmac, spatial: {meshX: 2}, attributes: {datawidth: 8}}
`;

function describeLevels(text: string): string[] {
  return readText(text).architecture.components.map(
    (c) => `${c.path} ${c.class.value} ${c.meshX}x${c.meshY}${c.generated ? ` for ${c.container}` : ""}`,
  );
}

test("fan-outs become levels above them; meshes add up downwards", () => {
  assert.deepEqual(describeLevels(chip + problem), [
    "chip_top_level.dram[1..1] DRAM 1x1",
    "chip_top_level.glb[1..1] smartbuffer_SRAM 1x1",
    "chip_top_level.inter_array_spatial[1..1] dummy_storage 1x1 for array",
    "chip_top_level.reg[1..12] regfile 4x3",
    "chip_top_level.inter_mac_spatial[1..12] dummy_storage 4x3 for mac",
    "chip_top_level.mac[1..24] intmac 8x3",
  ]);
});

test("attributes: expressions, variables, containers, earlier components, defaults", () => {
  const { architecture } = readText(chip + problem);
  const glb = architecture.components[1]?.attributes;
  const value = (name: string) => glb?.get(name)?.value;
  assert.deepEqual(["width", "depth", "datawidth", "n_banks", "cluster_size", "technology", "word"].map(value), [
    32,
    512,
    8,
    4,
    1,
    "16nm",
    8,
  ]);
  const place = glb?.get("depth")?.location;
  assert.equal((chip + problem).slice(place?.start, place?.end), "width * 16 if width < 64 else 0");
  const generated = architecture.components[2]?.attributes;
  assert.equal(generated?.get("technology")?.value, -1);
  assert.equal(generated?.get("word")?.value, 8);
});

function constraint(text: string, target: string, type: string) {
  const found = readText(text).architecture.constraints.find(
    (c) => c.target?.value === target && c.type?.value === type,
  );
  return {
    factors: found?.factors.map((f) => `${f.dimension.value}${f.relation}${f.end.value}`),
    keep: found?.keep.map(({ value }) => value),
    bypass: found?.bypass.map(({ value }) => value),
    split: found?.split?.value,
    permutation: found?.permutation?.map(({ value }) => value).join(""),
  };
}

test("macros are written out for the problem at hand", () => {
  assert.deepEqual(constraint(chip + problem, "inter_array_spatial", "spatial"), {
    factors: ["M=12", "N=1"],
    keep: [],
    bypass: [],
    split: 1,
    permutation: "N",
  });
  const glb = constraint(chip + problem, "glb", "dataspace");
  assert.deepEqual([glb.keep, glb.bypass], [["A", "Z"], ["B"]]);
  assert.deepEqual(constraint(chip + problem, "glb", "temporal").factors, ["M=1", "K=1"]);
  assert.deepEqual(constraint(chip + problem, "inter_mac_spatial", "temporal").factors, ["M=1", "K=1", "N=1"]);
  assert.deepEqual(constraint(chip + problem, "inter_mac_spatial", "dataspace").bypass, ["A", "B", "Z"]);
});

const peers = (inner: string) => `
architecture:
  nodes:
  - !Component {name: dram, class: DRAM, attributes: {width: 8, datawidth: 8}}
  - !Parallel
    nodes:
${inner}
  - !Component {name: mac, class: intmac, attributes: {datawidth: 8}}
${problem}`;

test("peers under !Parallel bypass what others keep; !Nothing lets data pass", () => {
  const text = peers(`
    - !Component {name: a, class: regfile, attributes: {width: 8}, constraints: {dataspace: {keep: [A]}}}
    - !Hierarchical
      nodes:
      - !Component {name: b, class: regfile, attributes: {width: 8}, constraints: {dataspace: {keep: [B]}}}
    - !Nothing {constraints: {dataspace: {keep: [Z]}}}`);
  const { architecture, problems } = readText(text);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    architecture.components.map(({ name }) => name.value),
    ["dram", "a", "b", "mac"],
  );
  assert.deepEqual(constraint(text, "a", "dataspace").bypass, ["B", "Z"]);
  assert.deepEqual(constraint(text, "b", "dataspace").bypass, ["A", "Z"]);
  assert.equal(architecture.components[0]?.path, "top_level.dram[1..1]");
});

test("peers that leave a data space out, or keep it twice, are problems", () => {
  const missing = readText(peers("    - !Component {name: a, class: regfile, constraints: {dataspace: {keep: [A]}}}"));
  assert.deepEqual(codes(missing.problems), ["parallel-keep"]);
  assert.match(missing.problems[0]?.message ?? "", /keeps B and Z/);
  const twice = readText(
    peers(`
    - !Component {name: a, class: regfile, constraints: {dataspace: {keep: [A, B, Z]}}}
    - !Component {name: b, class: regfile, constraints: {dataspace: {keep: [A]}}}`),
  );
  assert.deepEqual(codes(twice.problems), ["parallel-keep"]);
  const fan = readText(
    peers(
      "    - !Component {name: a, class: regfile, spatial: {meshX: 2}, constraints: {dataspace: {keep: [A, B, Z]}}}",
    ),
  );
  assert.deepEqual(codes(fan.problems), ["parallel-fanout"]);
});

function oneComponent(component: string): string {
  return `
architecture:
  nodes:
  - ${component}
  - !Component {name: mac, class: intmac}
${problem}`;
}

/** The problems, each with the text it points at. */
function problemsOf(text: string): [string, string][] {
  return readText(text).problems.map(({ code, location }) => [code, text.slice(location.start, location.end)]);
}

test("problems name the place", () => {
  assert.deepEqual(problemsOf(oneComponent("{name: x, class: DRAM}")), [["node-tag", "name: x"]]);
  assert.deepEqual(problemsOf(oneComponent("!Component {name: x, class: cache}")), [["unknown-class", "cache"]]);
  assert.deepEqual(problemsOf(oneComponent("!Component {class: DRAM}")), [["missing-name", "{class: DRAM}"]]);
  assert.deepEqual(problemsOf(oneComponent("!Component {name: mac, class: DRAM}")), [["duplicate-name", "mac"]]);
  assert.deepEqual(problemsOf(oneComponent("!Component {name: x, class: DRAM, spatial: {meshX: 0}}")), [
    ["not-a-positive-integer", "0"],
  ]);
  assert.deepEqual(problemsOf(oneComponent("!Component {name: x, class: DRAM, spatial: {meshZ: 2}}")), [
    ["unknown-key", "meshZ"],
  ]);
  assert.deepEqual(problemsOf(oneComponent("!Component {name: x, class: DRAM, attributes: {width: 2 * WIDHT}}")), [
    ["expression-name", "WIDHT"],
  ]);
  assert.deepEqual(problemsOf(oneComponent("!Component {name: x, class: DRAM, attributes: {type: LPDDR4}}")), [
    ["expression-name", "LPDDR4"],
  ]);
  assert.deepEqual(problemsOf(oneComponent("!Component {name: x, class: DRAM, constraints: {spacial: {}}}")), [
    ["unknown-key", "spacial"],
  ]);
  assert.deepEqual(
    problemsOf(
      oneComponent(
        "!Component {name: x, class: DRAM, constraints: {temporal: {factors: [K=2], no_iteration_over_dataspaces: [A]}}}",
      ),
    ),
    [["conflicting-constraint", "no_iteration_over_dataspaces: [A]"]],
  );
  const last = readText("architecture: {nodes: [!Component {name: x, class: DRAM}]}");
  assert.deepEqual(codes(last.problems), ["no-compute"]);
});

test("text that is no arithmetic stays text, with a fix that quotes it", () => {
  const { architecture, problems } = readText(
    oneComponent("!Component {name: x, class: DRAM, attributes: {technology: 45nm}}"),
  );
  assert.equal(architecture.components[0]?.attributes.get("technology")?.value, "45nm");
  assert.equal(problems[0]?.severity, "warning");
  assert.equal(problems[0]?.fixes?.at(-1)?.edits[0]?.newText, '"45nm"');
});

test("disabled components are left out", () => {
  assert.deepEqual(describeLevels(oneComponent("!Component {name: x, class: DRAM, enabled: 1 > 2}")), [
    "top_level.mac[1..1] intmac 1x1",
  ]);
});

test("constraint lists outside the architecture are attached to what they name", () => {
  const root = parseYaml(
    source(oneComponent("!Component {name: x, class: DRAM, constraints: {temporal: {factors: [K=2]}}}")),
  ).root;
  const list = parseYaml(
    source("targets: [{target: x, type: temporal, factors: M=3 N<=2}, {target: y, type: temporal}]", "c.yaml"),
  ).root;
  const { value, problems } = readArchitectureV04([child(root, "architecture") as YamlNode], {
    variables: new Map(),
    workload: null,
    targets: [list as YamlNode],
  });
  const factors = value.constraints
    .flatMap((c) => c.factors)
    .map((f) => `${f.dimension.value}${f.relation}${f.end.value}`);
  assert.deepEqual(factors, ["K=2", "M=3", "N<=2"]);
  assert.deepEqual(codes(problems), ["unknown-target"]);
});

test("cut and mutated files are read without an exception", () => {
  const text = chip + problem;
  fc.assert(
    fc.property(
      fc.nat(chip.length),
      fc.nat(12),
      fc.constantFrom(
        "",
        "[",
        "{",
        "- ",
        ": ",
        "!Parallel ",
        "&a ",
        "*a",
        "\n",
        "<<: ",
        "999999999",
        "'",
        "nodes:",
        "-1",
      ),
      (at, gone, put) => {
        const mutated = text.slice(0, at) + put + text.slice(at + gone);
        const { root } = parseYaml(source(mutated));
        const architecture = child(root, "architecture");
        if (architecture === undefined) return;
        readArchitectureV04([architecture], { variables: new Map(), workload: null });
        if (mutated.endsWith(problem) && child(root, "problem") !== undefined) readText(mutated);
      },
    ),
    { numRuns: 500 },
  );
});
