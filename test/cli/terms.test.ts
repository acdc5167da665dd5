import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { renderTerms } from "../../server/src/cli/terms.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { analyse } from "../../server/src/workspace/analysis.ts";
import { repositoryRoot } from "../support/shared.ts";

for (const counting of ["exact", "timeloop"] as const) {
  test(`terms of ${counting} counts say whether they are about one instance or all of them`, () => {
    const folder = join(repositoryRoot, "examples/three-level");
    const files = ["arch.yaml", "ert.yaml", "gemm.yaml", "gemm.map.yaml"].map((uri) => ({
      uri,
      text: readFileSync(join(folder, uri), "utf8"),
    }));
    const { specification, layers } = analyse(readSpecification(files), { counting }, { terms: true });
    const evaluation = layers[0].outcome!.evaluation!;
    for (const { dataSpaces } of evaluation.levels) {
      for (const { kept, terms, perInstance, total } of dataSpaces) {
        if (!kept || terms === undefined) continue;
        for (const field of ["reads", "fills", "updates", "energyPj"] as const) {
          if (terms[field]) assert.equal(terms[field].value, perInstance[field], field);
        }
        if (terms.received && total.fills > 0) assert.ok(terms.received.value >= total.fills);
      }
    }
    const text = renderTerms(
      {
        architecture: specification.architecture!,
        workload: layers[0].layer.workload,
        mapping: layers[0].lowered!.mapping,
      },
      evaluation,
    );
    const registers = text.slice(text.lastIndexOf("\n  Registers\n"));
    assert.match(registers, /^ {6}reads of one instance = 18,874,368 /m);
    for (const line of text.split("\n").filter((line) => /^ {6}\w+ /.test(line))) {
      assert.match(line, / of (one instance|all [\d,.]+ instances in use) = /);
    }
  });
}
