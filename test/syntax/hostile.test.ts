import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { maxFileLength } from "../../server/src/syntax/limits.ts";
import { parseYaml, type YamlNode } from "../../server/src/syntax/yaml.ts";

const read = (text: string) => parseYaml({ uri: "test.yaml", text });
const codes = (text: string) => new Set(read(text).problems.map((problem) => problem.code));

/** Every node and problem must lie inside the text; aliases are written out. */
function checkPlaces(text: string): number {
  const { documents, problems } = read(text);
  let nodes = 0;
  const inside = ({ location: { start, end } }: { location: { start: number; end: number } }) =>
    assert.ok(start >= 0 && start <= end && end <= text.length, `${start}..${end} of ${text.length}`);
  const walk = (node: YamlNode): void => {
    nodes++;
    inside(node);
    if (node.kind === "sequence") node.items.forEach(walk);
    if (node.kind !== "map") return;
    for (const { key, value } of node.entries) {
      inside(key);
      walk(value);
    }
  };
  documents.forEach(walk);
  problems.forEach(inside);
  return nodes;
}

test("alias bombs stop at a limit", () => {
  const levels = Array.from({ length: 30 }, (_, i) => {
    const items = i === 0 ? "x" : `*a${i - 1}`;
    return `a${i}: &a${i} [${Array(9).fill(items).join(",")}]`;
  });
  const text = `${levels.join("\n")}\nlast: 1\n`;
  assert.ok(codes(text).has("alias-expansion"));
  const { root } = read(text);
  assert.ok(root?.kind === "map" && root.index.has("last"));
  assert.ok(checkPlaces(text) < 5_000_000);
});

test("deep nesting stops at a limit", () => {
  const nested = ["[", "{a: ", "- ", "? ", "a: b: "].map((part) => part.repeat(100_000));
  const staircase = Array.from({ length: 2000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n");
  for (const text of [...nested, staircase]) {
    assert.ok(codes(text).has("yaml-too-deep"), text.slice(0, 10));
    checkPlaces(text);
  }
});

test("files, lines and values beyond all measure are refused, not waited for", () => {
  assert.deepEqual([...codes("a".repeat(maxFileLength + 1))], ["file-too-large"]);
  const million = 10_000_000;
  for (const text of [
    `a: "${"x".repeat(million)}"`,
    `a: '${"x".repeat(million)}`,
    `a: [${"1,".repeat(million / 2)}]`,
    "a: 1\n".repeat(million / 5),
    "]".repeat(million),
    "&a ".repeat(million / 3),
    "%\n".repeat(million / 2),
  ]) {
    assert.ok(codes(text).has("file-too-large"), text.slice(0, 8));
  }
  for (const text of [`a: ${"x ".repeat(million / 2)}`, `a: |\n${"  x\n".repeat(million / 4)}`]) checkPlaces(text);
});

test("a file full of mistakes gives a bounded list of problems", () => {
  assert.ok(read("a: {b\n".repeat(3000)).problems.length <= 100);
  assert.ok(read("x: *no\n".repeat(3000)).problems.length <= 100);
});

const pieces = fc.constantFrom(
  ..."abc:,-?[]{}#&*!|>'\"%@` \t\n\r0123456789~<.=_é🧮\u0000\uFEFF\u2028".match(/./gsu)!,
  ...["- ", ": ", "<<: ", "&a ", "*a", "---\n", "...\n", "!Component ", "  ", "\n  ", "\r\n", "key: "],
);

test("any text gives a tree and places inside the text", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 80 }), (parts) => {
      checkPlaces(parts.join(""));
    }),
    { numRuns: 3000, seed: 7 },
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      checkPlaces(text);
    }),
    { numRuns: 2000, seed: 8 },
  );
});
