import assert from "node:assert/strict";
import { test } from "node:test";
import { readSpecification } from "../../server/src/spec/specification.ts";

const read = (...texts: string[]) => readSpecification(texts.map((text, index) => ({ uri: `${index}.yaml`, text })));
const codes = (...texts: string[]) => read(...texts).problems.map(({ code }) => code);

test("nothing gives nothing, not an exception", () => {
  const { architecture, layers, mappingSource, problems } = read();
  assert.deepEqual([architecture, layers, mappingSource, problems], [undefined, [], undefined, []]);
  assert.deepEqual(read("", "# remark", "[]", "a").problems, []);
});

test("constraints in all their spellings", () => {
  const list = "[{target: A, type: temporal, factors: K=4}, {target: B, type: datatype, keep: [W]}]";
  const scopes = (text: string) => read(text).constraints.map(({ scope, target }) => `${scope} ${target?.value}`);
  const architecture = ["architecture A", "architecture B"];
  assert.deepEqual(scopes(`architecture_constraints: ${list}`), architecture);
  assert.deepEqual(scopes(`architecture_constraints: {targets: ${list}}`), architecture);
  assert.deepEqual(scopes(`arch_constraints: {constraints: ${list}}`), architecture);
  const mapspace = ["mapspace A", "mapspace B"];
  assert.deepEqual(scopes(`mapspace: {template: ruby, targets: ${list}}`), mapspace);
  assert.deepEqual(scopes(`mapspace_constraints: ${list}`), mapspace);
  assert.deepEqual(scopes(`mapspace-constraints: {targets: ${list}}`), mapspace);
  assert.deepEqual(
    scopes(`mapspace: {constraints: rows, constraints_rows: ${list}, constraints_columns: []}`),
    mapspace,
  );
  assert.deepEqual(scopes("mapspace: {template: uber}"), []);
  assert.deepEqual(codes(`mapspace: {constraints: diagonal, constraints_rows: ${list}}`), ["unknown-constraints"]);
  assert.deepEqual(codes(`mapspace: {rows: ${list}}`), ["unused-constraints"]);
});

test("options of the evaluation stand in a file", () => {
  const { evaluate, problems } = read(
    "evaluate: {counting: timeloop, link_transfers: false}",
    "evaluate: {updated_rmw: yes}",
  );
  assert.deepEqual([evaluate, problems], [{ counting: "timeloop", linkTransfers: false, updatedRmw: true }, []]);
  assert.deepEqual(codes("evaluate: {counting: timelop}"), ["unknown-counting-rule"]);
  assert.deepEqual(codes("evaluate: {links: true, toroidal_links: 7}"), ["unknown-key", "wrong-type"]);
});

test("a second architecture or mapping is not used, with a word", () => {
  assert.ok(codes("mapping: []", "mapping: []").includes("second-mapping"));
  const architecture = "architecture: {version: 0.3, subtree: [{name: A}]}";
  assert.ok(codes(architecture, architecture).includes("second-architecture"));
});

test("top-level keys that nobody reads are told from misspelt ones", () => {
  const severities = (text: string) => read(text).problems.map(({ severity, code }) => `${severity} ${code}`);
  assert.deepEqual(severities("problm: {}\nmapping: []"), ["warning unknown-key"]);
  assert.deepEqual(severities("anchors_of_mine: {}\nmapping: []"), ["information unknown-key"]);
  assert.deepEqual(severities("model: {verbose: true}\nmapping: []"), []);
});

test("settings of the mapper", () => {
  const { mapper } = read("mapper: {search-size: 100, optimization_metrics: [edp], algorithm: random}");
  assert.deepEqual(
    [...mapper!.settings].map(([key, { value }]) => [key, value]),
    [
      ["search_size", 100],
      ["optimization_metrics", ["edp"]],
      ["algorithm", "random"],
    ],
  );
});
