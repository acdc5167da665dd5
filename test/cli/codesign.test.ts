import assert from "node:assert/strict";
import { test } from "node:test";
import { drive } from "../../server/src/cli/codesign.ts";
import type { Design } from "../../server/src/engine/search/gp/codesign.ts";
import { mapspace } from "../support/cli.ts";

const problem = "examples/three-level/gemm.yaml";

test("codesign names the machine, its area and the mappings' cost", () => {
  const { status, out } = mapspace(["codesign", "--area", "1.5", "--json", problem]);
  assert.equal(status, 0);
  const design = JSON.parse(out);
  assert.equal(design.complete, true);
  assert.ok(design.areaUm2 <= 1.5e6);
  assert.ok(design.units > 1 && design.registers >= 1 && design.buffer >= 1);
  assert.equal(design.layers.length, 1);
  assert.equal(design.energyPj, design.layers[0].energyPj * design.layers[0].count);
});

test("Ctrl-C ends codesign with the best machine so far", { skip: process.platform === "win32" }, async () => {
  const best = { units: 7 } as Design;
  function* endless() {
    process.kill(process.pid, "SIGINT");
    for (;;) yield { programs: 1, machines: 1, best, done: false };
  }
  assert.deepEqual(await drive(endless()), { programs: 1, machines: 1, best, done: false });
});

test("codesign --expressions writes volumes in the problem's own dimensions", () => {
  const { status, out } = mapspace(["codesign", "--expressions", problem]);
  assert.equal(status, 0);
  assert.match(out, /buffer ↔ DRAM/);
  assert.match(out, /r\w+·r\w+·p\w+/);
});

test("codesign of a folder takes each of its layers once, with a mapping that evaluate could read", () => {
  const { status, out } = mapspace(["codesign", "--area", "1.5", "--json", "examples/three-level"]);
  assert.equal(status, 0);
  const { layers } = JSON.parse(out);
  assert.deepEqual(layers.map(({ name }: { name: string }) => name).sort(), ["gemm", "resnet50-conv3x3"]);
  for (const { mappingYaml } of layers) assert.match(mappingYaml, /target: Registers, type: temporal, factors: /);
});

test("codesign says what it needs, and when nothing fits", () => {
  assert.match(mapspace(["codesign", problem]).err, /--area is needed/);
  assert.equal(mapspace(["codesign", "--area", "no", problem]).status, 2);
  const small = mapspace(["codesign", "--area", "0.0001", problem]);
  assert.equal(small.status, 1);
  assert.match(small.err, /no machine of 0.0001 mm² holds every layer/);
});

test("search --strategy gp finds a mapping of perfect factors", () => {
  const design = ["arch.yaml", "ert.yaml", "gemm.yaml"].map((file) => `examples/three-level/${file}`);
  const { status, out } = mapspace(["search", "--strategy", "gp", "--objective", "energy", "--json", ...design]);
  assert.equal(status, 0);
  const found = JSON.parse(out);
  assert.ok(found.complete && found.best.energyPj > 0);
  assert.equal(found.bound, null);
  assert.equal(mapspace(["search", "--strategy", "gp", "--mapspace", "ruby", ...design]).status, 2);
});
