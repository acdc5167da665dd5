import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { repositoryRoot, sharedDir, skipWithoutShared } from "../support/shared.ts";

/** Reading gives problems with places in the text, never an exception. */
function check(text: string): void {
  const file = { uri: "test.yaml", text };
  const { problems, architecture, layers } = readSpecification([file]);
  for (const { location, message, code } of problems) {
    assert.ok(location.start >= 0 && location.start <= location.end && location.end <= text.length, code);
    assert.match(code, /^[a-z0-9-]+$/);
    assert.ok(!/undefined|\[object|NaN/.test(message), message);
  }
  for (const level of architecture?.storage ?? []) {
    for (const key of ["instances", "meshX", "meshY", "wordBits", "blockSize", "clusterSize"] as const) {
      assert.ok(Number.isInteger(level[key]) && level[key] >= 1, `${key} = ${level[key]}`);
    }
  }
  for (const { workload } of layers) {
    for (const { bound } of workload.dimensions) assert.ok(Number.isSafeInteger(bound) && bound >= 1);
  }
}

/** Texts that differ from a good one as typing, merging and broken tools make them differ. */
function mutations(texts: readonly string[]): fc.Arbitrary<string> {
  const words = [
    "0",
    "-1",
    "1e400",
    "null",
    "[]",
    "{}",
    "yes",
    "x",
    ".nan",
    "*a",
    "!T ",
    "\t",
    "'",
    '"',
    "{",
    "]",
    ": ",
  ];
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    drop: fc.nat(40),
    add: fc.constantFrom("", ...words),
  });
  return fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(edit, { maxLength: 4 }),
      fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    )
    .map(([text, edits, cut]) => {
      let result = text;
      for (const { at, drop, add } of edits) {
        const start = Math.floor(at * result.length);
        result = result.slice(0, start) + add + result.slice(start + drop);
      }
      return cut === null ? result : result.slice(0, Math.floor(cut * result.length));
    });
}

/** Texts whose values are exchanged for others of the same or another kind. */
function exchanged(texts: readonly string[]): fc.Arbitrary<string> {
  const values = ["0", "-3", "2.5", "1e30", "9007199254740993", "abc", "[1, 2]", "{a: 1}", "''", "null", "true", "5"];
  return fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(), fc.constantFrom(...values))
    .map(([text, first, second, value]) => {
      const lines = text.split("\n");
      for (const pick of [first, second]) {
        const at = pick % lines.length;
        lines[at] = lines[at].replace(/: [^,{}[\]]+/, `: ${value}`);
      }
      return lines.join("\n");
    });
}

function exampleTexts(): string[] {
  const root = join(repositoryRoot, "examples");
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const files = readdirSync(join(root, name)).filter((file) => /\.ya?ml$/.test(file));
      return files.map((file) => readFileSync(join(root, name, file), "utf8")).join("\n");
    });
}

test("broken examples are read as far as they go", () => {
  const texts = exampleTexts();
  texts.forEach(check);
  fc.assert(fc.property(mutations(texts), check), { numRuns: 300, seed: 11 });
  fc.assert(fc.property(exchanged(texts), check), { numRuns: 300, seed: 12 });
});

test("broken reference inputs are read as far as they go", { skip: skipWithoutShared }, () => {
  const folder = join(sharedDir()!, "data", "timeloop", "cases");
  const ids = readdirSync(folder).filter((_, index) => index % 17 === 0);
  const texts = ids.map((id) => readFileSync(join(folder, id, "input.yaml"), "utf8"));
  fc.assert(fc.property(mutations(texts), check), { numRuns: 400, seed: 13 });
  fc.assert(fc.property(exchanged(texts), check), { numRuns: 400, seed: 14 });
});

test("any tree of known words is read", () => {
  const words = `architecture arch version 0.3 0.4 legacy subtree local name class attributes DRAM SRAM intmac regfile
    instances meshX depth width problem shape dimensions data_spaces projection coefficients instance C K ERT ART
    tables actions energy area mapping target type temporal spatial factors C=4 permutation CK keep bypass constraints
    targets mapspace variables evaluate counting exact mapper nodes cnn_layer layers count storage arithmetic 5 0 -1`;
  const word = fc.constantFrom(...words.split(/\s+/));
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      word,
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(word, tie("tree"), { maxKeys: 5 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(word, tree, { maxKeys: 6 }), (value) => check(JSON.stringify(value))),
    { numRuns: 4000, seed: 15 },
  );
});
