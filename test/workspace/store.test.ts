import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDesign } from "../../server/src/rules/check.ts";
import { DesignStore, type Snapshot } from "../../server/src/workspace/store.ts";
import { designOf } from "../bench/editor-designs.ts";
import { Random } from "../support/random.ts";
import { randomEdit } from "../syntax/random-edits.ts";

const uri = "file:///designs/design.timeloop.yaml";

/** What a design says, costs and does wrong. */
function told({ specification, analysis, files }: Snapshot) {
  return { specification, layers: analysis.layers, problems: checkDesign(analysis, files) };
}

test("what an edited design is known by equals what it says when it is opened as it is", () => {
  const random = new Random(Number(process.env.SEED ?? 2026));
  const rounds = Number(process.env.EDITS ?? 20);
  let costed = 0;
  for (let round = 0; round < rounds; round++) {
    const store = new DesignStore();
    let text = designOf(300);
    store.open(uri, text);
    store.snapshot(uri);
    for (let step = 0; step < 3; step++) {
      const { start, end, text: typed } = random.below(2) === 0 ? editOfNumber(text, random) : anyEdit(text, random);
      text = text.slice(0, start) + typed + text.slice(end);
      store.open(uri, text);
      const edited = store.snapshot(uri)!;
      const fresh = new DesignStore();
      fresh.open(uri, text);
      assert.deepEqual(told(edited), told(fresh.snapshot(uri)!), JSON.stringify({ start, end, typed }));
      if (edited.analysis.layers.some(({ outcome }) => outcome?.evaluation)) costed++;
    }
  }
  assert.ok(costed > rounds, `${costed} of ${3 * rounds} designs had a cost`);
});

/** Another number in a layer, a directive or the architecture. */
function editOfNumber(text: string, random: Random) {
  const match = random.pick([...text.matchAll(/[:=] ?\d+/g)]);
  return { start: match.index + 1, end: match.index + match[0].length, text: ` ${1 + random.below(40)}` };
}

const anyEdit = (text: string, random: Random) => randomEdit(text, (below) => random.below(below));
