import assert from "node:assert/strict";
import { test } from "node:test";
import { readDirectives } from "../../server/src/spec/directives.ts";
import type { FormatVersion } from "../../server/src/spec/types.ts";
import { parseYaml } from "../../server/src/syntax/yaml.ts";

function read(text: string, scope: "mapping" | "constraint" = "mapping", version: FormatVersion = "0.3") {
  const file = { uri: "m.yaml", text };
  const { root } = parseYaml(file);
  assert.ok(root);
  const { value, problems } = readDirectives(root, { scope, version });
  const at = (location: { start: number; end: number }) => text.slice(location.start, location.end);
  return { directives: value, problems, at };
}

const factors = (text: string, scope: "mapping" | "constraint" = "mapping") =>
  read(`- {target: A, type: temporal, factors: '${text}'}`, scope).directives[0].factors.map(
    (f) => `${f.dimension.value}${f.relation}${f.end.value}${f.residual ? `,${f.residual.value}` : ""}`,
  );

test("factor texts in every spelling Timeloop's pattern takes", () => {
  assert.deepEqual(factors("K=4 C4 P = 7,6 Q==2 R 3"), ["K=4", "C=4", "P=7,6", "Q=2", "R=3"]);
  assert.deepEqual(factors("K4,C2;P=0"), ["K=4", "C=2", "P=0"]);
  assert.deepEqual(factors("C7,2 S1 # K=9"), ["C=7,2", "S=1"]);
  assert.deepEqual(factors("K=4, 2"), ["K=4"]);
  assert.deepEqual(factors("K<=16 C>=2 R=1", "constraint"), ["K<=16", "C>=2", "R=1"]);
});

test("what is no factor is told, with its place", () => {
  const { problems, at } = read("- {target: A, type: temporal, factors: K=4 C=x P=2}");
  assert.deepEqual(
    problems.map((p) => [p.code, at(p.location)]),
    [["factor-ignored", "C=x"]],
  );
  assert.deepEqual(problems[0].fixes, []);
  const [colons] = read("- {target: A, type: temporal, factors: 'K=4 C:2 P:7,6'}").problems;
  assert.match(colons.message, /“C:2 P:7,6” is no factor.* Write “C=2 P=7,6”\.$/);
  assert.equal(colons.fixes![0].edits[0].newText, "C=2 P=7,6");
});

test("places point at names and numbers, in plain and quoted texts", () => {
  for (const quote of ["", "'", '"']) {
    const { directives, at } = read(
      `- target: A\n  type: temporal\n  factors: ${quote}K=4 C = 12,5${quote}\n  permutation: ${quote}KC${quote}\n`,
    );
    const [k, c] = directives[0].factors;
    assert.equal(at(k.location), "K=4");
    assert.equal(at(c.dimension.location), "C");
    assert.equal(at(c.end.location), "12");
    assert.equal(at(c.residual!.location), "5");
    assert.deepEqual(
      directives[0].permutation!.map((l) => at(l.location)),
      ["K", "C"],
    );
  }
});

test("lists count in v0.4 and are ignored, with a fix, before", () => {
  const text = "- {target: A, type: temporal, factors: [K=4, C=2], permutation: [K, C]}";
  const v04 = read(text, "mapping", "0.4");
  assert.deepEqual(v04.problems, []);
  assert.deepEqual(
    v04.directives[0].factors.map((f) => f.end.value),
    [4, 2],
  );
  const v03 = read(text);
  assert.deepEqual(v03.directives[0].factors, []);
  assert.equal(v03.directives[0].permutation, null);
  assert.deepEqual(
    v03.problems.map((p) => [p.code, p.severity, p.fixes![0].edits[0].newText]),
    [
      ["ignored-list", "warning", '"K=4 C=2"'],
      ["ignored-list", "warning", '"KC"'],
    ],
  );
});

test("types: datatype, bypass and, in v0.4 and in constraints, dataspace", () => {
  const text = "- {target: A, type: dataspace, keep: [W]}";
  const [problem] = read(text).problems;
  assert.equal(problem.code, "unknown-directive-type");
  assert.equal(problem.fixes![0].edits[0].newText, "datatype");
  assert.deepEqual(read(text, "mapping", "0.4").problems, []);
  assert.deepEqual(read(text, "constraint").problems, []);
  const [spacial] = read("- {target: A, type: spacial}").problems;
  assert.match(spacial.message, /Did you mean “spatial”\?$/);
  assert.equal(spacial.fixes![0].edits[0].newText, "spatial");
  assert.equal(read("- {target: A, type: parallelism, min: 0.5}").problems[0].code, "unknown-directive-type");
});

test("missing and wrong parts are problems, never exceptions", () => {
  const codes = (text: string) => read(text).problems.map((p) => p.code);
  assert.deepEqual(codes("{a: 1}"), ["not-a-list"]);
  assert.deepEqual(codes("just text"), ["not-a-list"]);
  assert.deepEqual(codes("- 3\n- [x]"), ["not-a-directive", "not-a-directive"]);
  assert.deepEqual(codes("- {factors: K=2}"), ["missing-type", "missing-target"]);
  assert.deepEqual(codes("- {target: A, type: datatype, keep: W}"), ["expected-names"]);
  assert.deepEqual(codes("- {target: A, type: spatial, split: x}"), ["expected-number"]);
  assert.deepEqual(codes("- {target: A, type: spatial, split: -1}"), ["expected-whole-number"]);
  assert.deepEqual(codes("- {target: A, type: temporal, keep: [W], permuation: KC}"), ["misplaced-key", "unknown-key"]);
});

test("constraints: nested lists, attributes, names and the searches' own keys", () => {
  const text = `
targets:
- name: Buf
  constraints:
  - {type: spatial, factors: K<=8 C=1, permutation: KC_R, split: 1, remainders: 8}
  - {type: bypassing, keep: [W], bypass: [I]}
- target: Buf
  type: temporal
  attributes: {factors: R=1, permutation: 'R # innermost'}
- {target: Buf, type: parallelism, min: 0.75}
`;
  const { directives, problems } = read(text, "constraint");
  assert.deepEqual(problems, []);
  assert.equal(directives.length, 4);
  const [spatial, bypass, temporal, parallelism] = directives;
  assert.equal(spatial.target!.value, "Buf");
  assert.deepEqual(
    spatial.permutation!.map((l) => l.value),
    ["K", "C", "_", "R"],
  );
  assert.equal(spatial.remainders!.value, 8);
  assert.equal(bypass.type!.value, "bypass");
  assert.equal(temporal.factors[0].dimension.value, "R");
  assert.deepEqual(
    temporal.permutation!.map((l) => l.value),
    ["R"],
  );
  assert.equal(parallelism.min!.value, 0.75);
});
