import assert from "node:assert/strict";
import { test } from "node:test";
import { readSpecification } from "../../server/src/spec/specification.ts";
import type { Problem } from "../../server/src/syntax/source.ts";

const read = (...texts: string[]) => readSpecification(texts.map((text, index) => ({ uri: `${index}.yaml`, text })));

/** A two-level tree; `buffer` and `mac` are attributes of the parts, `more` further top-level text. */
function design(buffer: string, { mac = "datawidth: 16", more = "", locals = "" } = {}): string {
  return `architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - {name: DRAM, class: DRAM, attributes: {word_bits: 16}}
    subtree:
    - name: PE[0..11]
      local:
      - {name: Buffer, class: SRAM, attributes: {${buffer}}}
      ${locals}
      - {name: MAC, class: intmac, attributes: {${mac}}}
${more}`;
}

const buffer = (attributes: string) => read(design(attributes)).architecture!.storage[0];

function problemAt(text: string, code: string): Problem & { at: string } {
  const { problems } = read(text);
  const found = problems.find((problem) => problem.code === code);
  assert.ok(found, `no ${code} among ${problems.map((problem) => problem.code).join(" ")}`);
  return { ...found, at: text.slice(found.location.start, found.location.end) };
}

test("deeper is inner, and in a list the first is outermost", () => {
  const text = design("entries: 8", { locals: "- {name: Registers, class: regfile, attributes: {entries: 1}}" });
  const { architecture, architectureSource, problems } = read(text);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    architecture?.storage.map(({ name, instances }) => [name, instances]),
    [
      ["Registers", 12],
      ["Buffer", 12],
      ["DRAM", 1],
    ],
  );
  assert.deepEqual([architecture?.compute.name, architecture?.compute.instances], ["MAC", 12]);
  assert.deepEqual(
    architectureSource?.components.map(({ path }) => path),
    ["System.DRAM", "System.PE[0..11].Buffer", "System.PE[0..11].Registers", "System.PE[0..11].MAC"],
  );
});

test("one side of a mesh gives the other", () => {
  const mesh = (attributes: string) => {
    const { instances, meshX, meshY } = buffer(attributes);
    return [instances, meshX, meshY];
  };
  assert.deepEqual(mesh("entries: 8"), [12, 12, 1]);
  assert.deepEqual(mesh("meshX: 4"), [12, 4, 3]);
  assert.deepEqual(mesh("meshY: 4"), [12, 3, 4]);
  assert.deepEqual(mesh("instances: 6, meshX: 2"), [6, 2, 3]);
  assert.equal(problemAt(design("meshX: 5"), "mesh-mismatch").at, "5");
  assert.equal(problemAt(design("meshX: 4, meshY: 4"), "mesh-mismatch").at, "4");
});

test("size, block and cluster follow from each other", () => {
  const size = (attributes: string) => {
    const { wordBits, blockSize, clusterSize, capacityWords } = buffer(attributes);
    return [wordBits, blockSize, clusterSize, capacityWords];
  };
  assert.deepEqual(size(""), [16, 1, 1, null]);
  assert.deepEqual(size("entries: 100, datawidth: 8"), [8, 1, 1, 100]);
  assert.deepEqual(size("depth: 10, width: 64"), [16, 4, 1, 40]);
  assert.deepEqual(size("depth: 10, width: 64, block_size: 2"), [16, 2, 2, 20]);
  assert.deepEqual(size("depth: 10, width: 64, cluster_size: 2"), [16, 2, 2, 20]);
  assert.deepEqual(size("sizeKB: 1, word-bits: 8, n_words: 4"), [8, 4, 1, 1024]);
  assert.equal(problemAt(design("width: 60"), "width-mismatch").at, "60");
  assert.equal(problemAt(design("width: 64, block_size: 2, cluster_size: 4"), "width-mismatch").at, "64");
  assert.equal(problemAt(design("entries: 5, sizeKB: 3"), "size-given-twice").at, "3");
  assert.equal(problemAt(design("entries: 5, depth: 3"), "size-given-twice").severity, "warning");
});

test("bandwidths are absent, given, or half of the deprecated one", () => {
  const all = (attributes: string) => {
    const { readBandwidth, writeBandwidth, sharedBandwidth } = buffer(attributes);
    return [readBandwidth, writeBandwidth, sharedBandwidth];
  };
  assert.deepEqual(all(""), [null, null, null]);
  assert.deepEqual(all("bandwidth: 5"), [2.5, 2.5, null]);
  assert.deepEqual(all("bandwidth: 5, read_bandwidth: 3, shared_bandwidth: 4"), [3, 2.5, 4]);
});

test("numbers may be named by variables", () => {
  const { architecture, problems } = read(design("entries: words, read_bandwidth: 2"), "variables: {words: 48}\n");
  assert.equal(architecture?.storage[0].capacityWords, 48);
  assert.deepEqual(problems, []);
  const wrong = problemAt(design("entries: wods", { more: "variables: {words: 48}" }), "wrong-type");
  assert.equal(wrong.at, "wods");
  assert.equal(wrong.fixes?.[0].edits[0].newText, "words");
});

test("a misspelt attribute is named with its cure, a foreign one only mentioned", () => {
  const misspelt = problemAt(design("read-bandwidth: 4"), "unknown-attribute");
  assert.deepEqual([misspelt.severity, misspelt.at], ["warning", "read-bandwidth"]);
  assert.equal(misspelt.fixes?.[0].edits[0].newText, "read_bandwidth");
  const ofMac = problemAt(design("", { mac: "word-bit: 8" }), "unknown-attribute");
  assert.equal(ofMac.fixes?.[0].edits[0].newText, "word_bits");
  const foreign = problemAt(design("colour: red"), "unused-attribute");
  assert.deepEqual([foreign.severity, foreign.at], ["information", "colour"]);
});

test("what Timeloop refuses is an error at the value", () => {
  const cases: [string, string, string][] = [
    ["num_ports: 3", "unsupported-ports", "3"],
    ["entries: many", "wrong-type", "many"],
    ["entries: 2.5", "not-a-whole-number", "2.5"],
    ["word_bits: 0", "not-a-whole-number", "0"],
    ["read_bandwidth: -1", "negative-value", "-1"],
    ["multiple_buffering: 0", "negative-value", "0"],
    ["min_utilization: 0.5", "min-utilization-without-size", "0.5"],
    ["network_type: 2:N", "unknown-network-type", "2:N"],
    ["power_gated_at: Nowhere", "unknown-power-gate", "Nowhere"],
    ["network_read: noc", "unknown-network", "noc"],
    ["technology: DRAM, cluster_size: 2", "dram-cluster-size", "2"],
  ];
  for (const [attributes, code, at] of cases) {
    const problem = problemAt(design(attributes), code);
    assert.deepEqual([problem.severity, problem.at], ["error", at], code);
  }
});

test("parts that Timeloop leaves out are reported", () => {
  const unknown = problemAt(design("", { locals: "- {name: Bus, class: wires}" }), "unknown-class");
  assert.deepEqual([unknown.severity, unknown.at], ["warning", "wires"]);
  const two = problemAt(design("", { locals: "- {name: ALU, class: compute}" }), "several-compute-units");
  assert.equal(two.severity, "error");
  const second = `architecture:\n  version: 0.3\n  subtree:\n  - {name: a}\n  - {name: b}\n`;
  assert.equal(problemAt(second, "several-subtrees").at, "{name: b}");
  assert.equal(problemAt("architecture: {version: 0.3, subtree: []}", "missing-compute").severity, "error");
});

test("ranges must hold instances that can be counted", () => {
  for (const name of ["PE[3..1]", "PE[0..99999999999999999999]"]) {
    const problem = problemAt(design("").replace("PE[0..11]", name), "impossible-range");
    assert.deepEqual([problem.severity, problem.at], ["error", name]);
  }
});

test("networks: connected levels name the same one", () => {
  const net = "- {name: noc, class: XY_NoC, attributes: {router_energy: 0.5, energy-per-hop: 0.25, fill_latency: 3}}";
  const good = read(design("network_read: noc", { locals: net, mac: "network_operand: noc" }));
  assert.deepEqual(
    good.problems.filter(({ severity }) => severity === "error"),
    [],
  );
  const [network] = good.architecture!.networks;
  assert.deepEqual(
    [network.name, network.kind, network.routerEnergyPj, network.energyPerHopPj, network.fillLatencyCycles],
    ["noc", "legacy", 0.5, 0.25, 3],
  );
  const bad = problemAt(design("network_read: noc", { locals: net }), "network-mismatch");
  assert.deepEqual([bad.severity, bad.at], ["error", "noc"]);
});

test("the first format lists storage from inside to outside", () => {
  const { architecture, problems } = read(`arch:
  arithmetic: {instances: 6, meshX: 3, word-bits: 8}
  storage:
  - {name: Registers, entries: 4, instances: 6, meshX: 3}
  - {name: Main, technology: DRAM, instances: 1, word_bits: 8}
`);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    architecture?.storage.map(({ name, technology, meshY }) => [name, technology, meshY]),
    [
      ["Registers", "SRAM", 2],
      ["Main", "DRAM", 1],
    ],
  );
  assert.deepEqual([architecture?.compute.wordBits, architecture?.compute.meshY], [8, 2]);
  const without = "arch: {arithmetic: {instances: 1}, storage: [{name: A}]}";
  assert.equal(problemAt(without, "missing-instances").at, "A");
});

test("attributes that several components share are mentioned once, and only if none reads them", () => {
  const text = `architecture:
  version: 0.4
  nodes:
  - !Container
    name: System
    attributes: {colour: 1, read_bandwidth: 2}
  - !Component
    name: DRAM
    class: DRAM
  - !Component
    name: MAC
    class: intmac
`;
  const found = read(text).problems.filter(({ code }) => /-attribute$/.test(code));
  assert.deepEqual(
    found.map(({ code, location }) => [code, text.slice(location.start, location.end)]),
    [["unused-attribute", "1"]],
  );
});
