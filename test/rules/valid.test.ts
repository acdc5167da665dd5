import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { checkDesign } from "../../server/src/rules/check.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { analyse } from "../../server/src/workspace/analysis.ts";
import { sharedDir, skipWithoutShared } from "../support/shared.ts";

/** The other reference cases go through the server, in test/lsp/corpus.test.ts. */
function* validInputs(): Generator<[id: string, text: string]> {
  const random = gunzipSync(readFileSync(join(sharedDir()!, "data/timeloop/random.jsonl.gz"))).toString("utf8");
  for (const line of random.trim().split("\n")) {
    const { id, input_yaml } = JSON.parse(line) as { id: string; input_yaml: string };
    yield [id, input_yaml];
  }
}

test("no design that Timeloop runs gets an error", { skip: skipWithoutShared }, (t) => {
  let count = 0;
  for (const [id, text] of validInputs()) {
    const file = { uri: `${id}.yaml`, text };
    const errors = checkDesign(analyse(readSpecification([file])), [file]).filter((p) => p.severity === "error");
    assert.deepEqual(errors, [], id);
    count++;
  }
  t.diagnostic(`${count} designs`);
});

test("what Timeloop's mapper finds under constraints does not violate them", { skip: skipWithoutShared }, () => {
  const folder = join(sharedDir()!, "data/timeloop/v04_pairs");
  const designs = readdirSync(folder).filter((name) => existsSync(join(folder, name, "timeloop-mapper.map.yaml")));
  assert.ok(designs.length >= 4);
  for (const name of designs) {
    const read = (uri: string) => ({ uri, text: readFileSync(join(folder, name, uri), "utf8") });
    const parts = read("parsed-processed-input.yaml").text.split(/^(?=\w+:)/m);
    const problem = { uri: "problem.yaml", text: parts.find((part) => part.startsWith("problem:"))! };
    const files = [read("arch_v04_nodes.yaml"), problem, read("timeloop-mapper.map.yaml")];
    const analysis = analyse(readSpecification(files));
    const constraints = analysis.specification.architectureSource?.constraints ?? [];
    assert.ok(constraints.length > 5, name);
    const told = checkDesign(analysis, files).filter((p) => p.severity === "error" || p.code === "constraint-violated");
    assert.deepEqual(
      told.map(({ message }) => message),
      [],
      name,
    );
  }
});
