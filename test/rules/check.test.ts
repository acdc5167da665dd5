import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDesign } from "../../server/src/rules/check.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { analyse } from "../../server/src/workspace/analysis.ts";

/** DRAM over a buffer over 4 × 2 units; a small matrix product on them. */
const design = `architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - name: DRAM
      class: DRAM
      attributes: {word_bits: 16}
    - name: Buffer
      class: SRAM
      attributes: {entries: 256, word_bits: 16}
    - name: Reg[0..7]
      class: regfile
      attributes: {entries: 16, word_bits: 16, meshX: 4}
    - name: MAC[0..7]
      class: intmac
      attributes: {meshX: 4}
problem:
  shape:
    name: product
    dimensions: [M, N, K]
    data_spaces:
    - {name: A, projection: [[[M]], [[K]]]}
    - {name: B, projection: [[[K]], [[N]]]}
    - {name: C, projection: [[[M]], [[N]]], read_write: true}
  instance: {M: 8, N: 8, K: 8}
mapping:
- {target: DRAM, type: temporal, factors: M=2 N=2 K=2, permutation: KMN}
- {target: Buffer, type: temporal, factors: K=2 N=2, permutation: KN}
- {target: Buffer, type: spatial, factors: M=4 N=2, permutation: MNK, split: 1}
- {target: Reg, type: temporal, factors: K=2}
- {target: Buffer, type: datatype, bypass: [B]}
ERT:
  version: 0.3
  tables:
  - {name: System.DRAM, actions: [{name: read, energy: 200}, {name: write, energy: 200}]}
  - {name: System.Buffer, actions: [{name: read, energy: 2}, {name: write, energy: 2}]}
  - {name: 'System.Reg[0..7]', actions: [{name: read, energy: 0.2}, {name: write, energy: 0.2}]}
  - {name: 'System.MAC[0..7]', actions: [{name: compute, energy: 1}]}
`;

function check(text: string): string[] {
  const file = { uri: "design.yaml", text };
  return checkDesign(analyse(readSpecification([file])), [file])
    .filter(({ code }) => code !== "estimate" && code !== "minimal-buffer")
    .map(({ code, severity, location }) => `${severity} ${code} «${text.slice(location.start, location.end)}»`);
}

const changed = (...replacements: [string, string][]) =>
  replacements.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), from);
    return text.replace(from, to);
  }, design);

test("a good design has nothing to be told", () => {
  assert.deepEqual(check(design), []);
});

const wrong: [string, [string, string][], string[]][] = [
  ["factors too large", [["K=2 N=2, permutation: KN", "K=4 N=2, permutation: KN"]], ["error factor-product «K=2»"]],
  [
    "several dimensions at once",
    [["M=2 N=2 K=2", "M=1 N=1 K=2"]],
    ["error factor-product «M=1»", "error factor-product «N=1»"],
  ],
  ["buffer too small", [["entries: 256", "entries: 16"]], ["error capacity «K=2 N=2»"]],
  [
    "double buffering halves the room",
    [["entries: 256", "entries: 60, multiple_buffering: 2"]],
    ["error capacity «K=2 N=2»"],
  ],
  ["least utilisation", [["entries: 256", "entries: 256, min_utilization: 0.9"]], ["error min-utilization «K=2 N=2»"]],
  [
    "too wide along X",
    [
      ["factors: M=4 N=2,", "factors: M=8 N=2,"],
      ["M=2 N=2 K=2", "M=1 N=2 K=2"],
    ],
    ["error fanout-x «M=8 N=2»"],
  ],
  ["everything along X", [["split: 1", "split: 3"]], ["error fanout-x «M=4 N=2»"]],
  ["everything along Y", [["split: 1", "split: 0"]], ["error fanout-y «M=4 N=2»"]],
  [
    "kept nowhere",
    [
      [
        "bypass: [B]}",
        "bypass: [B]}\n- {target: DRAM, type: datatype, bypass: [B]}\n- {target: Reg, type: datatype, bypass: [B]}",
      ],
    ],
    ["error bypassed-everywhere «B»"],
  ],
  [
    "the outermost level may be bypassed",
    [["bypass: [B]}", "bypass: [B]}\n- {target: DRAM, type: datatype, bypass: [B]}"]],
    ["information bypassed-outermost «B»"],
  ],
  ["a last pass longer than the others", [["factors: K=2}", "factors: 'K=2,3'}"]], ["error residual «3»"]],
  [
    "loops in space where there is no fan-out",
    [["Buffer, type: spatial", "DRAM, type: spatial"]],
    ["error no-fanout «{target: DRAM, type: spatial, factors: M=4 N=2, permutation: MNK, split: 1}»"],
  ],
  ["a level that is none", [["target: Reg", "target: Regs"]], ["error unknown-target «Regs»"]],
  ["no mapping", [["mapping:", "notes:"]], ["error missing-mapping «architecture»"]],
];

for (const [name, replacements, expected] of wrong) {
  test(`told: ${name}`, () => {
    const told = check(changed(...replacements)).filter((line) => !line.includes("unknown-key"));
    assert.deepEqual(told, expected);
  });
}

const constraint = (text: string) =>
  [["ERT:", `architecture_constraints:\n  targets:\n  - ${text}\nERT:`]] as [string, string][];
const constrained: [string, string, string[]][] = [
  ["a factor that agrees", "{target: Buffer, type: temporal, factors: K=2}", []],
  ["a factor that differs", "{target: Buffer, type: temporal, factors: K=1}", ["error constraint-violated «K=2»"]],
  ["a fixed factor above the bound does not count", "{target: Buffer, type: temporal, factors: K=16}", []],
  ["factor 0 is the bound", "{target: Buffer, type: temporal, factors: K=0}", ["error constraint-violated «K=2»"]],
  ["an upper limit", "{target: Buffer, type: spatial, factors: M<=2}", ["error constraint-violated «M=4»"]],
  [
    "a lower limit, which Timeloop does not compare",
    "{target: Buffer, type: spatial, factors: M>=8}",
    ["warning constraint-violated «M=4»"],
  ],
  ["an order that agrees", "{target: DRAM, type: temporal, permutation: KM}", []],
  ["an order that differs", "{target: DRAM, type: temporal, permutation: MK}", ["error constraint-violated «KMN»"]],
  ["the end of an order", "{target: DRAM, type: temporal, permutation: K_M}", ["warning constraint-violated «KMN»"]],
  ["a split", "{target: Buffer, type: spatial, split: 2}", ["error constraint-violated «1»"]],
  ["bypass", "{target: Buffer, type: dataspace, keep: [B]}", ["warning constraint-violated «Buffer»"]],
  ["an unknown dimension", "{target: Buffer, type: temporal, permutation: MZ}", ["error unknown-dimension «Z»"]],
];

for (const [name, text, expected] of constrained) {
  test(`constraints: ${name}`, () => assert.deepEqual(check(changed(...constraint(text))), expected));
}

test("constraints of a search do not bind a given mapping", () => {
  const text = changed(["ERT:", "mapspace_constraints:\n- {target: Buffer, type: temporal, factors: K=1}\nERT:"]);
  assert.deepEqual(check(text), []);
});

function fixed(text: string, code: string): { title: string; text: string } | undefined {
  const file = { uri: "design.yaml", text };
  const problem = checkDesign(analyse(readSpecification([file])), [file]).find((p) => p.code === code);
  const fix = problem?.fixes?.[0];
  if (fix === undefined) return undefined;
  const fromTheEnd = [...fix.edits].sort((a, b) => b.location.start - a.location.start);
  const edit = (t: string, { location, newText }: (typeof fix.edits)[number]) =>
    t.slice(0, location.start) + newText + t.slice(location.end);
  return { title: fix.title, text: fromTheEnd.reduce(edit, text) };
}

test("a move of one factor is offered where it makes the mapping fit", () => {
  const wide = fixed(changed(["factors: M=4 N=2,", "factors: M=8 N=2,"], ["M=2 N=2 K=2", "M=1 N=2 K=2"]), "fanout-x");
  assert.equal(wide?.title, "Run M=2 in time at Buffer");
  assert.ok(wide.text.includes("factors: K=2 N=2 M=2,") && wide.text.includes("factors: M=4 N=2,"));
  assert.deepEqual(check(wide.text), []);
  const small = fixed(changed(["entries: 256", "entries: 24"]), "capacity");
  assert.equal(small?.title, "Move K=2 from Buffer to DRAM");
  assert.ok(small.text.includes("factors: M=2 N=2 K=4,") && small.text.includes("factors: K=1 N=2,"));
  assert.deepEqual(check(small.text), []);
  assert.equal(fixed(changed(["entries: 256", "entries: 2"]), "capacity"), undefined);
});

test("energies nobody gave are told once", () => {
  const text = design.slice(0, design.indexOf("ERT:"));
  assert.deepEqual(check(text), ["information energy-from-pat «MAC[0..7]»"]);
});

test("no files, an empty file and half a file are answered, not thrown at", () => {
  for (const text of ["", "\n", "mapping:", "architecture: 3", "problem: {instance: {}}", "mapping:\n- "]) {
    assert.ok(
      check(text).some((line) => line.startsWith("error")),
      JSON.stringify(text),
    );
  }
  assert.ok(checkDesign(analyse(readSpecification([]))).length > 0);
});
