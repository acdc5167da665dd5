import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveDesign } from "../../server/src/workspace/design.ts";
import { fileKinds } from "../../server/src/workspace/kinds.ts";
import { readModeline } from "../../server/src/workspace/modeline.ts";
import { folderDistance, resolvePath } from "../../server/src/workspace/paths.ts";

const file = (uri: string, text: string) => ({ uri, text });
const arch = "architecture: {version: 0.3}\n";
const problem = "problem: {shape: x}\n";
const mapping = "mapping: []\n";
const partsOf = (design: ReturnType<typeof resolveDesign>) =>
  design.parts.map(({ uri, foundBy }) => `${foundBy} ${uri}`).sort();

test("kinds are told by top-level keys, in block and flow style, with BOM and CRLF", () => {
  assert.deepEqual(fileKinds("\uFEFF# x\r\narchitecture:\r\n  problem: 1\r\nERT:\r\n"), ["architecture", "ERT"]);
  assert.deepEqual(fileKinds('{"mapping": [], problem: {}}'), ["mapping", "problem"]);
  assert.deepEqual(fileKinds("services:\n  mapping: 1\n"), []);
  assert.deepEqual(fileKinds("mapspace-constraints: {}\n"), ["constraints"]);
});

test("one file may hold everything", () => {
  const design = resolveDesign("a.yaml", [file("a.yaml", arch + problem + mapping), file("b.yaml", arch)]);
  assert.deepEqual(partsOf(design), ["opened a.yaml"]);
  assert.deepEqual(design.missing, []);
});

test("a modeline comes before neighbours, and a setting before them too", () => {
  const files = [
    file("d/map.yaml", `# mapspace: architecture=../x/arch.yaml problem="my layer.yaml"\n${mapping}`),
    file("d/arch.yaml", arch),
    file("x/arch.yaml", arch),
    file("d/my layer.yaml", problem),
  ];
  assert.deepEqual(partsOf(resolveDesign("d/map.yaml", files)), [
    "modeline d/my layer.yaml",
    "modeline x/arch.yaml",
    "opened d/map.yaml",
  ]);
  const plain = [file("d/map.yaml", mapping), ...files.slice(1)];
  assert.deepEqual(partsOf(resolveDesign("d/map.yaml", plain, [["d/map.yaml", "x/arch.yaml"]])), [
    "nearest d/my layer.yaml",
    "opened d/map.yaml",
    "setting x/arch.yaml",
  ]);
});

test("a mapping that names other files is none for a design without a mapping", () => {
  const files = [
    file("fresh/arch.yaml", arch),
    file("fresh/prob.yaml", problem),
    file("old/arch.yaml", arch),
    file("old/prob.yaml", problem),
    file("old/map.yaml", `# mapspace: architecture=arch.yaml problem=prob.yaml\n${mapping}`),
  ];
  const fresh = resolveDesign("fresh/prob.yaml", files);
  assert.deepEqual(partsOf(fresh), ["nearest fresh/arch.yaml", "opened fresh/prob.yaml"]);
  assert.deepEqual(fresh.missing, ["mapping"]);
  assert.deepEqual(resolveDesign("old/prob.yaml", files).missing, []);
  const anybodys = [...files.slice(0, 4), file("old/map.yaml", mapping)];
  assert.deepEqual(resolveDesign("fresh/prob.yaml", anybodys).missing, [], "one that names nothing is taken from afar");
});

test("the nearest candidate is taken, a tie is named, and tables come only from the design's folders", () => {
  const files = [
    file("p/map/a.yaml", mapping),
    file("p/arch/one.yaml", arch),
    file("p/arch/two.yaml", arch),
    file("q/arch/three.yaml", arch),
    file("p/prob/layer.yaml", problem),
    file("p/arch/ert.yaml", "ERT: {}\n"),
    file("q/art.yaml", "ART: {}\n"),
  ];
  const design = resolveDesign("p/map/a.yaml", files);
  assert.deepEqual(partsOf(design), [
    "nearest p/arch/ert.yaml",
    "nearest p/arch/one.yaml",
    "nearest p/prob/layer.yaml",
    "opened p/map/a.yaml",
  ]);
  assert.deepEqual(design.ambiguous, [
    { kind: "architecture", taken: "p/arch/one.yaml", others: ["p/arch/two.yaml"], clear: false },
  ]);
});

test("of several that are equally near the one is taken that the mapping was written for", () => {
  const levels = (...names: string[]) =>
    `architecture:\n  version: 0.2\n  subtree:\n  - name: System\n    local:\n${[...names, "MAC"]
      .map((name) => `    - {name: ${name}, class: ${name === "MAC" ? "intmac" : "DRAM"}}\n`)
      .join("")}`;
  const shape = (...dimensions: string[]) =>
    `problem:\n  shape:\n    name: x\n    dimensions: [${dimensions}]\n    data_spaces:\n    - {name: W, projection: [[[${dimensions[0]}]]]}\n  instance: {${dimensions.map((d) => `${d}: 2`)}}\n`;
  const loops = (factors: string, ...targets: string[]) =>
    `mapping:\n${targets.map((target) => `- {target: ${target}, type: temporal, factors: ${factors}}\n`).join("")}`;
  const files = [
    file("e/map/one.map.yaml", loops("R=2 P=2", "Main")),
    file("e/map/three.map.yaml", loops("K=2 R=1 P=2", "Main", "Buffer", "Registers")),
    file("e/arch/a.yaml", levels("Main")),
    file("e/arch/b.yaml", levels("Main", "Buffer", "Registers")),
    file("e/prob/a.yaml", shape("R", "P")),
    file("e/prob/b.yaml", shape("K", "R", "P")),
  ];
  const chosen = (main: string) => {
    const { parts, ambiguous } = resolveDesign(main, files);
    assert.ok(ambiguous.every(({ clear }) => clear));
    return parts.map(({ uri }) => uri.slice(2)).sort();
  };
  assert.deepEqual(chosen("e/map/one.map.yaml"), ["arch/a.yaml", "map/one.map.yaml", "prob/a.yaml"]);
  const three = ["arch/b.yaml", "map/three.map.yaml", "prob/b.yaml"];
  assert.deepEqual(chosen("e/map/three.map.yaml"), three);
  assert.deepEqual(chosen("e/arch/b.yaml"), three);
  assert.deepEqual(chosen("e/prob/b.yaml"), three);
  // Names of files decide where names in them do not, but that is only a guess.
  const alike = [files[0], file("e/arch/four.yaml", levels("Main")), file("e/arch/one.yaml", levels("Main"))];
  assert.deepEqual(resolveDesign("e/map/one.map.yaml", alike).ambiguous, [
    { kind: "architecture", taken: "e/arch/one.yaml", others: ["e/arch/four.yaml"], clear: false },
  ]);
});

test("what belongs to another design, or what the tools left behind, is not taken", () => {
  const files = [
    file("a/map.yaml", mapping),
    file("a/other.yaml", arch + problem + mapping),
    file("a/timeloop-model.flattened_architecture.yaml", arch),
    file("a/problem.yaml", problem),
  ];
  const design = resolveDesign("a/map.yaml", files);
  assert.deepEqual(partsOf(design), ["nearest a/problem.yaml", "opened a/map.yaml"]);
  assert.deepEqual(design.missing, ["architecture"]);
});

test("a modeline that names nothing is kept as unresolved, with its place", () => {
  const text = `# mapspace: architecture=gone.yaml layer=conv1\n${mapping}`;
  const design = resolveDesign("m.yaml", [file("m.yaml", text)]);
  assert.equal(design.layer, "conv1");
  assert.deepEqual(
    design.unresolved.map(({ key, value }) => [key, value]),
    [["architecture", "gone.yaml"]],
  );
  const [{ location }] = readModeline(file("m.yaml", text));
  assert.equal(text.slice(location.start, location.end), "architecture=gone.yaml");
});

test("paths resolve within URIs and relative names", () => {
  assert.equal(resolvePath("file:///w/d/map.yaml", "../arch.yaml"), "file:///w/arch.yaml");
  assert.equal(resolvePath("d/map.yaml", "./arch.yaml"), "d/arch.yaml");
  assert.equal(resolvePath("map.yaml", "../arch.yaml"), "../arch.yaml");
  assert.equal(resolvePath("vscode-vfs://github/o/r/m.yaml", "a/b.yaml"), "vscode-vfs://github/o/r/a/b.yaml");
  assert.equal(resolvePath("d/map.yaml", "/abs/arch.yaml"), "/abs/arch.yaml");
  assert.equal(folderDistance("a/b/c.yaml", "a/d/e.yaml"), 2);
  assert.equal(folderDistance("a/c.yaml", "a/e.yaml"), 0);
});
