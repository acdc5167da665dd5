import assert from "node:assert/strict";
import { test } from "node:test";
import { trafficCurve } from "../../server/src/engine/search/traffic-curve.ts";
import { toyArchitecture, toyGemm, toyLevel } from "../support/toy.ts";

function curve(bounds: { M: number; N: number; K: number }) {
  const steps = trafficCurve(toyArchitecture([toyLevel("Reg"), toyLevel("DRAM")]), toyGemm(bounds));
  for (;;) {
    const { value, done } = steps.next();
    if (done) return value;
  }
}

test("a larger buffer needs less traffic, down to every word once", () => {
  const points = curve({ M: 12, N: 8, K: 6 });
  for (let i = 1; i < points.length; i++) {
    assert.ok(points[i].bufferWords > points[i - 1].bufferWords);
    assert.ok(points[i].trafficWords < points[i - 1].trafficWords);
  }
  assert.equal(points.at(-1)?.trafficWords, 12 * 6 + 6 * 8 + 12 * 8);
});

test("with one word of each tensor, one tensor stays in place", () => {
  const [first] = curve({ M: 4, N: 4, K: 16 });
  // The sum stays: each MAC reads two words, each output leaves once.
  assert.deepEqual(first, { bufferWords: 3, trafficWords: 2 * 4 * 4 * 16 + 16 });
});
