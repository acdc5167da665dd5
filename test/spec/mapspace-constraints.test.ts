import assert from "node:assert/strict";
import { test } from "node:test";
import { readDirectives } from "../../server/src/spec/directives.ts";
import { lowerConstraints } from "../../server/src/spec/mapspace-constraints.ts";
import { parseYaml } from "../../server/src/syntax/yaml.ts";
import { toyArchitecture, toyGemm, toyLevel } from "../support/toy.ts";

const architecture = toyArchitecture([toyLevel("Buf", { meshX: 2, meshY: 2 }), toyLevel("DRAM")], {
  meshX: 2,
  meshY: 2,
});

function lower(text: string) {
  const { root } = parseYaml({ uri: "c.yaml", text });
  const { value, problems } = readDirectives(root!, { scope: "constraint", version: "0.3" });
  assert.deepEqual(problems, []);
  const sources = value.map((directive) => ({ ...directive, scope: "mapspace" as const }));
  const { constraints, places } = lowerConstraints(sources, architecture, toyGemm({ M: 4, N: 6, K: 8 }));
  return constraints.map(({ id, ...constraint }) => ({
    ...constraint,
    at: text.slice(places[id].start, places[id].end),
  }));
}

test("every spelling of a constraint reaches the search, with its place", () => {
  const text = `
- {target: DRAM, type: spatial, factors: M=1 N<=2 K>=2, permutation: MN_K, split: 1, remainders: 4, no_link_transfer: [A]}
- {target: Buf, type: temporal, factors: M=0, permutation: '*K', no_temporal_reuse: [B], rmw_first_update: [C]}
- {target: Buf, type: dataspace, keep: [A], bypass: [B], no_coalesce: [C]}
- {target: Buf, type: parallelism, min: 0.5}
`;
  assert.deepEqual(lower(text), [
    { kind: "factor", level: 1, slot: "spatial", dimension: 0, relation: "=", value: 1, at: "M=1" },
    { kind: "factor", level: 1, slot: "spatial", dimension: 1, relation: "<=", value: 2, at: "N<=2" },
    { kind: "factor", level: 1, slot: "spatial", dimension: 2, relation: ">=", value: 2, at: "K>=2" },
    { kind: "permutation", level: 1, slot: "spatial", prefix: [0, 1], suffix: [2], at: "MN_K" },
    { kind: "split", level: 1, value: 1, at: "1" },
    { kind: "remainders", level: 1, slot: "spatial", value: 4, at: "4" },
    { kind: "directive", level: 1, directive: "noLinkTransfer", dataSpace: 0, at: "A" },
    { kind: "factor", level: 0, slot: "temporal", dimension: 0, relation: "=", value: 0, at: "M=0" },
    { kind: "permutation", level: 0, slot: "temporal", prefix: [], suffix: [2], at: "'*K'" },
    { kind: "directive", level: 0, directive: "noTemporalReuse", dataSpace: 1, at: "B" },
    { kind: "directive", level: 0, directive: "rmwFirstUpdate", dataSpace: 2, at: "C" },
    { kind: "keep", level: 0, dataSpace: 0, keep: true, at: "A" },
    { kind: "keep", level: 0, dataSpace: 1, keep: false, at: "B" },
    { kind: "directive", level: 0, directive: "noCoalesce", dataSpace: 2, at: "C" },
    { kind: "min-parallelism", level: 0, value: 0.5, at: "0.5" },
  ]);
});

test("default limits hold for the dimensions that have none; fixed factors above the bound do not count", () => {
  const factors = lower("- {target: Buf, type: temporal, factors: M=5 N<=3, default_max_factor: 2}");
  assert.deepEqual(
    factors.map((c) => (c.kind === "factor" ? `${"MNK"[c.dimension]}${c.relation}${c.value}` : c.kind)),
    ["N<=3", "M<=2", "K<=2"],
  );
});

test("names that do not exist are left out", () => {
  assert.deepEqual(
    lower("- {target: Nowhere, type: temporal, factors: M=1}\n- {target: Buf, type: temporal, factors: Z=1}"),
    [],
  );
});
