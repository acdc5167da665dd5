import assert from "node:assert/strict";
import { test } from "node:test";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { componentNameOf } from "../../server/src/spec/tables.ts";

const architecture = `architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - {name: DRAM, class: DRAM, attributes: {word_bits: 8, block_size: 4}}
    - {name: Net, class: SimpleMulticast, attributes: {action_name: transfer, multicast_factor_argument: dests}}
    - name: PE[0..3]
      class: SRAM
      attributes: {entries: 2048, word_bits: 8, block_size: 4, cluster_size: 2, wire_energy: 9}
    - {name: MAC, class: intmac, attributes: {datawidth: 8, instances: 4}}
`;

const read = (tables: string) => readSpecification([{ uri: "design.yaml", text: `${architecture}${tables}` }]);
const figures = (tables: string) => {
  const { storage } = read(tables).architecture!;
  const [{ readEnergyPj, fillEnergyPj, updateEnergyPj, leakEnergyPj, energySource }] = storage;
  return [readEnergyPj, fillEnergyPj, updateEnergyPj, leakEnergyPj, energySource];
};
const ert = (version: string, actions: string, name = "System.PE[0..3]") => `ERT:
  version: ${version}
  tables:
  - name: ${name}
    actions: [${actions}]
`;

test("the name of a table: after the last dot, without a range that begins with one digit", () => {
  const names = ["System.PE[0..3].RF", "System.DRAM", "PE[0..15]", "A.PE(0..3)", "System.RF[1..16]", "A.PE[10..25]"];
  assert.deepEqual(names.map(componentNameOf), ["RF", "DRAM", "PE", "PE", "RF", "PE["]);
});

test("without a table the public technology model gives the energies", () => {
  // 2048 words are 512 rows of 8 bits × 4 words × 2 = 64 bits: 4 KB.
  const row = ((5 / 99.5) * (4 - 0.5) + 1) * (64 / 16);
  assert.deepEqual(figures(""), [row / 2, row / 2, row / 2, 0, "pat"]);
  const { storage, compute } = read("").architecture!;
  assert.equal(storage[1].readEnergyPj, (200 * 32) / 16);
  assert.equal(compute.energyPj, 0.25);
});

test("actions are found by their names in Timeloop's order; of several energies the largest counts", () => {
  const all = "{name: write, energy: 3}, {name: read, energy: 2}, {name: read, energy: 2.5}, {name: leak, energy: 0.1}";
  for (const version of ["0.3", "0.4"]) assert.deepEqual(figures(ert(version, all)), [2.5, 3, 3, 0.1, "ert"]);
  const more = `${all}, {name: random_write, energy: 7}, {name: update, energy: 1}, {name: random_read, energy: 1}`;
  assert.deepEqual(figures(ert("0.3", more)), [1, 7, 7, 0.1, "ert"]);
  const map = "ERT:\n  version: 0.2\n  tables:\n    PE[0..3]: {read: {energy: 2}, write: [{energy: 1}, {energy: 4}]}\n";
  assert.deepEqual(figures(map), [2, 4, 4, 0, "ert"]);
});

test("an action that the table lacks keeps the model's energy and says so", () => {
  const [read_, , , , source] = figures(ert("0.3", "{name: write, energy: 3}"));
  assert.deepEqual([read_, source], [figures("")[0], "ert"]);
  const problem = read(ert("0.3", "{name: write, energy: 3}")).problems.find(({ code }) => code === "missing-action");
  assert.match(problem!.message, /read/);
});

test("wires, multicasts and MACs take their energies from tables too", () => {
  const tables = `ERT:
  version: 0.3
  tables:
  - {name: System.wire, actions: [{name: transfer_random, energy: 0.3}]}
  - {name: System.MAC, actions: [{name: compute, energy: 5}, {name: mac, energy: 6}]}
  - name: System.Net
    actions:
    - {name: transfer, arguments: {dests: 2}, energy: 1}
    - {name: transfer, arguments: {dests: 4}, energy: 1.5}
`;
  const { architecture: lowered } = read(tables);
  assert.equal(lowered?.storage[0].inferredNetwork.wireEnergyPj, Math.fround(0.3));
  assert.equal(lowered?.compute.energyPj, 6);
  assert.deepEqual(
    [...lowered!.networks[0].energyByMulticastPj],
    [
      [2, 1],
      [4, 1.5],
    ],
  );
});

test("areas are 32-bit floats and count only beside energies", () => {
  const art = "ART:\n  version: 0.4\n  tables: [{name: System.PE[0..3], area: 0.1}]\n".replace(
    "System.PE[0..3]",
    "'System.PE[0..3]'",
  );
  assert.equal(read(art).architecture?.storage[0].areaUm2, 0);
  assert.ok(read(art).problems.some(({ code }) => code === "area-without-energy"));
  const both = `${art}${ert("0.3", "{name: read, energy: 1}")}`;
  assert.equal(read(both).architecture?.storage[0].areaUm2, Math.fround(0.1));
});

test("tables that cannot be used are errors at their place", () => {
  const cases: [string, string][] = [
    [ert("0.5", ""), "unsupported-ert-version"],
    ["ERT: {tables: []}\n", "missing-version"],
    ["ERT: {version: 0.3}\n", "missing-tables"],
    [ert("0.3", "{name: read, energy: lots}"), "wrong-type"],
    ["ART: {version: 0.2, tables: []}\n", "unsupported-art-version"],
    ["ART: {version: 0.3, tables: [{name: PE, area: -1}]}\n", "wrong-type"],
    ["ERT: 5\n", "wrong-type"],
  ];
  for (const [tables, code] of cases) {
    const found = read(tables).problems.filter(({ severity }) => severity === "error");
    assert.ok(
      found.some((problem) => problem.code === code),
      `${code}: ${found.map((problem) => problem.code)}`,
    );
  }
  const information = read(ert("0.3", "{name: read, energy: 1}", "Elsewhere")).problems;
  assert.ok(information.some(({ code, severity }) => code === "unused-table" && severity === "information"));
  assert.ok(information.some(({ code }) => code === "missing-table"));
});
