import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, parsing } from "../../server/src/syntax/parse.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import type { YamlFile } from "../../server/src/syntax/tree.ts";
import { designOf } from "../bench/editor-designs.ts";
import { Random } from "../support/random.ts";
import { randomEdit, sources } from "./random-edits.ts";

const whole = (text: string) => finish(parsing({ uri: "a.yaml", text }, Number.POSITIVE_INFINITY));

const isBroken = ({ problems }: YamlFile) => problems.some(({ severity }) => severity === "error");

test("a text composed in pieces, however short, reads as one composed at once", () => {
  const random = new Random(Number(process.env.SEED ?? 2026));
  const next = (below: number) => random.below(below);
  const rounds = Number(process.env.EDITS ?? 300);
  for (let round = 0; round < rounds; round++) {
    let text = sources[next(sources.length)];
    for (let step = next(4); step > 0; step--) {
      const { start, end, text: inserted } = randomEdit(text, next);
      text = text.slice(0, start) + inserted + text.slice(end);
    }
    const length = [1, 40, 200, 1000][next(4)];
    const [pieced, once] = [finish(parsing({ uri: "a.yaml", text }, length)), whole(text)];
    const what = `${length} ${JSON.stringify(text)}`;
    assert.deepEqual(pieced.tree.documents, once.tree.documents, what);
    // Of broken indentation a piece may tell a mistake more: what the tree says is the same, and that it is broken.
    assert.equal(isBroken(pieced.tree), isBroken(once.tree), what);
    if (!isBroken(once.tree)) assert.deepEqual(pieced, once, what);
  }
});

test("anchors before, in and after the pieces are found", () => {
  const items = Array.from(
    { length: 40 },
    (_, i) => `  - {n: ${i}, a: *a, b: &b${i} ${i}, c: *b${Math.max(0, i - 1)}}`,
  );
  const text = `head: &a {x: 1}\nlist:\n${items.join("\n")}\ntail: [*a, *b39]\nmerged:\n  <<: *a\n  own: &o [*o]\n`;
  assert.deepEqual(finish(parsing({ uri: "a.yaml", text }, 100)), whole(text));
});

test("a long text is parsed in many steps", () => {
  let steps = 0;
  for (const _ of parsing({ uri: "a.yaml", text: designOf(10_000) })) steps++;
  assert.ok(steps > 90, `${steps} steps`);
  assert.deepEqual(parse({ uri: "a.yaml", text: designOf(2_000) }), whole(designOf(2_000)));
});
