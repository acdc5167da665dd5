import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Pace } from "../../webview/src/pace.ts";

/** A clock on which each drawing takes as long as it is told to. */
function clockwork() {
  let time = 0;
  const frames: (() => void)[] = [];
  const timers: { at: number; work: () => void }[] = [];
  const spend = (ms: number) => {
    time += ms;
  };
  return {
    clock: {
      now: () => time,
      frame: (work: () => void) => void frames.push(work),
      later: (work: () => void, ms: number) => void timers.push({ at: time + ms, work }),
    },
    spend,
    time: () => time,
    timers,
    nextFrame() {
      spend(16);
      for (const work of frames.splice(0)) work();
    },
    /** Lets time pass in frames. */
    until(end: number) {
      while (time < end) {
        this.nextFrame();
        for (const due of timers.filter(({ at }) => at <= time)) {
          timers.splice(timers.indexOf(due), 1);
          due.work();
        }
      }
    },
  };
}

describe("when the panel draws", () => {
  test("many messages in one frame are drawn once", () => {
    const { clock, nextFrame } = clockwork();
    let drawn = 0;
    const pace = new Pace(() => drawn++, clock);
    for (let i = 0; i < 5; i++) pace.soon();
    pace.now();
    nextFrame();
    assert.equal(drawn, 1);
  });

  test("the news of a search takes about a third of the time, however slow drawing is", () => {
    const work = clockwork();
    const drawingMs = 500;
    let drawn = 0;
    const pace = new Pace(() => {
      drawn++;
      work.spend(drawingMs);
    }, work.clock);
    const end = 60_000;
    for (let at = 0; at < end; at += 100) {
      work.until(at);
      pace.soon();
    }
    const share = (drawn * drawingMs) / work.time();
    assert.ok(share > 0.2 && share < 0.36, `${share}`);
  });

  test("what a person does is drawn in the next frame even then", () => {
    const work = clockwork();
    let drawn = 0;
    const pace = new Pace(() => {
      drawn++;
      work.spend(500);
    }, work.clock);
    pace.soon();
    work.nextFrame();
    work.nextFrame();
    pace.soon();
    assert.equal(work.timers.length, 1, "the next news waits");
    pace.now();
    work.nextFrame();
    assert.equal(drawn, 2);
  });

  test("cheap drawings never wait", () => {
    const work = clockwork();
    let drawn = 0;
    const pace = new Pace(() => drawn++, work.clock);
    for (let i = 0; i < 20; i++) {
      pace.soon();
      work.nextFrame();
      work.nextFrame();
    }
    assert.equal(drawn, 20);
    assert.equal(work.timers.length, 0);
  });

  test("the last news is drawn", () => {
    const work = clockwork();
    let news = 0;
    let seen = 0;
    const pace = new Pace(() => {
      seen = news;
      work.spend(300);
    }, work.clock);
    for (news = 1; news < 40; news++) {
      pace.soon();
      work.until(work.time() + 30);
    }
    pace.soon();
    work.until(work.time() + 2000);
    assert.equal(seen, 40);
  });
});
