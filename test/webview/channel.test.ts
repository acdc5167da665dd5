import assert from "node:assert/strict";
import { test } from "node:test";
import type { FromPanel, ToPanelBody } from "../../server/src/features/explorer/protocol.ts";
import { Channel } from "../../webview/src/channel.ts";

const design = "file:///designs/a.map.yaml";

/** A panel's end of the line with time in the test's hand. */
function line() {
  const posted: FromPanel[] = [];
  const received: ToPanelBody[] = [];
  const waiting = new Set<() => void>();
  const channel = new Channel(
    design,
    {
      post: (message) => void posted.push(message),
      later: (work) => {
        waiting.add(work);
        return () => void waiting.delete(work);
      },
    },
    (message) => void received.push(message),
  );
  const pass = () => {
    for (const work of [...waiting]) {
      waiting.delete(work);
      work();
    }
  };
  const to = (body: ToPanelBody, sequence: number, session = "s1", about = design) =>
    channel.take({ ...body, design: about, session, sequence });
  return { channel, posted, received, pass, to, types: () => received.map(({ type }) => type) };
}

const welcome: ToPanelBody = { type: "welcome", offer: null, runs: [], state: null };
const cursor = (level: number): ToPanelBody => ({ type: "cursor", level });

test("the panel knocks until it is welcomed, so that no first message is lost", () => {
  const { channel, posted, received, pass, to } = line();
  channel.open();
  pass();
  pass();
  assert.deepEqual(
    posted.map(({ type, design: about }) => [type, about]),
    [
      ["ready", design],
      ["ready", design],
      ["ready", design],
    ],
  );
  to(welcome, 0);
  pass();
  assert.equal(posted.length, 3);
  assert.equal(received.length, 1);
});

test("what comes before the welcome, from another design or out of turn is dropped", () => {
  const { channel, to, types } = line();
  channel.open();
  to(cursor(1), 0);
  to(welcome, 1);
  to(cursor(1), 2);
  to(cursor(1), 2);
  to(cursor(2), 1);
  to(cursor(3), 3, "s1", "file:///designs/b.map.yaml");
  to(cursor(3), 3, "s0");
  channel.take(null);
  channel.take({ type: "cursor" });
  channel.take("text");
  assert.deepEqual(types(), ["welcome", "cursor"]);
});

test("a gap asks for everything anew, once, and nothing counts until it is there", () => {
  const { channel, posted, to, types } = line();
  channel.open();
  to(welcome, 0);
  to(cursor(1), 2);
  to(cursor(2), 3);
  assert.equal(posted.filter(({ type }) => type === "ready").length, 2);
  assert.deepEqual(types(), ["welcome"]);
  to(welcome, 4);
  to(cursor(3), 5);
  assert.deepEqual(types(), ["welcome", "welcome", "cursor"]);
});

test("a new life of the editor's side begins with its welcome, and its predecessor is not heard any more", () => {
  const { channel, to, types } = line();
  channel.open();
  to(welcome, 0, "s1");
  to(cursor(1), 1, "s1");
  to(welcome, 0, "s2");
  to(cursor(2), 2, "s1");
  to(cursor(3), 1, "s2");
  assert.deepEqual(types(), ["welcome", "cursor", "welcome", "cursor"]);
});
