/** Old results over new ones: what is worked out slice by slice while the text goes on changing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Designs } from "../../server/src/lsp/designs.ts";
import { DesignStore } from "../../server/src/workspace/store.ts";
import { designOf } from "../bench/editor-designs.ts";

const uri = "file:///d.yaml";
const long = designOf(2_000);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A store that tells how far each state of the files was worked out. */
function watchedStore() {
  const store = new DesignStore();
  const works: { revision: number; steps: number; ended: boolean }[] = [];
  const preparing = store.preparing.bind(store);
  store.preparing = function* (of: string) {
    const work = { revision: store.revision, steps: 0, ended: false };
    works.push(work);
    const steps = preparing(of);
    for (;;) {
      const step = steps.next();
      if (step.done) {
        work.ended = true;
        return step.value;
      }
      work.steps++;
      yield;
    }
  };
  return { store, works };
}

test("an answer is about the text as it is when the answer comes, however many edits came in between", async () => {
  const { store } = watchedStore();
  const designs = new Designs(store);
  store.open(uri, long);
  const answers = [designs.context(uri), designs.checked(uri)];
  for (let edit = 1; edit <= 5; edit++) {
    await turn();
    store.open(uri, `# edit ${edit}\n${long.replace("R=3", edit % 2 === 1 ? "R=5" : "R=3")}`);
    answers.push(designs.context(uri), designs.checked(uri));
  }
  for (const answer of await Promise.all(answers)) {
    assert.match(answer?.file.text ?? "", /^# edit 5\n/);
    assert.equal(answer!.snapshot.files[0], answer!.file, "the design is that of the text");
    if ("problems" in answer!) {
      const problems = (answer.problems as { code: string }[]).map(({ code }) => code);
      assert.ok(problems.includes("factor-product"), "the problems are those of the text");
    }
  }
});

test("work that an edit has overtaken is given up at once", async () => {
  const { store, works } = watchedStore();
  const designs = new Designs(store);
  store.open(uri, long);
  const answer = designs.checked(uri);
  while ((works[0]?.steps ?? 0) === 0) await turn();
  store.open(uri, `${long}# later\n`);
  const [first] = works;
  const { steps } = first;
  assert.equal(first.ended, false, "the design is long enough to be interrupted");
  assert.match((await answer)!.file.text, /# later\n$/);
  assert.equal(first.steps, steps, "no step more");
  assert.equal(first.ended, false);
});

test("however many ask for one state of the files, it is worked out once", async () => {
  const { store, works } = watchedStore();
  const designs = new Designs(store);
  store.open(uri, long);
  await Promise.all([designs.context(uri), designs.checked(uri), designs.context(uri), designs.checked(uri)]);
  assert.equal(works.length, 1);
});
