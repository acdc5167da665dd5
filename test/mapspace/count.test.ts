import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { MapspaceConstraint, MapspaceKind } from "../../server/src/engine/mapspace/constraints.ts";
import type { Architecture, Workload } from "../../server/src/engine/model/types.ts";
import { loopViolations } from "../../server/src/engine/model/validity.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { architecture, compute, storage, workload } from "./hardware.ts";

const vector = (bound: number) => workload({ a: bound }, { X: ["a"], Y: ["a"] });

function space(a: Architecture, w: Workload, kind: MapspaceKind, constraints: MapspaceConstraint[] = []) {
  const { mapspace } = createMapspace(a, w, kind, constraints);
  assert.ok(mapspace !== undefined, "the mapspace is empty");
  return mapspace;
}

test("factorisations of a rank-1 tensor over DRAM, buffer and nine instances", () => {
  // Counted from the equations of the Ruby paper.
  const table: Record<number, number[]> = {
    3: [3, 5, 4, 6],
    16: [14, 27, 30, 48],
    64: [22, 38, 120, 184],
    100: [24, 42, 195, 286],
    127: [2, 36, 127, 364],
    256: [30, 46, 480, 727],
    512: [34, 54, 960, 1451],
  };
  // The innermost level holds no loop: its factors are fixed to 1.
  const machine = architecture([storage("Spad", { meshX: 9 }), storage("GLB"), storage("DRAM")], compute(9));
  const still: MapspaceConstraint = {
    id: 0,
    kind: "factor",
    level: 0,
    slot: "temporal",
    dimension: 0,
    relation: "=",
    value: 1,
  };
  for (const [bound, expected] of Object.entries(table)) {
    const kinds: MapspaceKind[] = ["pfm", "ruby-s", "ruby-t", "ruby"];
    const counts: number[] = kinds.map((kind): number =>
      Number(space(machine, vector(Number(bound)), kind, [still]).count().factorisations),
    );
    assert.deepEqual(counts, expected, `bound ${bound}`);
  }
});

/** Every assignment of P to slots that satisfies the chain rule, by trying all numbers. */
function bruteForce(
  bounds: number[],
  slots: { max: number; imperfect: boolean }[],
  fits: (chosen: number[][]) => boolean,
): number {
  const perDimension = bounds.map((bound) => {
    const found: number[][] = [];
    const visit = (slot: number, passes: number, chosen: number[]): void => {
      if (slot === slots.length) {
        if (passes === 1) found.push(chosen);
        return;
      }
      for (let p = 1; p <= Math.min(passes, slots[slot].max); p++) {
        if (!slots[slot].imperfect && passes % p !== 0) continue;
        visit(slot + 1, Math.ceil(passes / p), [...chosen, p]);
      }
    };
    visit(0, bound, []);
    return found;
  });
  let count = 0;
  const pick = (d: number, chosen: number[][]): void => {
    if (d === bounds.length) {
      if (fits(chosen)) count++;
      return;
    }
    for (const option of perDimension[d]) pick(d + 1, [...chosen, option]);
  };
  pick(0, []);
  return count;
}

test("counts equal brute force where a fan-out couples the dimensions", () => {
  const machine = architecture([storage("Spad", { meshX: 6 }), storage("DRAM")], compute(6));
  const layer = workload({ m: 8, n: 5, k: 6 }, { A: ["m", "k"], B: ["k", "n"], C: ["m", "n"] });
  for (const kind of ["pfm", "ruby-s", "ruby-t", "ruby"] as const) {
    const spatial = kind === "ruby" || kind === "ruby-s";
    const temporal = kind === "ruby" || kind === "ruby-t";
    const slots = [
      { max: 99, imperfect: temporal },
      { max: 6, imperfect: spatial },
      { max: 99, imperfect: temporal },
    ];
    const expected = bruteForce([8, 5, 6], slots, (chosen) => chosen.reduce((p, c) => p * c[1], 1) <= 6);
    const counted = space(machine, layer, kind).count();
    assert.equal(Number(counted.factorisations), expected, kind);
    assert.equal(Number(counted.orders), 6);
    assert.equal(Number(counted.keeps), 8);
  }
});

test("X, Y and least parallelism", () => {
  const machine = architecture([storage("Spad", { meshX: 4, meshY: 3 }), storage("DRAM")], compute(4, 3));
  const layer = workload({ m: 6, n: 4 }, { A: ["m"], C: ["n"] });
  const factors = (bound: number) => [1, 2, 3, 4, 5, 6].filter((p) => bound % p === 0);
  const splits = (n: number) => factors(n).length;
  let all = 0;
  let wide = 0;
  for (const m of factors(6)) {
    for (const n of factors(4)) {
      const rest = splits(6 / m) * splits(4 / n);
      for (const mSide of m === 1 ? ["x"] : ["x", "y"]) {
        for (const nSide of n === 1 ? ["x"] : ["x", "y"]) {
          const x = (mSide === "x" ? m : 1) * (nSide === "x" ? n : 1);
          const y = (mSide === "y" ? m : 1) * (nSide === "y" ? n : 1);
          if (x > 4 || y > 3) continue;
          all += rest;
          if (m * n >= 6) wide += rest;
        }
      }
    }
  }
  assert.equal(Number(space(machine, layer, "pfm").count().factorisations), all);
  const least: MapspaceConstraint = { id: 1, kind: "min-parallelism", level: 0, value: 0.5 };
  assert.equal(Number(space(machine, layer, "pfm", [least]).count().factorisations), wide);
});

test("enumeration gives every mapping once, all of them valid, in the same order each time", () => {
  const machine = architecture([storage("Spad", { meshX: 3 }), storage("GLB"), storage("DRAM")], compute(3));
  const layer = workload({ m: 5, n: 4 }, { A: ["m"], C: ["n"] });
  for (const kind of ["pfm", "padded", "ruby-s", "ruby-t", "ruby"] as const) {
    const set = space(machine, layer, kind);
    const seen = new Set<string>();
    const point = set.createPoint();
    for (const _ of set.enumerate(point)) {
      const { bounds, factors, residuals, alongY, orders, keep } = point;
      seen.add([bounds, factors, residuals, alongY, orders, keep].map((part) => part.join()).join("/"));
      assert.deepEqual(loopViolations(set.workloadOf(point), set.mapping(point)), []);
    }
    assert.equal(seen.size, Number(set.count().total), kind);
  }
});

test("sampling is uniform", () => {
  const machine = architecture([storage("Spad", { meshX: 3 }), storage("DRAM")], compute(3));
  const layer = workload({ m: 7, n: 3 }, { A: ["m"], C: ["n"] });
  for (const kind of ["pfm", "padded", "ruby-s", "ruby"] as const) {
    const set = space(machine, layer, kind);
    const total = Number(set.count().total);
    const point = set.createPoint();
    const random = new Prng(7);
    const hits = new Map<string, number>();
    const draws = total * 60;
    for (let i = 0; i < draws; i++) {
      set.sample(random, point);
      const key = [point.bounds, point.factors, point.alongY, point.orders, point.keep]
        .map((part) => part.join())
        .join("/");
      hits.set(key, (hits.get(key) ?? 0) + 1);
    }
    assert.equal(hits.size, total, kind);
    let chi = 0;
    for (const n of hits.values()) chi += (n - 60) ** 2 / 60;
    // Normal approximation of chi-squared with total − 1 degrees of freedom, 5 standard deviations.
    assert.ok(chi < total - 1 + 5 * Math.sqrt(2 * (total - 1)), `${kind}: chi-squared ${chi} for ${total} cells`);
  }
});

test("a dimension of 6144 on a machine of nested arrays takes little memory and is sampled at once", () => {
  const machine = architecture(
    [
      storage("Register", { meshX: 16, meshY: 16 }),
      storage("Accumulator", { meshX: 16, meshY: 4 }),
      storage("Weights", { meshX: 16, meshY: 1 }),
      storage("Inputs", { meshX: 16, meshY: 1 }),
      storage("Global"),
      storage("DRAM"),
    ],
    compute(16, 16),
  );
  const layer = workload({ c: 1024, m: 6144, p: 14, q: 14 }, { W: ["c", "m"], I: ["c", "p", "q"], O: ["m", "p", "q"] });
  const before = process.memoryUsage();
  const set = space(machine, layer, "ruby");
  assert.ok(set.count().total > 10n ** 30n);
  const point = set.createPoint();
  const random = new Prng(1);
  for (let i = 0; i < 20_000; i++) {
    set.sample(random, point);
    if (i % 1000 === 0) assert.deepEqual(loopViolations(layer, set.mapping(point)), []);
  }
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  assert.ok(grown < 100e6, `${(grown / 1e6).toFixed(0)} MB`);
});

test("a contradiction names the fewest constraints that make it", () => {
  const machine = architecture([storage("Spad", { meshX: 4 }), storage("DRAM")], compute(4));
  const layer = workload({ m: 6, n: 4 }, { A: ["m"], C: ["n"] });
  const factor = (
    id: number,
    level: number,
    slot: "temporal" | "spatial",
    dimension: number,
    value: number,
    relation: "=" | "<=" | ">=" = "=",
  ): MapspaceConstraint => ({ id, kind: "factor", level, slot, dimension, relation, value });
  const alone = createMapspace(machine, layer, "pfm", [factor(3, 0, "temporal", 1, 2), factor(5, 0, "temporal", 0, 4)]);
  assert.deepEqual(alone.conflict, { ids: [5], cause: "factors", dimension: 0 });
  const pair = createMapspace(machine, layer, "pfm", [
    factor(1, 0, "temporal", 0, 3),
    factor(2, 1, "spatial", 0, 1),
    factor(4, 1, "temporal", 0, 3, ">="),
  ]);
  assert.deepEqual(pair.conflict, { ids: [1, 4], cause: "factors", dimension: 0 });
  const shared = createMapspace(machine, layer, "pfm", [
    factor(1, 1, "spatial", 0, 3),
    factor(2, 1, "spatial", 1, 2),
    factor(3, 0, "temporal", 1, 1),
  ]);
  assert.deepEqual(shared.conflict?.ids, [1, 2]);
  assert.equal(shared.conflict?.cause, "fanout");
  const permutation = (id: number, prefix: number[]): MapspaceConstraint => ({
    id,
    kind: "permutation",
    level: 1,
    slot: "temporal",
    prefix,
    suffix: [],
  });
  const orders = createMapspace(machine, layer, "pfm", [permutation(1, [0]), permutation(2, []), permutation(6, [1])]);
  assert.deepEqual(orders.conflict, { ids: [1, 6], cause: "permutation", level: 1 });
  const kept = (id: number, keep: boolean): MapspaceConstraint => ({ id, kind: "keep", level: 0, dataSpace: 1, keep });
  assert.deepEqual(createMapspace(machine, layer, "pfm", [kept(7, true), kept(9, false)]).conflict?.ids, [7, 9]);
});
