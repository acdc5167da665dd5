import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { formatting } from "../../server/src/features/formatting.ts";
import { LineIndex } from "../../server/src/syntax/position.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { parseYaml } from "../../server/src/syntax/yaml.ts";
import { repositoryRoot } from "../support/shared.ts";

function format(text: string): string {
  const file = { uri: "a.yaml", text };
  const index = new LineIndex(text);
  let result = text;
  for (const { range, newText } of finish(formatting({ file, tree: parseYaml(file) })).toReversed()) {
    result = result.slice(0, index.offset(range.start)) + newText + result.slice(index.offset(range.end));
  }
  return result;
}

test("trailing spaces, blank lines, the last line and flow spacing are put in order", () => {
  assert.equal(format("a: 1  \n\n\n\n\nb: [ 1,2 , 3 ]"), "a: 1\n\nb: [1, 2, 3]\n");
  assert.equal(format("m: { a: 1,b: [ x,y ] } # note \r\n"), "m: {a: 1, b: [x, y]} # note\r\n");
});

test("text inside block and quoted scalars is left alone", () => {
  const block = "a: |\n  keep  \n\n\n\n\n  this\nb: 'x ,y'\n";
  assert.equal(format(block), block);
});

test("what stands beside such text is put in order all the same", () => {
  const text = "a: |\n  keep  \n\n\n\n\n  this\nb: 'x ,y'  \nc: \"1 ,2\"\nd: [ 'p ,q' , 2 ]   \n\n\n\n\ne: 1\n";
  assert.equal(format(text), "a: |\n  keep  \n\n\n\n\n  this\nb: 'x ,y'\nc: \"1 ,2\"\nd: ['p ,q', 2]\n\ne: 1\n");
});

test("a file with mistakes is left alone", () => {
  const text = "a: [1, 2  \nb: }  \n";
  assert.equal(format(text), text);
});

const examples = readdirSync(join(repositoryRoot, "examples"), { recursive: true })
  .map((name) => join(repositoryRoot, "examples", String(name)))
  .filter((path) => path.endsWith(".yaml"))
  .map((path) => readFileSync(path, "utf8"));

test("formatting keeps comments and meaning, and formatting twice is formatting once", () => {
  const plain = (text: string) =>
    JSON.stringify(parseYaml({ uri: "a", text }).documents, (key, value) => {
      if (key === "location" || key === "index") return undefined;
      return value;
    });
  const comments = (text: string) => text.match(/#.*/g)?.map((comment) => comment.trim());
  fc.assert(
    fc.property(
      fc.constantFrom(...examples),
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.constantFrom("  ", "\n\n\n\n", " "),
      (text, places, noise) => {
        let noisy = text;
        for (const place of places) {
          const ends = [...noisy.matchAll(/\n/g)].map((match) => match.index);
          const at = ends[place % ends.length];
          noisy = noisy.slice(0, at) + noise + noisy.slice(at);
        }
        const once = format(noisy);
        assert.equal(plain(once), plain(noisy));
        assert.deepEqual(comments(once), comments(noisy));
        assert.equal(format(once), once);
      },
    ),
    { numRuns: 100, seed: 7 },
  );
});
