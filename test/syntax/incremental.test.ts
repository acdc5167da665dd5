import assert from "node:assert/strict";
import { test } from "node:test";
import { reparse } from "../../server/src/syntax/incremental.ts";
import { parse } from "../../server/src/syntax/parse.ts";
import { followYaml, parseYaml } from "../../server/src/syntax/yaml.ts";
import { designOf } from "../bench/editor-designs.ts";
import { Random } from "../support/random.ts";
import { randomEdit, sources } from "./random-edits.ts";

test("a piecewise parse equals a whole one, after thousands of random edits", () => {
  const random = new Random(Number(process.env.SEED ?? 2026));
  const next = (below: number) => random.below(below);
  let piecewise = 0;
  const rounds = Number(process.env.EDITS ?? 1_500);
  for (let round = 0; round < rounds; round++) {
    let text = sources[next(sources.length)];
    let file = { uri: "a.yaml", text };
    let known = parse(file);
    for (let step = 0; step < 3; step++) {
      const { start, end, text: inserted } = randomEdit(text, next);
      text = text.slice(0, start) + inserted + text.slice(end);
      const after = { uri: "a.yaml", text };
      const partial = reparse(file, known, after);
      const whole = parse(after);
      if (partial !== null) {
        piecewise++;
        assert.deepEqual(
          partial.tree,
          whole.tree,
          JSON.stringify({ start, end, inserted, around: text.slice(start - 200, start + 200) }),
        );
      }
      known = partial ?? whole;
      file = after;
    }
  }
  assert.ok(piecewise > rounds / 4, `${piecewise} of ${3 * rounds} edits were parsed piecewise`);
});

test("typing in a long file parses only the list item that is typed in", () => {
  const text = designOf(2_000);
  const at = text.indexOf("K: ", text.length >> 1) + 3;
  const first = { uri: "a.yaml", text };
  const second = { uri: "a.yaml", text: `${text.slice(0, at)}7${text.slice(at)}` };
  const before = parseYaml(first);
  followYaml(first, second);
  const after = parseYaml(second);
  const layersOf = (tree: typeof before) => {
    const problem = tree.root?.kind === "map" ? tree.root.index.get("problem")!.value : null;
    const instance = problem?.kind === "map" ? problem.index.get("instance")!.value : null;
    return instance?.kind === "sequence" ? instance.items : [];
  };
  const [old, fresh] = [layersOf(before), layersOf(after)];
  assert.equal(fresh[0], old[0], "layers before the edit are the same objects");
  assert.notDeepEqual(fresh, old);
  assert.deepEqual(after, parse(second).tree);
});

test("a directive typed behind another parses list items only", () => {
  let text = designOf(300);
  const at = text.indexOf("\n- target: WeightSpad");
  const typed = "\n- target: PsumSpad\n  type: temporal\n  factors: K=1";
  let known = parse({ uri: "a.yaml", text });
  for (const [i, letter] of [...typed].entries()) {
    const after = text.slice(0, at + i) + letter + text.slice(at + i);
    const partial = reparse({ uri: "a.yaml", text }, known, { uri: "a.yaml", text: after });
    assert.ok(partial, `after ${JSON.stringify(typed.slice(0, i + 1))}`);
    assert.deepEqual(partial.tree, parse({ uri: "a.yaml", text: after }).tree);
    text = after;
    known = partial;
  }
});

test("a value that is missing before comments is where a whole parse sees it", () => {
  const before = `${"# of no meaning\n".repeat(150)}variables:\n  side: 16\n# a comment\n# another\n`;
  const after = before.replace("16", "");
  const partial = reparse({ uri: "a.yaml", text: before }, parse({ uri: "a.yaml", text: before }), {
    uri: "a.yaml",
    text: after,
  });
  assert.deepEqual((partial ?? parse({ uri: "a.yaml", text: after })).tree, parse({ uri: "a.yaml", text: after }).tree);
});
