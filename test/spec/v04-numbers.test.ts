import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { plain as plainValue } from "../../server/src/spec/values.ts";
import { parseYaml, type YamlMap } from "../../server/src/syntax/yaml.ts";
import { differences } from "../support/compare-reference.ts";
import { sharedDir, skipWithoutShared } from "../support/shared.ts";
import { type ReferenceCase, referenceCases } from "../support/timeloop-reference.ts";

/** The v0.4 source of the architecture of a case, or null. */
function sourceOf(id: string): string | null {
  const name = /^v04(?:-ref|-fe)?-v04_(.*)-\d+$/.exec(id)?.[1];
  if (name === undefined) return null;
  const folder = join(sharedDir() ?? "", "data/timeloop/v04_pairs");
  const paths = [join(folder, name, "arch_v04_nodes.yaml"), join(folder, "fe", `${name}.v04.yaml`)];
  const path = paths.find((candidate) => existsSync(candidate));
  return path === undefined ? null : readFileSync(path, "utf8");
}

function root(text: string): YamlMap {
  return parseYaml({ uri: "part.yaml", text }).root as YamlMap;
}

/** The v0.4 architecture, with everything else from the processed input. */
function withSource(input: string, architecture: string): string {
  let source = architecture;
  for (const { key, value, location } of [...root(architecture).entries].reverse()) {
    if (key.text === "architecture" || key.text === "variables") continue;
    source = source.slice(0, location.start) + source.slice(Math.max(location.end, value.location.end));
  }
  const rest = root(input).entries.filter(
    ({ key }) => !["architecture", "architecture_constraints"].includes(key.text),
  );
  return `${source}\n${rest.map(({ key, value }) => `${key.text}: ${JSON.stringify(plainValue(value))}`).join("\n")}\n`;
}

test("v0.4 sources with the problem and mapping of their twin give Timeloop's numbers", {
  skip: skipWithoutShared,
}, () => {
  const failed: string[] = [];
  let cases = 0;
  for (const one of referenceCases()) {
    const source = sourceOf(one.id);
    if (source === null) continue;
    cases += 1;
    const swapped: ReferenceCase = { ...one, input: withSource(one.input, source) };
    const [first] = differences(swapped);
    if (first !== undefined) failed.push(`${one.id}: ${first}`);
  }
  assert.ok(cases >= 100, `${cases} cases`);
  assert.deepEqual(failed, []);
});
