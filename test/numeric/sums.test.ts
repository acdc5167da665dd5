import assert from "node:assert/strict";
import { test } from "node:test";
import { differentSums } from "../../server/src/engine/numeric/sums.ts";

test("different sums of two steps are as many as their list holds", () => {
  for (let a = 1; a <= 6; a++) {
    for (let b = 1; b <= 6; b++) {
      for (let p = 1; p <= 5; p++) {
        for (let q = 1; q <= 5; q++) {
          const sums = new Set<number>();
          for (let i = 0; i < p; i++) for (let j = 0; j < q; j++) sums.add(a * i + b * j);
          assert.equal(differentSums(a, p, b, q), sums.size, `${a}·i + ${b}·j, i < ${p}, j < ${q}`);
        }
      }
    }
  }
});
