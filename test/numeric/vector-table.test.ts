import assert from "node:assert/strict";
import { test } from "node:test";
import { VectorTable } from "../../server/src/engine/numeric/vector-table.ts";
import { Random } from "../support/random.ts";

test("equal vectors share a number, others do not", () => {
  const random = new Random(5);
  const table = new VectorTable();
  for (const width of [1, 3, 7]) {
    table.clear(width);
    const known = new Map<string, number>();
    const vector = new Float64Array(width + 2);
    for (let k = 0; k < 3000; k++) {
      // Whole numbers beyond 32 bits, many of which agree in their lower half.
      for (let i = 0; i < width; i++) vector[i] = random.between(-4, 4) * (random.chance(0.5) ? 1 : 2 ** 33);
      const name = vector.subarray(0, width).join();
      const size = known.size;
      const number = table.numberOf(vector);
      assert.equal(number, known.get(name) ?? size, name);
      known.set(name, number);
      assert.equal(table.size, known.size);
    }
    for (const [name, number] of known) {
      assert.equal(table.values.subarray(number * width, (number + 1) * width).join(), name);
    }
  }
});
