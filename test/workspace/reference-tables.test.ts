import assert from "node:assert/strict";
import { test } from "node:test";
import { offerTables } from "../../server/src/workspace/reference-tables.ts";

const design = ["/work/a/arch.yaml", "/work/a/prob/layer.yaml"];

test("tables beside the design come before those of output folders, which come as pairs", () => {
  const outputs = ["/work/a/out/timeloop-mapper.ERT.yaml", "/work/a/out/timeloop-mapper.ART.yaml"];
  assert.deepEqual(offerTables(design, outputs), { ert: outputs[0], art: outputs[1] });
  assert.deepEqual(offerTables(design, [...outputs, "/work/a/ERT.yaml"]), { ert: "/work/a/ERT.yaml", art: null });
  const other = ["/work/b/x.ERT.yaml", "/work/b/x.ART.yaml"];
  assert.deepEqual(offerTables(design, [...other, ...outputs]), { ert: outputs[0], art: outputs[1] });
});

test("tables of different runs are not mixed, summaries are no tables", () => {
  const files = [
    "/work/a/one.ART.yaml",
    "/work/a/two.ERT.yaml",
    "/work/a/two.ERT_summary.yaml",
    "/work/a/concert.yaml",
  ];
  assert.deepEqual(offerTables(design, files), { ert: "/work/a/two.ERT.yaml", art: null });
  assert.deepEqual(offerTables(design, ["/work/a/timeloop-model.ERT_summary.yaml"]), { ert: null, art: null });
  assert.deepEqual(offerTables([], files), { ert: null, art: null });
});

test("the order in which files are found does not matter", () => {
  const files = ["/work/a/b.ERT.yaml", "/work/a/a.ERT.yaml", "/work/a/c.ERT.yaml"];
  assert.equal(offerTables(design, files).ert, "/work/a/a.ERT.yaml");
  assert.equal(offerTables(design, [...files].reverse()).ert, "/work/a/a.ERT.yaml");
});
