import assert from "node:assert/strict";
import { test } from "node:test";
import { Looks } from "../../webview/src/looks.ts";

const theme = { series: ["#1", "#2", "#3"] };
const run = (id: string, layer = 0, cosearch = false) => ({ id, layer, cosearch });
const colors = (looks: Looks, ids: string) => [...ids].map((id) => looks.of(id, theme).color).join(" ");

test("a run keeps its colour when an older one goes, and a new one takes the one that is free", () => {
  const looks = new Looks();
  looks.assign(["a", "b", "c"].map((id) => run(id)));
  looks.assign(["b", "c"].map((id) => run(id)));
  assert.equal(colors(looks, "bc"), "#2 #3");
  looks.assign(["b", "c", "d"].map((id) => run(id)));
  assert.equal(colors(looks, "bcd"), "#2 #3 #1");
  const again = new Looks();
  again.restore(looks.kept());
  again.assign(["b", "c", "d"].map((id) => run(id)));
  assert.equal(colors(again, "bcd"), "#2 #3 #1", "after a reload");
});

test("more runs than colours differ in line and shape", () => {
  const looks = new Looks();
  const ids = [..."abcdefghi"];
  looks.assign(ids.map((id) => run(id)));
  assert.equal(new Set(ids.map((id) => JSON.stringify(looks.of(id, theme)))).size, ids.length);
  assert.equal(new Set(ids.map((id) => `${looks.of(id, theme).color} ${looks.of(id, theme).shape}`)).size, ids.length);
});

test("runs of other layers are in no picture with these; co-searches are in all", () => {
  const looks = new Looks();
  looks.assign([run("a", 0), run("b", 1), run("c", 1), run("n", 0, true), run("d", 2)]);
  assert.equal(colors(looks, "abcnd"), "#1 #1 #2 #3 #1");
});
