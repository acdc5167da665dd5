import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { schemaFiles } from "../../scripts/schemas.ts";
import { repositoryRoot } from "../support/shared.ts";

const folder = join(repositoryRoot, "syntaxes/schemas");

test("the JSON Schemas are those the table of words gives (npm run schemas)", () => {
  const wanted = schemaFiles();
  assert.deepEqual(readdirSync(folder).sort(), [...wanted.keys()].sort());
  for (const [name, text] of wanted) assert.equal(readFileSync(join(folder, name), "utf8"), text, name);
});

test("the manifest contributes each of them", () => {
  const manifest = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8"));
  const urls = manifest.contributes.yamlValidation.map(({ url }: { url: string }) => url);
  assert.deepEqual(urls.sort(), [...schemaFiles().keys()].map((name) => `./syntaxes/schemas/${name}`).sort());
});

test("keys that stand for an exact meaning are described", () => {
  const { definitions } = JSON.parse(schemaFiles().get("timeloop.json")!);
  assert.match(definitions.directive.properties.permutation.description, /first letter innermost/);
  assert.match(definitions.component.properties.attributes.properties.depth.description, /Unit: rows/);
});

test("every example is valid by the schema its name promises", () => {
  const ajv = new Ajv({ strict: false });
  const validators = new Map([...schemaFiles()].map(([name, text]) => [name, ajv.compile(JSON.parse(text))]));
  const examples = join(repositoryRoot, "examples");
  const files = readdirSync(examples, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
  assert.ok(files.length > 20);
  for (const file of files) {
    const content: unknown = parse(readFileSync(join(examples, file), "utf8"), { logLevel: "silent" });
    const validate = validators.get(file.endsWith(".map.yaml") ? "mapping.json" : "timeloop.json")!;
    assert.ok(validate(content), `${file}: ${ajv.errorsText(validate.errors)}`);
  }
});

test("a mapping without its list is not", () => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(schemaFiles().get("mapping.json")!));
  assert.equal(validate({ mapping: { target: "DRAM" } }), false);
  assert.equal(validate({}), false);
});
