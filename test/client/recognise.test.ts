import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isTimeloop } from "../../client/src/recognise.ts";
import { repositoryRoot, sharedDir, skipWithoutShared } from "../support/shared.ts";

const yamlBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name));

describe("recognising Timeloop files", () => {
  test("every example", () => {
    const files = yamlBelow(join(repositoryRoot, "examples"));
    assert.ok(files.length > 20);
    assert.deepEqual(
      files.filter((file) => !isTimeloop(readFileSync(file, "utf8"))),
      [],
    );
  });

  test("every input of the reference data", { skip: skipWithoutShared }, () => {
    const cases = join(sharedDir() ?? "", "data/timeloop/cases");
    const files = yamlBelow(cases).filter((file) => file.endsWith("input.yaml"));
    assert.ok(files.length > 1000);
    assert.deepEqual(
      files.filter((file) => !isTimeloop(readFileSync(file, "utf8"))),
      [],
    );
  });

  const others: Readonly<Record<string, string>> = {
    "an OpenAPI description": "openapi: 3.0.0\ncomponents:\n  schemas:\n    Pet: {type: object}\n",
    "a pipeline": "variables:\n  CACHE: yes\nstages:\n- build\n",
    "a manifest": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  mapping: a\n",
    "a mapping of something else": "mapping:\n  a: b\n  c: d\n",
    "a report on an architecture": "architecture:\n  name: x86_64\n  bits: 64\n",
    "an exercise sheet": "problem:\n  title: Sums\n  A: first\n",
    "words in comments": "mapping:\n  # - target: DRAM\n  x: y\n",
    "no YAML at all": "Once upon a time: there was\n",
    nothing: "",
    "a mapping that has only begun": "mapping:\n",
    "the layers of a neural network": "layers:\n- {type: conv, shape: [3, 224, 224], filters: 64}\n",
    "the layers of a map": "layers:\n  roads: {z: 1}\n",
    "flow style of something else": "{components: {schemas: {}}, mapping: {a: b}}\n",
    "a template": "{{ architecture: {nodes: x} }}\n",
  };
  for (const [what, text] of Object.entries(others)) test(`not ${what}`, () => assert.equal(isTimeloop(text), false));

  test("built-in shapes, flow style, CRLF, a byte order mark and a modeline", () => {
    assert.ok(isTimeloop("problem:\n  C: 4\n  K: 8\n  P: 3\n"));
    assert.ok(isTimeloop("mapping: [{target: DRAM, type: temporal, factors: C=4}]"));
    assert.ok(isTimeloop("\ufeffmapping:\r\n- target: DRAM\r\n"));
    assert.ok(isTimeloop("# mapspace: architecture=a.yaml\n"));
    assert.ok(isTimeloop("# A comment\n---\n{architecture: {subtree: []}, problem: {shape: gemm}}\n"));
    assert.ok(isTimeloop('{"mapping": [{"target": "DRAM", "type": "temporal", "factors": "C=4"}]}'));
    assert.ok(isTimeloop("layers:\n- {name: a, shape: cnn-layer, K: 64, C: 64, P: 7}\n"));
  });

  test("hostile text in linear time", () => {
    assert.equal(isTimeloop(`problem:\n${" A: 1".repeat(1 << 20)}`), true);
    assert.equal(isTimeloop(`problem:\n${"{".repeat(1 << 22)}`), false);
    assert.equal(isTimeloop("problem:\n".repeat(1 << 18)), false);
    assert.equal(isTimeloop(`{${"mapping: ,".repeat(1 << 18)}`), false);
    assert.equal(isTimeloop("\n \t".repeat(1 << 20)), false);
    assert.equal(isTimeloop(`problem:\n${"A: 1\n".repeat(2)}${"B: x ".repeat(1 << 16)}`), false);
  });
});
