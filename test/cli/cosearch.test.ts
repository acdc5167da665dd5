import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { mapspace } from "../support/cli.ts";

const folder = mkdtempSync(join(tmpdir(), "cosearch-"));
after(() => rmSync(folder, { recursive: true }));

const architecture = join(folder, "arch.yaml");
writeFileSync(
  architecture,
  `architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - {name: DRAM, class: DRAM, attributes: {word_bits: 8, block_size: 8, shared_bandwidth: 8}}
    - {name: Buffer, class: SRAM, attributes: {entries: 8192, word_bits: 8, shared_bandwidth: 16}}
    subtree:
    - name: Rows[0..7]
      local:
      - {name: Register, class: SRAM, attributes: {entries: 4, word_bits: 8}}
      - {name: MAC, class: intmac, attributes: {datawidth: 8}}
constraints:
- {target: Buffer, type: spatial, factors: N=1}
`,
);
const layers = join(folder, "layers");
mkdirSync(layers);
const gemm = (name: string, m: number, n: number, k: number) =>
  writeFileSync(
    join(layers, `${name}.yaml`),
    `problem:
  shape:
    name: gemm
    dimensions: [M, N, K]
    data_spaces:
    - {name: A, projection: [[[M]], [[K]]]}
    - {name: B, projection: [[[K]], [[N]]]}
    - {name: C, projection: [[[M]], [[N]]], read_write: true}
  instance: {M: ${m}, N: ${n}, K: ${k}}
`,
  );
gemm("first", 32, 24, 16);
gemm("second", 8, 64, 48);

const cosearch = (...flags: string[]) => mapspace(["cosearch", architecture, layers, "--evaluations", "400", ...flags]);

test("a design is written that evaluates to what was reported; the same seed gives it again", () => {
  const target = join(folder, "out");
  const { status, out } = cosearch("--json", "--write", target);
  assert.equal(status, 0);
  const found = JSON.parse(out);
  assert.deepEqual(
    found.layers.map((layer: { name: string }) => layer.name),
    ["first", "second"],
  );
  let energy = 0;
  let cycles = 0;
  for (const { name, mappingYaml } of found.layers) {
    const cost = JSON.parse(mapspace(["evaluate", "--json", join(target, `${name}.map.yaml`)]).out);
    energy += cost.energyPj;
    cycles += cost.cycles;
    assert.match(mappingYaml, /target: Buffer, type: spatial, factors: M=\d+ N=1 K=\d+/);
  }
  assert.ok(Math.abs(energy / found.energyPj - 1) < 1e-9);
  assert.equal(cycles, found.cycles);
  assert.ok(readdirSync(target).includes("architecture.yaml"));
  const again = JSON.parse(cosearch("--json").out);
  assert.deepEqual(again.layers, found.layers);
});

test("a finished state is read again; one of other inputs is refused", () => {
  const state = join(folder, "state.json");
  const first = JSON.parse(cosearch("--json", "--state", state).out);
  const kept = readFileSync(state, "utf8");
  const again = JSON.parse(cosearch("--json", "--state", state).out);
  assert.deepEqual(again.layers, first.layers);
  assert.equal(readFileSync(state, "utf8"), kept);
  const other = cosearch("--seed", "9", "--state", state);
  assert.equal(other.status, 2);
  assert.match(other.err, /belongs to other files or flags/);
});

test("what cannot be searched is said", () => {
  assert.match(mapspace(["cosearch", architecture]).err, /no readable problem/);
  assert.match(cosearch("--hardware", "none").err, /--hardware takes fixed, buffers, all/);
  assert.match(cosearch("--algorithm", "random", "--state", "x").err, /--state goes with/);
});
