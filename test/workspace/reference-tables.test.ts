import assert from "node:assert/strict";
import { test } from "node:test";
import { tablesAround } from "../../server/src/workspace/reference-tables.ts";

const design = ["/designs/a/arch.yaml", "/designs/a/prob/layer.yaml"];

test("tables beside the design come before those of output folders, which come as pairs", () => {
  const outputs = ["/designs/a/out/timeloop-mapper.ERT.yaml", "/designs/a/out/timeloop-mapper.ART.yaml"];
  assert.deepEqual(tablesAround(design, outputs)[0], { ert: outputs[0], art: outputs[1] });
  assert.deepEqual(tablesAround(design, [...outputs, "/designs/a/ERT.yaml"])[0], {
    ert: "/designs/a/ERT.yaml",
    art: null,
  });
  const other = ["/designs/b/x.ERT.yaml", "/designs/b/x.ART.yaml"];
  assert.deepEqual(tablesAround(design, [...other, ...outputs])[0], { ert: outputs[0], art: outputs[1] });
});

test("tables of different runs are not mixed, summaries are no tables", () => {
  const files = [
    "/designs/a/one.ART.yaml",
    "/designs/a/two.ERT.yaml",
    "/designs/a/two.ERT_summary.yaml",
    "/designs/a/concert.yaml",
  ];
  assert.deepEqual(tablesAround(design, files)[0], { ert: "/designs/a/two.ERT.yaml", art: null });
  assert.deepEqual(tablesAround(design, ["/designs/a/timeloop-model.ERT_summary.yaml"]), []);
  assert.deepEqual(tablesAround([], files), []);
});

test("the order in which files are found does not matter", () => {
  const files = ["/designs/a/b.ERT.yaml", "/designs/a/a.ERT.yaml", "/designs/a/c.ERT.yaml"];
  assert.equal(tablesAround(design, files)[0].ert, "/designs/a/a.ERT.yaml");
  assert.equal(tablesAround(design, [...files].reverse())[0].ert, "/designs/a/a.ERT.yaml");
});
