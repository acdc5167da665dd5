import assert from "node:assert/strict";
import { test } from "node:test";
import { volumeRows } from "../../server/src/cli/volume-text.ts";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import {
  defaultEvaluationOptions,
  type Loop,
  type Mapping,
  type Workload,
} from "../../server/src/engine/model/types.ts";
import { divisors } from "../../server/src/engine/numeric/divisors.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import { codesign, nearestPowers } from "../../server/src/engine/search/gp/codesign.ts";
import { type GpProgress, gpRefusal, gpSearch } from "../../server/src/engine/search/gp/gp.ts";
import { type OrderClass, orderClasses, symmetries } from "../../server/src/engine/search/gp/orders.ts";
import {
  architectureFor,
  areaUm2,
  eyerissDimensions,
  thistleTechnology,
} from "../../server/src/engine/search/gp/technology.ts";
import { fullMapspace } from "../../server/src/engine/search/gp/technology-mapspace.ts";
import { type Trip, volume, type Words } from "../../server/src/engine/search/gp/volumes.ts";
import { workload as layerOf } from "../mapspace/hardware.ts";
import { convolution } from "../support/accelerators.ts";

const exactCounting = defaultEvaluationOptions("exact");
const machine = { units: 64, registers: 100_000, buffer: 10_000_000 };

const convolutionSpaces = { W: ["K", "C", "R", "S"], I: ["C", "P+R", "Q+S"], O: ["K", "P", "Q"] };

/** What the row's block is about; written in its first row alone. */
function betweenOf(rows: readonly string[][], at: number): string {
  return rows.slice(0, at + 1).findLast(([between]) => between !== "")?.[0] ?? "";
}

function finished(steps: Generator<GpProgress>): GpProgress {
  let progress: GpProgress | undefined;
  for (progress of steps);
  return progress!;
}

function wordsOf({ extents, trips }: Words, trip: (t: Trip) => number): number {
  const product = (list: readonly Trip[]) => list.reduce((p, t) => p * trip(t), 1);
  const ranks = extents.map(({ terms }) => terms.reduce((sum, t) => sum + t.coefficient * (product(t.trips) - 1), 1));
  return ranks.reduce((p, extent) => p * extent, product(trips));
}

/** Classes of a slot in which all dimensions but the kernel's have loops. */
function classesOf(workload: Workload, level: number): OrderClass[] {
  const all = workload.dimensions.map((_, d) => d);
  const moving = all.filter((d) => workload.dimensions[d].name !== "r");
  return orderClasses(workload, {
    level,
    inner: [level],
    prefix: [],
    free: all,
    suffix: [],
    moving,
    copied: workload.dataSpaces.map(() => true),
    spreading: level === 1 ? moving : [],
  });
}

const layers: Record<string, Workload> = {
  "matrix multiplication": layerOf({ m: 2, n: 2, k: 2 }, { A: ["m", "k"], B: ["k", "n"], C: ["m", "n"] }),
  convolution: layerOf({ k: 2, c: 2, p: 2, r: 2 }, { W: ["k", "c", "r"], I: ["c", "p+r"], O: ["k", "p"] }),
  "strided window": layerOf({ k: 2, p: 2, r: 2 }, { W: ["k", "r"], I: ["2p+r"], O: ["k", "p"] }),
};

for (const [name, shape] of Object.entries(layers)) {
  test(`volumes of every class are the counted accesses: ${name}`, () => {
    const random = new Prng(11);
    const nd = shape.dimensions.length;
    let compared = 0;
    for (const near of classesOf(shape, 1)) {
      for (const far of classesOf(shape, 2)) {
        // Loops of at least two trips everywhere, so that no copy moves further than its class says.
        const factors = Array.from({ length: 6 }, (_, slot) =>
          shape.dimensions.map((dimension, d) => {
            if (dimension.name === "r") return slot === 1 ? 3 : 1;
            if (slot % 2 === 0) return slot === 2 && !near.unspread.includes(d) ? 1 + random.below(3) : 1;
            return slot === 1 ? 1 + random.below(4) : 2 + random.below(2);
          }),
        );
        const workload = {
          ...shape,
          dimensions: shape.dimensions.map(({ name: n }, d) => ({
            name: n,
            bound: factors.reduce((product, slot) => product * slot[d], 1),
          })),
        };
        const loops = (slot: number, order: readonly number[]): Loop[] =>
          order.map((d) => ({ dimension: d, factor: factors[slot][d], residual: factors[slot][d] }));
        const any = workload.dimensions.map((_, d) => d);
        const keep = workload.dataSpaces.map(() => true);
        const mapping: Mapping = {
          levels: [
            { temporal: loops(1, any), spatialX: [], spatialY: [], keep },
            { temporal: loops(3, near.order), spatialX: loops(2, any), spatialY: [], keep },
            { temporal: loops(5, far.order), spatialX: [], spatialY: [], keep },
          ],
        };
        const architecture = architectureFor(thistleTechnology, { ...machine, units: 3 ** nd });
        const { evaluation, violations } = evaluate(architecture, workload, mapping, exactCounting);
        assert.deepEqual(violations, []);
        const trip = (t: Trip) => factors[t.slot][t.dimension];
        workload.dataSpaces.forEach(({ readWrite, ranks }, v) => {
          [near, far].forEach(({ level, rules }) => {
            const transfer = { child: level - 1, parent: level, levels: 3, first: level, rule: rules[v] };
            const sent = wordsOf(volume(workload, v, transfer, false), trip);
            const received = wordsOf(volume(workload, v, transfer, true), trip);
            const outer = evaluation!.levels[level].dataSpaces[v].total;
            const inner = evaluation!.levels[level - 1].dataSpaces[v].total;
            const counted = readWrite ? outer.updates : outer.reads;
            // Windows that slide further than a class says (over units, or on into the next tile) keep more.
            const window = ranks.some((rank) => rank.length > 1);
            if (window && (name === "strided window" || rules[v].slides < 0)) assert.ok(counted <= sent);
            else assert.equal(counted, sent);
            if (!readWrite && !window) assert.equal(inner.fills, received);
            compared++;
          });
        });
      }
    }
    assert.ok(compared >= 6);
  });
}

test("written out, footprints and volumes of a convolution are those derived by hand", () => {
  const rows = volumeRows(layerOf({ K: 64, C: 32, P: 56, Q: 56, R: 3, S: 3 }, convolutionSpaces));
  const volumes = (between: string, order: string) => {
    const at = rows.findIndex((row, i) => betweenOf(rows, i) === between && row[1] === order);
    return rows.slice(at, at + 3).map(([, , name, inside, moved]) => `${name} ${inside} | ${moved}`);
  };
  // Registers, innermost loop of the buffer K: weights and outputs depend on it, so every loop outside counts; inputs
  // stay through K and are fetched anew by the next one, C. What all units want at once is sent once.
  assert.deepEqual(volumes("registers ↔ buffer", "QPCK"), [
    "W rK·rC·3·3 | rK·rC·3·3·pK·pC·qK·qC·qP·qQ·sK·sC·sP·sQ",
    "I rC·(rP + 2)·(rQ + 2) | rC·(rP + 2)·(rQ + 2)·pC·pP·pQ·qC·qP·qQ·sK·sC·sP·sQ",
    "O rK·rP·rQ | rK·rP·rQ·pK·pP·pQ·qK·qC·qP·qQ·sK·sC·sP·sQ",
  ]);
  // Innermost P, units side by side in other dimensions: weights stay through P and Q; inputs slide along P.
  assert.deepEqual(volumes("registers ↔ buffer", "CKQP, pP = 1"), [
    "W rK·rC·3·3 | rK·rC·3·3·pK·pC·qK·qC·sK·sC·sP·sQ",
    "I rC·(rP + 2)·(rQ + 2) | rC·(rP·qP + 2)·(rQ + 2)·pC·pP·pQ·qK·qC·qQ·sK·sC·sP·sQ",
    "O rK·rP·rQ | rK·rP·rQ·pK·pP·pQ·qK·qC·qP·qQ·sK·sC·sP·sQ",
  ]);
  // DRAM, innermost C: sums stay in the buffer until C is through; weights and inputs are streamed.
  assert.deepEqual(volumes("buffer ↔ DRAM", "QPKC"), [
    "W rK·pK·qK·rC·pC·qC·3·3 | rK·pK·qK·rC·pC·qC·3·3·sK·sC·sP·sQ",
    "I rC·pC·qC·(rP·pP·qP + 2)·(rQ·pQ·qQ + 2) | rC·pC·qC·(rP·pP·qP + 2)·(rQ·pQ·qQ + 2)·sK·sC·sP·sQ",
    "O rK·pK·qK·rP·pP·qP·rQ·pQ·qQ | rK·pK·qK·rP·pP·qP·rQ·pQ·qQ·sK·sP·sQ",
  ]);
  // DRAM, innermost P: each weight leaves DRAM once; rows overlap from step to step.
  assert.deepEqual(volumes("buffer ↔ DRAM", "CKQP"), [
    "W rK·pK·qK·rC·pC·qC·3·3 | rK·pK·qK·rC·pC·qC·3·3·sK·sC",
    "I rC·pC·qC·(rP·pP·qP + 2)·(rQ·pQ·qQ + 2) | rC·pC·qC·(rP·pP·qP·sP + 2)·(rQ·pQ·qQ + 2)·sK·sC·sQ",
    "O rK·pK·qK·rP·pP·qP·rQ·pQ·qQ | rK·pK·qK·rP·pP·qP·rQ·pQ·qQ·sK·sC·sP·sQ",
  ]);
});

test("written out, a stride stretches the window", () => {
  const rows = volumeRows(layerOf({ P: 28, R: 3 }, { I: ["2P+R"], O: ["P"] }));
  assert.deepEqual(
    rows.map(([, order, name, inside, moved]) => [order, name, inside, moved]),
    [
      ["P", "I", "(2·rP + 1)", "(2·rP + 1)·pP·qP·sP"],
      ["", "O", "rP", "rP·pP·qP·sP"],
      ["P, pP = 1", "I", "(2·rP + 1)", "(2·rP·qP + 1)·pP·sP"],
      ["", "O", "rP", "rP·pP·qP·sP"],
      ["P", "I", "(2·rP·pP·qP + 1)", "(2·rP·pP·qP·sP + 1)"],
      ["", "O", "rP·pP·qP", "rP·pP·qP·sP"],
    ],
  );
});

test("three classes for a product, pruned from six orders; a square convolution is its own mirror image", () => {
  assert.equal(classesOf(layers["matrix multiplication"], 2).length, 3);
  const square = convolution({ k: 8, c: 4, p: 6, q: 6 });
  const names = square.dimensions.map((d) => d.name);
  const swaps = symmetries(square).map((p) => p.map((d) => names[d]).join(""));
  assert.deepEqual(swaps, ["SRQPCKN"]);
  assert.deepEqual(symmetries(convolution({ k: 8, c: 4, p: 6, q: 5 })), []);
});

const small = {
  "1 × 1": convolution({ k: 64, c: 32, p: 14, q: 14, r: 1, s: 1 }),
  "3 × 3": convolution({ k: 32, c: 16, p: 14, q: 14 }),
  "3 × 3, stride 2": convolution({ k: 32, c: 16, p: 14, q: 14, stride: 2 }),
};

for (const [name, workload] of Object.entries(small)) {
  test(`mappings are valid, costed by the reference model and near the optimum: ${name}`, () => {
    const dimensioning = { units: 64, registers: 64, buffer: 4096 };
    const mapspace = fullMapspace(thistleTechnology, dimensioning, workload)!;
    for (const objective of ["energy", "edp", "latency"] as const) {
      const { best, statistics } = finished(gpSearch(mapspace, { objective }));
      assert.equal(statistics.unsolved, 0);
      const { evaluation, violations } = evaluate(mapspace.architecture, workload, best!.mapping, exactCounting);
      assert.deepEqual(violations, []);
      assert.equal(evaluation!.cycles, best!.cycles);
      assert.ok(Math.abs(evaluation!.energyPj - best!.energyPj) <= 1e-9 * best!.energyPj);
      let proven: number | undefined;
      for (const progress of exactSearch(mapspace, { objective, seed: 1 })) proven = progress.best?.value;
      assert.ok(best!.value >= proven! * (1 - 1e-9));
      assert.ok(best!.value <= proven! * 1.15, `${objective}: ${best!.value} against ${proven}`);
    }
  });
}

test("the same search gives the same mapping, and keeps to a budget of evaluations", () => {
  const mapspace = fullMapspace(thistleTechnology, eyerissDimensions, small["3 × 3"])!;
  const run = (evaluations: number | null) => finished(gpSearch(mapspace, { objective: "energy", evaluations }));
  assert.deepEqual(run(null), run(null));
  assert.equal(run(100).evaluations, 100);
});

test("one storage level leaves nothing to choose", () => {
  const architecture = architectureFor(thistleTechnology, eyerissDimensions);
  const single = { ...architecture, storage: architecture.storage.slice(2) };
  assert.equal(gpRefusal(single), "one-level");
  const { mapspace } = createMapspace(single, small["1 × 1"], "pfm");
  assert.equal(finished(gpSearch(mapspace!, { objective: "energy" })).best, null);
});

test("constants: Eyeriss has 2.364 mm² and pays 4.6 pJ for a word of its registers and of its buffer", () => {
  const { storage } = architectureFor(thistleTechnology, eyerissDimensions);
  assert.ok(Math.abs(storage[0].readEnergyPj - 4.642) < 1e-3);
  assert.ok(Math.abs(storage[1].readEnergyPj - 4.577) < 1e-3);
  assert.equal(Math.round(areaUm2(thistleTechnology, eyerissDimensions)), 2_363_756);
  assert.deepEqual(nearestPowers(3, 3), [4, 2, 8]);
  assert.deepEqual(nearestPowers(1, 2), [1, 2]);
});

test("co-design stays within its area, holds every layer and beats Eyeriss on each", () => {
  const budget = areaUm2(thistleTechnology, eyerissDimensions);
  const counted = [small["1 × 1"], small["3 × 3"]].map((workload) => ({ workload, count: 2 }));
  const options = { objective: "energy" as const, technology: thistleTechnology, areaUm2: budget };
  let last: ReturnType<ReturnType<typeof codesign>["next"]>["value"] | undefined;
  for (last of codesign(counted, options));
  const { best } = last!;
  assert.ok(best !== null);
  assert.ok(best.areaUm2 <= budget);
  assert.equal(best.areaUm2, areaUm2(thistleTechnology, best));
  assert.ok(divisors(2 ** 30).includes(best.registers) && divisors(2 ** 30).includes(best.buffer));
  let sum = 0;
  best.layers.forEach((found, i) => {
    const { workload, count } = counted[i];
    const architecture = architectureFor(thistleTechnology, best);
    const { evaluation, violations } = evaluate(architecture, workload, found!.mapping, exactCounting);
    assert.deepEqual(violations, []);
    const fixed = finished(
      gpSearch(fullMapspace(thistleTechnology, eyerissDimensions, workload)!, { objective: "energy" }),
    );
    assert.ok(evaluation!.energyPj < 0.5 * fixed.best!.energyPj);
    sum += count * evaluation!.energyPj;
  });
  assert.ok(Math.abs(sum - best.energyPj) <= 1e-9 * sum);
});
