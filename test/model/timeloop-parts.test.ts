import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { differenceBoxes, shiftBetween, wholeTile } from "../../server/src/engine/model/timeloop/boxes.ts";
import { collapse } from "../../server/src/engine/model/timeloop/collapse.ts";
import { compareWithHistory, emptyHistory, overlap, remember } from "../../server/src/engine/model/timeloop/delta.ts";
import { servedByNeighbours } from "../../server/src/engine/model/timeloop/links.ts";
import { multicastPatterns } from "../../server/src/engine/model/timeloop/multicast.ts";
import { buildNest, operationsOfFirstInstance } from "../../server/src/engine/model/timeloop/nest.ts";
import { countReads, countUpdates } from "../../server/src/engine/model/timeloop/read-modify-write.ts";
import { stepsOf } from "../../server/src/engine/model/timeloop/steps.ts";
import { roundHalfAway, type Tile } from "../../server/src/engine/model/timeloop/tile.ts";
import { toyGemm } from "../support/toy.ts";

const at = (...x: number[]) => Float64Array.from(x);

/** Words sent for each position of a window of four words, in turn. */
function slide(positions: readonly number[], pausesCount: boolean): number[] {
  const history = emptyHistory(1);
  const extent = at(4);
  return positions.map((low) => {
    const whole = compareWithHistory(history, at(low), extent, pausesCount) === "all";
    const words = whole ? 4 : 4 - overlap(history, at(low), extent);
    remember(history, at(low), extent);
    return words;
  });
}

test("a window sends what is new while its stride stays, everything when the stride changes", () => {
  assert.deepEqual(slide([0, 1, 2, 3], false), [4, 1, 1, 1]);
  assert.deepEqual(slide([0, 1, 3, 5], false), [4, 1, 4, 2], "a new stride costs the whole tile once, then holds");
  assert.deepEqual(slide([0, 2, 0, 2], false), [4, 2, 4, 2], "back is another stride");
  assert.deepEqual(slide([0, 9], false), [4, 4]);
});

test("a pause keeps the stride; before January 2025 it counted as one", () => {
  assert.deepEqual(slide([0, 1, 1, 2, 2, 3], false), [4, 1, 0, 1, 0, 1]);
  assert.deepEqual(slide([0, 1, 1, 2, 2, 3], true), [4, 1, 4, 1, 4, 1]);
  assert.deepEqual(slide([0, 0, 1, 2], true), [4, 0, 4, 1]);
});

test("a smaller last tile moves by the rounded distance of the centres", () => {
  const history = emptyHistory(1);
  const move = (low: number, extent: number) => {
    const remaining = compareWithHistory(history, at(low), at(extent), false);
    remember(history, at(low), at(extent));
    return remaining;
  };
  assert.equal(move(0, 4), "all");
  assert.equal(move(4, 4), "difference");
  assert.equal(move(8, 3), "difference", "3.5 rounds to 4, the stride before");
  assert.equal(move(12, 1), "all", "3 is another stride");
});

test("the difference of two tiles is cut into boxes that hold exactly the new words", () => {
  const box = fc.record({
    low: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 3, maxLength: 3 }),
    extent: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 3 }),
  });
  fc.assert(
    fc.property(box, box, (before, now) => {
      const history = emptyHistory(3);
      remember(history, at(...before.low), at(...before.extent));
      const low = at(...now.low);
      const extent = at(...now.extent);
      const size = (b: readonly number[]) => [0, 1, 2].reduce((p, k) => p * (b[3 + k] - b[k]), 1);
      const boxes = differenceBoxes(history, low, extent);
      const words = boxes.reduce((sum, b) => sum + size(b), 0);
      assert.equal(words, extent.reduce((p, e) => p * e, 1) - overlap(history, low, extent));
      const moved = boxes.map((b) => b.map((x, k) => x + [2, -1, 5][k % 3]));
      assert.deepEqual(shiftBetween(boxes, moved, 3), boxes.length === 0 ? null : [2, -1, 5]);
    }),
  );
});

test("the passes walked stand for all passes of a loop", () => {
  const loop = fc.record({ trips: fc.integer({ min: 1, max: 60 }), last: fc.boolean(), imperfect: fc.boolean() });
  fc.assert(
    fc.property(loop, ({ trips, last, imperfect }) => {
      const steps = stepsOf(trips, last, imperfect);
      assert.equal(
        steps.reduce((sum, step) => sum + step.inside, 0),
        trips,
      );
      assert.equal(
        steps.reduce((sum, step) => sum + step.weight, 0),
        trips,
      );
      if (last) assert.equal(steps[steps.length - 1].index, trips - 1);
      assert.ok(steps.length <= (last ? 4 : 2));
    }),
  );
});

test("children with one tile are served together, hops run along a row and then the columns", () => {
  const grid = { width: 4, height: 3 };
  assert.deepEqual(multicastPatterns(Int32Array.of(0, 0, 0, 0), grid, false, null), [
    { multicast: 4, scatter: 1, hops: 3 + 4, separateHops: 0 + 1 + 2 + 3 + 4 },
  ]);
  assert.deepEqual(multicastPatterns(Int32Array.of(0, 1, 0, 1), grid, false, null), [
    { multicast: 2, scatter: 2, hops: 2 + 2 + (3 + 2), separateHops: 0 + 2 + 2 + (1 + 3 + 2) },
  ]);
  assert.deepEqual(
    multicastPatterns(Int32Array.of(0, 0, 1), grid, false, null).map((p) => [p.multicast, p.scatter]),
    [
      [2, 1],
      [1, 1],
    ],
  );
  assert.equal(multicastPatterns(Int32Array.of(0, 0, 0), grid, true, null)[0].scatter, 3);
});

test("a neighbour passes on what it received one step earlier", () => {
  // Four children in a row, each one word behind the next: after a step by one, all but the last are served.
  const row = { children: 4, offset: at(0, 1, 2, 3), group: Int32Array.of(0, 1, 2, 3) };
  const served = (toroidal: boolean, grid = { width: 4, height: 1 }) =>
    [...(servedByNeighbours(row, row, [1], grid, toroidal) ?? [])].join("");
  assert.equal(served(false), "1110");
  assert.equal(served(false, { width: 2, height: 2 }), "1010", "the row ends at the width of the array");
  assert.equal(servedByNeighbours(row, row, [2], { width: 4, height: 1 }, false), null, "only from next door");
  assert.deepEqual(wholeTile(at(3), at(2)), [[3, 5]]);
});

function plainTile(changes: Partial<Tile>): Tile {
  const accesses = changes.contentAccesses ?? 0;
  return {
    size: 1,
    held: 1,
    partition: 0,
    partitionDivisor: 1,
    records: [{ multicast: 1, scatter: 1, accesses, hops: 0, separateHops: 0 }],
    distributed: [],
    contentAccesses: accesses,
    parentShare: 0,
    linkTransfers: 0,
    peerAccesses: 0,
    peerFills: 0,
    fanout: 1,
    instances: 1,
    rmwFirstUpdate: false,
    noCoalesce: false,
    reads: 0,
    fills: 0,
    updates: 0,
    temporalReductions: 0,
    ...changes,
  };
}

test("a bypassed level hands its accesses to the next outer one", () => {
  const tiles = [
    plainTile({ size: 2, contentAccesses: 100 }),
    plainTile({ size: 4, contentAccesses: 40 }),
    plainTile({ size: 8, partitionDivisor: 8, contentAccesses: 10 }),
  ];
  collapse(tiles, [true, false, true], [false, false, false], false);
  countReads(tiles);
  assert.deepEqual(
    tiles.map(({ size, reads, fills }) => [size, reads, fills]),
    [
      [2, 100, 40],
      [0, 0, 0],
      [8, 40, 0],
    ],
  );
});

test("the share of a tensor one instance owns is divided in whole numbers, beyond 2^53 too", () => {
  const tiles = [
    plainTile({ size: 3, partitionDivisor: 7, contentAccesses: 9 }),
    plainTile({ size: 9_007_199_254_740_991, contentAccesses: 9 }),
  ];
  collapse(tiles, [true, true], [false, false], false);
  assert.equal(tiles[0].partition, Number((9_007_199_254_740_991n * 3n) / 7n));
});

test("first words of an output are neither read nor filled, unless the directives say so", () => {
  const counted = (changes: Partial<Tile>, elide = true, elideFill = true) => {
    const tiles = [
      plainTile({ size: 4, contentAccesses: 20, parentShare: 12, partition: 5, ...changes }),
      plainTile({}),
    ];
    countUpdates(tiles, elide, elideFill);
    const [{ reads, fills, updates, temporalReductions }] = tiles;
    return [reads, fills, updates, temporalReductions];
  };
  assert.deepEqual(counted({}), [15, 7, 20, 15]);
  assert.deepEqual(counted({}, true, false), [15, 12, 20, 15], "before May 2023 the fill was counted");
  assert.deepEqual(counted({}, false), [20, 12, 20, 20]);
  assert.deepEqual(counted({ rmwFirstUpdate: true }), [20, 12, 20, 20]);
  assert.deepEqual(counted({ noCoalesce: true }), [20, 20, 20, 20]);
  assert.deepEqual(counted({ peerAccesses: 2.5, peerFills: 2.5 }), [18, 10, 20, 18]);
});

test("halves are rounded away from zero", () => {
  assert.deepEqual([0.5, 1.5, 2.4, -0.5, -1.2].map(roundHalfAway), [1, 2, 2, -1, -1]);
});

test("imperfect spatial loops use the average number of instances; steps follow the first one", () => {
  const workload = toyGemm({ M: 7, N: 1, K: 4 });
  const loop = (dimension: number, factor: number, residual = factor) => ({ dimension, factor, residual });
  const keep = [true, true, true];
  const nest = buildNest(workload, {
    levels: [
      { temporal: [loop(2, 4)], spatialX: [], spatialY: [], keep },
      { temporal: [loop(0, 2)], spatialX: [loop(0, 4, 3)], spatialY: [], keep },
    ],
  });
  assert.equal(nest.usedInstances[0], 3.5);
  assert.equal(operationsOfFirstInstance(nest), 8);
});
