import assert from "node:assert/strict";
import { test } from "node:test";
import { parseYaml, type YamlNode } from "../../server/src/syntax/yaml.ts";

function plain(node: YamlNode | null): unknown {
  if (node === null) return undefined;
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, plain(value)]));
}

const read = (text: string) => parseYaml({ uri: "test.yaml", text });
const codes = (text: string) => read(text).problems.map((problem) => problem.code);

/** The text of every scalar value by its location must be what the scalar was read from. */
function places(text: string): string[] {
  const found: string[] = [];
  const walk = (node: YamlNode): void => {
    if (node.kind === "scalar") found.push(text.slice(node.location.start, node.location.end));
    else if (node.kind === "sequence") node.items.forEach(walk);
    else for (const { value } of node.entries) walk(value);
  };
  for (const root of read(text).documents) walk(root);
  return found;
}

test("scalars have the values Timeloop takes", () => {
  const text =
    "[1, -2, 0x10, 1e-9, .5, 3., +4, yes, No, ON, 'yes', N, y, ~, null, 1.2.3, 45nm, 0o17, .inf, \"7\", !!str 8]";
  assert.deepEqual(plain(read(text).root), [
    ...[1, -2, 16, 1e-9, 0.5, 3, 4, true, false, true, "yes", "N", "y", null, null, "1.2.3", "45nm", 15],
    ...[Number.POSITIVE_INFINITY, "7", "8"],
  ]);
});

test("a scalar keeps its text beside its value", () => {
  const { root } = read("target: 0\n");
  assert.ok(root?.kind === "map");
  const target = root.index.get("target")!.value;
  assert.deepEqual(target.kind === "scalar" && [target.text, target.value], ["0", 0]);
});

test("entries are found by their key in short maps and in long ones", () => {
  for (const length of [3, 100]) {
    const { root } = read(Array.from({ length }, (_, i) => `key${i}: ${i}\n`).join(""));
    assert.ok(root?.kind === "map");
    for (let i = 0; i < length; i++) assert.equal(root.index.get(`key${i}`), root.entries[i]);
    assert.deepEqual([root.index.has("key0"), root.index.has("key"), root.index.get("key")], [true, false, undefined]);
    assert.deepEqual(
      root.index.keys(),
      root.entries.map(({ key }) => key.text),
    );
  }
});

test("tags are kept, anchors and merge keys resolved", () => {
  const file = read(
    "base: &b {x: 1, y: 2}\nmore: &m {y: 5, z: 3}\none: !Component\n  <<: [*b, *m]\n  x: 9\nagain: *b\n",
  );
  assert.deepEqual(file.problems, []);
  assert.deepEqual(plain(file.root), {
    base: { x: 1, y: 2 },
    more: { y: 5, z: 3 },
    one: { x: 9, y: 2, z: 3 },
    again: { x: 1, y: 2 },
  });
  assert.ok(file.root?.kind === "map");
  const one = file.root.index.get("one")!.value;
  assert.equal(one.tag, "!Component");
  assert.deepEqual(one.kind === "map" && one.entries.map(({ merged }) => merged), [false, true, true]);
});

test("line ends, byte order mark and astral characters change no value and no place", () => {
  const text = 'name: "🧮 grid"\nlist:\n  - {a: 1, b: é}\n  - |\n    two\n    lines\nend: x # 🧮\n';
  const expected = plain(read(text).root);
  for (const variant of [text.replaceAll("\n", "\r\n"), `\uFEFF${text}`, `\uFEFF${text.replaceAll("\n", "\r\n")}`]) {
    assert.deepEqual(plain(read(variant).root), expected);
    assert.deepEqual(read(variant).problems, []);
    assert.deepEqual(
      places(variant).map((part) => part.replaceAll("\r\n", "\n")),
      places(text),
    );
  }
  assert.deepEqual(places(text).slice(0, 3), ['"🧮 grid"', "1", "é"]);
});

test("several documents are several roots", () => {
  assert.deepEqual(read("a: 1\n---\nb: 2\n...\n---\n# nothing\n").documents.map(plain), [{ a: 1 }, { b: 2 }]);
  assert.equal(read("").root, null);
  assert.equal(read("# only a remark\n").root, null);
});

test("what is wrong has a code and a place, the rest is still read", () => {
  const cases: [string, string, string, unknown][] = [
    ["a:\n\tb: 1\nc: 2\n", "yaml-tab", "\t", undefined],
    ["a: 1\nb: 2\na: 3\n", "yaml-duplicate-key", "a", { a: 1, b: 2 }],
    ["a: *nowhere\nb: 1\n", "yaml-alias", "*nowhere", { a: null, b: 1 }],
    ["a: &x [*x]\nb: 1\n", "yaml-alias", "*x", { a: [null], b: 1 }],
    ["a: {<<: 7, b: 1}\n", "yaml-merge", "<<", { a: { b: 1 } }],
    ["? [a, b]\n: 1\nc: 2\n", "yaml-key", "[a, b]", { c: 2 }],
  ];
  for (const [text, code, place, value] of cases) {
    const file = read(text);
    const problem = file.problems.find((candidate) => candidate.code === code);
    assert.ok(problem, `${JSON.stringify(text)} gives ${file.problems.map((one) => one.code)}`);
    assert.equal(text.slice(problem.location.start, problem.location.end), place);
    if (value !== undefined) assert.deepEqual(plain(file.root), value);
  }
  assert.deepEqual(codes('a: "open\nb: 1\n'), ["yaml-missing-character"]);
});

test("half-typed lines leave the others readable", () => {
  const whole = "problem:\n  instance: {C: 4}\nmapping:\n- target: DRAM\n  fac";
  const root = plain(read(whole).root) as { problem: unknown };
  assert.deepEqual(root.problem, { instance: { C: 4 } });
  assert.deepEqual(plain(read("a:\n  b: \n  c:\nd: 1\n").root), { a: { b: null, c: null }, d: 1 });
});

test("a file object is parsed once", () => {
  const file = { uri: "a.yaml", text: "a: 1\n" };
  assert.equal(parseYaml(file), parseYaml(file));
});
