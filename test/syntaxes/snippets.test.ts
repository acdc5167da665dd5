import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkDesign } from "../../server/src/rules/check.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { analyse } from "../../server/src/workspace/analysis.ts";
import { readModeline } from "../../server/src/workspace/modeline.ts";
import { repositoryRoot } from "../support/shared.ts";

interface Snippet {
  prefix: string;
  description: string;
  body: string[];
}

const snippets: Snippet[] = Object.values(
  JSON.parse(readFileSync(join(repositoryRoot, "syntaxes/snippets.json"), "utf8")),
);

/** As it stands after Tab was pressed through all its places. */
function inserted(prefix: string): string {
  const { body } = snippets.find((snippet) => snippet.prefix === prefix)!;
  const text = body.map((line) => line.replace(/\$\{\d+(?::([^}]*)|\|([^,|]*)[^|]*\|)\}/g, "$1$2")).join("\n");
  assert.doesNotMatch(text, /\$\{|\$\d/, prefix);
  return `${text}\n`;
}

const v03 = `architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - {name: DRAM, class: DRAM, attributes: {word_bits: 16}}
    - {name: Buffer, class: SRAM, attributes: {entries: 100000, word_bits: 16}}
    - {name: 'Registers[0..255]', class: regfile, attributes: {entries: 64, word_bits: 16, meshX: 16}}
    - {name: 'MAC[0..255]', class: intmac, attributes: {word_bits: 16, meshX: 16}}
`;

function errors(...texts: string[]): string[] {
  const files = texts.map((text, i) => ({ uri: `${i}.yaml`, text }));
  return checkDesign(analyse(readSpecification(files)), files)
    .filter(({ severity }) => severity === "error" || severity === "warning")
    .map(({ code, message }) => `${code}: ${message}`);
}

for (const [name, architecture, fanout] of [
  ["v0.4", inserted("architecture"), "PE"],
  ["v0.3", v03, "Buffer"],
]) {
  test(`a design put together from snippets is sound: ${name}`, () => {
    const conv = inserted("conv").replace("version: 0.4", name.replace("v", "version: "));
    const bounds = [..."KCPQRS"].map((letter) => new RegExp(`\\b${letter}: \\d+`).exec(conv)![0].replace(": ", "="));
    const mapping = [
      "mapping:\n",
      `- {target: DRAM, type: temporal, factors: "${bounds.join(" ")}"}\n`,
      inserted("temporal"),
      inserted("spatial").replace("Buffer", fanout),
      inserted("datatype"),
    ].join("");
    assert.deepEqual(errors(architecture, conv, mapping), []);
  });
}

test("the other problem, a component and the comment are read as what they are", () => {
  const [problem] = errors(inserted("gemm"), inserted("architecture"));
  assert.match(problem, /^missing-mapping/);
  const component = inserted("component").replace("Buffer", "Second").replace(/^/gm, "  ").trimEnd();
  const longer = inserted("architecture").replace(/^ {2}- !Container/m, `${component}\n  - !Container`);
  const { architecture, problems } = readSpecification([{ uri: "a.yaml", text: longer }]);
  assert.deepEqual(
    problems.filter(({ severity }) => severity === "error"),
    [],
  );
  assert.ok(architecture!.storage.some((level) => level.name === "Second"));
  const entries = readModeline({ uri: "m.yaml", text: inserted("modeline") });
  assert.deepEqual(
    entries.map(({ key, value }) => [key, value]),
    [
      ["architecture", "arch.yaml"],
      ["problem", "prob.yaml"],
    ],
  );
});

test("every snippet is tried here, and says what it is", () => {
  assert.deepEqual(snippets.map(({ prefix }) => prefix).sort(), [
    ...["architecture", "component", "conv", "datatype", "gemm", "modeline", "spatial", "temporal"],
  ]);
  for (const { description } of snippets) assert.ok(description.length > 10);
});
