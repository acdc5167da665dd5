/** What the editor shows of a design is what `mapspace evaluate` says, for every example and for reference cases. */

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { formatCount, formatEdp, formatEnergy } from "../../server/src/workspace/quantities.ts";
import { mapspace } from "../support/cli.ts";
import { repositoryRoot, sharedDir, skipWithoutShared } from "../support/shared.ts";
import { type Client, withServer } from "./harness.ts";

interface Cost {
  file: string;
  cycles: number;
  energyPj: number;
  edpPjCycles: number;
}

/** What the terminal says of each file as a design of its own. */
function evaluated(paths: readonly string[]): Cost[] {
  const { out, err } = mapspace(["evaluate", "--each", "--json", ...paths]);
  const costs = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(costs.length, paths.length, err);
  return costs;
}

/** The lenses over the mapping and the diagnostic on it tell this cost, and nothing is an error. */
async function showsCost(client: Client, path: string, { cycles, energyPj, edpPjCycles }: Cost): Promise<void> {
  const figures = [`${formatCount(cycles)} cycles`, formatEnergy(energyPj), `EDP ${formatEdp(edpPjCycles)}`];
  const diagnostics = await client.diagnostics(path);
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 1),
    [],
    path,
  );
  const lenses: { command: { title: string } }[] = await client.request("textDocument/codeLens", path);
  const told = {
    lens: lenses.map(({ command }) => command.title).join(" | "),
    diagnostic: String(diagnostics.find(({ code }) => code === "estimate")?.message),
  };
  for (const [where, text] of Object.entries(told)) {
    for (const figure of figures) assert.ok(text.includes(figure), `${path}: the ${where} “${text}” lacks ${figure}`);
  }
}

test("every example", async () => {
  const root = join(repositoryRoot, "examples");
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(yaml|jinja2)$/.test(name),
  );
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(root, name), "utf8")]));
  const mappings = names.filter((name) => /\.map\.yaml$/.test(name) && existsSync(join(root, name)));
  assert.ok(mappings.length > 15);
  const costs = evaluated(mappings.map((name) => join(root, name)));
  await withServer({ files }, async (client) => {
    for (const [index, name] of mappings.entries()) {
      await client.open(name);
      await showsCost(client, name, costs[index]);
      await client.close(name);
    }
    assert.deepEqual(client.logs, []);
  });
});

/** The workbench tests open every case; every tenth shows here what is wrong without a window. */
test("reference cases", { skip: skipWithoutShared }, async () => {
  const folder = join(sharedDir()!, "data/timeloop/cases");
  const ids = readdirSync(folder).filter((_, index) => index % 10 === 0);
  assert.ok(ids.length > 100);
  const costs = evaluated(ids.map((id) => join(folder, id, "input.yaml")));
  await withServer({ files: {} }, async (client) => {
    for (const [index, id] of ids.entries()) {
      const path = `${id}.yaml`;
      await client.open(path, readFileSync(join(folder, id, "input.yaml"), "utf8"));
      await showsCost(client, path, costs[index]);
      await client.close(path);
    }
    assert.deepEqual(client.logs, []);
  });
});
