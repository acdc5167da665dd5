import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDesign } from "../../server/src/rules/check.ts";
import { lowerMapping } from "../../server/src/spec/mapping.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { analyse } from "../../server/src/workspace/analysis.ts";
import { codes, source } from "./v04-support.ts";

const design = (constraints: string, mapping: string) => `
variables: {version: 0.4, ROWS: 2}
architecture:
  version: 0.4
  nodes:
  - !Container {name: chip, attributes: {technology: "45nm"}}
  - !Component {name: dram, class: DRAM, attributes: {width: 64, datawidth: 8}}
  - !Container
    name: array
    spatial: {meshX: 4, meshY: ROWS}
    constraints: {${constraints}}
  - !Component {name: reg, class: regfile, attributes: {depth: 64, width: 8, datawidth: 8}}
  - !Component {name: mac, class: intmac, attributes: {datawidth: 8}}
problem:
  version: 0.4
  shape:
    name: gemm
    dimensions: [M, K, N]
    data_spaces:
    - {name: A, projection: [[[M]], [[K]]]}
    - {name: B, projection: [[[K]], [[N]]]}
    - {name: Z, projection: [[[M]], [[N]]], read_write: true}
  instance: {M: 4 * ROWS, K: 4, N: 1}
${mapping}
`;

function lower(text: string) {
  const files = [source(text)];
  const specification = readSpecification(files);
  const { architecture, architectureSource, layers, mappingSource } = specification;
  assert.ok(architecture && mappingSource && layers[0], JSON.stringify(specification.problems));
  const { value } = lowerMapping(mappingSource, architecture, layers[0].workload, architectureSource);
  const names = architecture.storage.map(({ name }) => name);
  const loops = (list: readonly { dimension: number; factor: number }[]) =>
    list.map(({ dimension, factor }) => `${"MKN"[dimension]}${factor}`).join(" ");
  const levels = Object.fromEntries(
    value.mapping.levels.map((level, index) => [
      names[index],
      {
        temporal: loops(level.temporal),
        x: loops(level.spatialX),
        y: loops(level.spatialY),
        keep: level.keep.map((kept, space) => (kept ? "ABZ"[space] : "")).join(""),
      },
    ]),
  );
  const serious = checkDesign(analyse(specification), files).filter(
    ({ severity }) => severity !== "information" && severity !== "hint",
  );
  return { levels, problems: serious };
}

const temporal = "- {target: dram, type: temporal, factors: [M=2, K=2], permutation: [K, M]}";

for (const target of ["array", "inter_array_spatial"]) {
  test(`a spatial directive may name ${target}; split counts loops of one pass`, () => {
    const spatial = `- {target: ${target}, type: spatial, factors: [M=4, K=2, N=1], permutation: [M, K], split: 2}`;
    const { levels, problems } = lower(design("", `mapping:\n${temporal}\n${spatial}`));
    assert.deepEqual(problems, []);
    // N stands first: the split after two entries is after M.
    assert.deepEqual(levels.inter_array_spatial, { temporal: "", x: "M4", y: "K2", keep: "" });
    assert.deepEqual(levels.dram, { temporal: "K2 M2", x: "", y: "", keep: "ABZ" });
  });
}

test("component constraints hold where the mapping is silent", () => {
  const constraints = "spatial: {factors: [K=1], permutation: [K, M], split: 2}";
  const { levels, problems } = lower(
    design(
      constraints,
      "mapping:\n- {target: dram, type: temporal, factors: [M=2, K=4], permutation: [K, M]}\n- {target: array, type: spatial, factors: [M=4]}",
    ),
  );
  assert.deepEqual(codes(problems), ["fanout-y"]);
  // N, K, M with the split after K: M runs along Y, where there are only two rows.
  assert.equal(levels.inter_array_spatial?.y, "M4");
});

test("macros in mappings are written out", () => {
  const { levels } = lower(
    design(
      "",
      `mapping:\n${temporal}\n- {target: reg, type: dataspace, keep_only: [Z]}\n- {target: array, type: spatial, factors_only: [M=4, K=2]}`,
    ),
  );
  assert.equal(levels.reg?.keep, "Z");
  assert.equal(levels.inter_array_spatial?.x, "M4 K2");
});

test("a mapping given wholly as constraints", () => {
  const text = design(
    "spatial: {factors: [M=4, K=2, N=1], permutation: [N, M, K], split: 2}",
    `extra_mapping_constraints:\n  targets:\n  ${temporal}\n  - {target: reg, type: dataspace, bypass: [A]}`,
  );
  const { levels, problems } = lower(text);
  assert.deepEqual(codes(problems), []);
  assert.deepEqual(levels, {
    reg: { temporal: "", x: "", y: "", keep: "BZ" },
    inter_array_spatial: { temporal: "", x: "M4", y: "K2", keep: "" },
    dram: { temporal: "K2 M2", x: "", y: "", keep: "ABZ" },
  });
});

test("a mapping against a component constraint is a problem", () => {
  const { problems } = lower(
    design(
      "spatial: {permutation: [K, M, N]}",
      `mapping:\n${temporal}\n- {target: array, type: spatial, factors: [M=4, K=2], permutation: [M, K, N], split: 1}`,
    ),
  );
  assert.deepEqual(codes(problems), ["constraint-violated"]);
  assert.match(problems[0]?.message ?? "", /asks for KM innermost/);
});
