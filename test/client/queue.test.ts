import assert from "node:assert/strict";
import { test } from "node:test";
import { OneAtATime } from "../../client/src/queue.ts";

test("any number of calls during a run cost one more run", async () => {
  let runs = 0;
  let active = 0;
  const queue = new OneAtATime(async () => {
    assert.equal(++active, 1, "never two at once");
    runs++;
    await new Promise((resolve) => setTimeout(resolve, 5));
    active--;
  });
  const first = queue.run();
  await new Promise((resolve) => setTimeout(resolve, 1));
  await Promise.all([first, queue.run(), queue.run(), queue.run()]);
  assert.equal(runs, 2);
});

test("a failed run does not stop the next", async () => {
  let runs = 0;
  const queue = new OneAtATime(async () => {
    runs++;
    throw new Error("no");
  });
  await queue.run();
  await queue.run();
  assert.equal(runs, 2);
});
