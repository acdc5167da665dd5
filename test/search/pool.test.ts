import assert from "node:assert/strict";
import { test } from "node:test";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { MapspaceKind } from "../../server/src/engine/mapspace/constraints.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { BlockMerge, type BlockSettings, blockSearch } from "../../server/src/engine/search/blocks.ts";
import { ContradictionError, type PoolSettings, startPool } from "../../server/src/worker/pool.ts";
import { poolThreads } from "../../server/src/worker/pool-threads.ts";
import { architecture, compute, storage, workload } from "../mapspace/hardware.ts";
import { bundledSearchWorker } from "../support/search-worker.ts";

const spawn = poolThreads(bundledSearchWorker());
const machine = architecture(
  [
    storage("Spad", { meshX: 4, capacityWords: 64 }),
    storage("GLB", { capacityWords: 2048, readEnergyPj: 6, fillEnergyPj: 6 }),
    storage("DRAM", { readEnergyPj: 200, fillEnergyPj: 200, updateEnergyPj: 200 }),
  ],
  compute(4),
);
const layer = workload({ m: 24, n: 18, k: 32 }, { A: ["m", "k"], B: ["k", "n"], C: ["m", "n"] });
const job = (kind: MapspaceKind) => ({ architecture: machine, workload: layer, kind, constraints: [] });
const settings: PoolSettings = {
  strategy: "random",
  objective: "edp",
  seed: 5,
  evaluations: 9_000,
  victory: null,
  jobs: 1,
  milliseconds: null,
};

for (const strategy of ["random", "local", "exhaustive"] as const) {
  test(`${strategy}: one worker, three workers and none give the same result`, async () => {
    const outcomes = await Promise.all(
      [1, 3].map((jobs) => startPool(spawn, job("ruby-s"), { ...settings, strategy, jobs }, () => {}).outcome),
    );
    const { mapspace } = createMapspace(machine, layer, "ruby-s");
    let alone: unknown;
    for (const progress of blockSearch(mapspace!, { ...settings, strategy } as BlockSettings)) alone = progress;
    assert.deepEqual(outcomes[0].progress, outcomes[1].progress);
    assert.deepEqual(outcomes[0].progress, alone);
    const { best, evaluations } = outcomes[0].progress;
    assert.equal(evaluations, 9_000);
    const outcome = evaluate(machine, layer, best!.mapping, defaultEvaluationOptions("exact"));
    assert.deepEqual(outcome.violations, []);
    assert.equal(outcome.evaluation!.cycles, best!.cycles);
    assert.ok(Math.abs(outcome.evaluation!.energyPj - best!.energyPj) <= 1e-9 * best!.energyPj);
  });
}

test("the victory condition ends a search at the same place for any number of workers", async () => {
  const won = await Promise.all(
    [1, 3].map(
      (jobs) => startPool(spawn, job("pfm"), { ...settings, evaluations: null, victory: 500, jobs }, () => {}).outcome,
    ),
  );
  assert.deepEqual(won[0].progress, won[1].progress);
  assert.ok(won[0].complete);
});

test("a cancelled search keeps its best", async () => {
  let pool: ReturnType<typeof startPool> | undefined;
  let heard = 0;
  pool = startPool(spawn, job("ruby"), { ...settings, evaluations: null, jobs: 2 }, () => {
    if (++heard === 3) pool!.cancel();
  });
  const { progress, complete } = await pool.outcome;
  assert.equal(complete, false);
  assert.ok(progress.best !== null);
});

test("a search stopped in its first blocks has told of what they have found, and keeps it", async () => {
  const large = workload({ m: 720, n: 480, k: 960 }, { A: ["m", "k"], B: ["k", "n"], C: ["m", "n"] });
  let told = 0;
  const pool = startPool(
    spawn,
    { ...job("ruby"), workload: large },
    { ...settings, strategy: "exhaustive", evaluations: null, jobs: 2 },
    ({ best }) => {
      if (best !== null && ++told === 4) pool.cancel();
    },
  );
  const { progress, complete } = await pool.outcome;
  assert.equal(complete, false);
  assert.ok(progress.best !== null && progress.valid > 0);
});

test("blocks that are done before the first one count when a search is stopped", () => {
  const merge = new BlockMerge({ strategy: "random", objective: "edp", seed: 1, evaluations: null, victory: null });
  const found = { mapping: { levels: [] }, bounds: [1], energyPj: 2, cycles: 3, value: 6 };
  const front = [{ energyPj: 2, cycles: 3, mapping: found.mapping }];
  const block = { evaluations: 5, valid: 2, improvements: [{ ...found, afterValid: 0 }], front };
  const shown = merge.preview([block, block]);
  assert.deepEqual([shown.evaluations, shown.valid, shown.best, shown.front], [10, 4, found, front]);
  assert.equal(merge.progress(false).best, null);
});

test("exact in a thread proves its optimum, and no strategy beats it", async () => {
  const exact = await startPool(spawn, job("ruby-s"), { ...settings, strategy: "exact" }, () => {}).outcome;
  const random = await startPool(spawn, job("ruby-s"), settings, () => {}).outcome;
  assert.ok(exact.progress.done);
  assert.equal(exact.progress.bound, exact.progress.best!.value);
  assert.ok(exact.progress.best!.value <= random.progress.best!.value * (1 + 1e-9));
});

test("a contradiction comes back as one", async () => {
  const constraints = [
    { id: 4, kind: "factor", level: 0, slot: "temporal", dimension: 0, relation: "=", value: 7 },
  ] as const;
  await assert.rejects(
    startPool(spawn, { ...job("pfm"), constraints }, settings, () => {}).outcome,
    (error: unknown) => error instanceof ContradictionError && error.conflict.ids[0] === 4,
  );
});
