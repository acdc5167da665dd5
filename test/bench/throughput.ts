/**
 * Evaluations per second of one thread under `exact`, each of another random valid mapping of a ResNet-50 3 × 3 layer
 * on a Gemmini-like machine: cost only (lowered once), and the full result with its terms.
 */
import assert from "node:assert/strict";
import { Session } from "node:inspector/promises";
import { performance } from "node:perf_hooks";
import { lowerCost } from "../../server/src/engine/model/cost.ts";
import { decodeMapping } from "../../server/src/engine/model/encoding.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { convolution, eyerissLike, gemminiLike, type Machine } from "../support/accelerators.ts";
import { Random } from "../support/random.ts";
import { type Residuals, randomRow } from "../support/random-mapping.ts";

const options = defaultEvaluationOptions("exact");
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const pool = Number(process.env.BENCH_POOL ?? 20_000);

/** Millions of dependent multiply–adds per second: how fast this machine is today. */
function calibrate(): number {
  const rounds = 50_000_000;
  const start = process.cpuUsage();
  let x = 1;
  for (let i = 0; i < rounds; i++) x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
  const rate = rounds / process.cpuUsage(start).user;
  assert.notEqual(x, 0);
  return rate;
}

/** Runs per second of processor time: other programs on the machine do not count. */
function measure(run: (k: number) => void): number {
  const until = performance.now() + 1000 * seconds;
  for (let k = 0; performance.now() < until; k++) run(k);
  const end = performance.now() + 1000 * seconds;
  const start = process.cpuUsage();
  let done = 0;
  while (performance.now() < end) for (let k = 0; k < 50; k++) run(done++);
  const { user, system } = process.cpuUsage(start);
  return (1e6 * done) / (user + system);
}

/** Share of time by function, the leaves of a sampled call stack. */
async function profile(run: () => void): Promise<[string, number][]> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  run();
  const { profile: sampled } = await session.post("Profiler.stop");
  session.disconnect();
  const names = new Map(sampled.nodes.map((node) => [node.id, node.callFrame.functionName || "(anonymous)"]));
  const hits = new Map<string, number>();
  for (const id of sampled.samples ?? []) {
    const name = names.get(id) ?? "";
    hits.set(name, (hits.get(name) ?? 0) + 1);
  }
  const all = sampled.samples?.length ?? 1;
  return [...hits].map(([name, n]): [string, number] => [name, n / all]).sort((a, b) => b[1] - a[1]);
}

const layers = {
  "64×64×56×56×3×3": convolution({ p: 56, q: 56, c: 64, k: 64 }),
  "128×128×28×28×3×3": convolution({ p: 28, q: 28, c: 128, k: 128 }),
};

async function bench(machine: Machine, layer: keyof typeof layers, residuals: Residuals, profiled: boolean) {
  const workload = layers[layer];
  const { architecture } = machine;
  const model = lowerCost(architecture, workload, options);
  const random = new Random(20_260);
  // Mappings wait as bytes and are unpacked into one row, which is warm as the row a search works on is.
  const { size } = model.layout;
  const table = new Uint8Array(pool * size);
  const row = new Int32Array(size);
  const load = (k: number) => {
    const at = (k % pool) * size;
    for (let i = 0; i < size; i++) row[i] = table[at + i];
  };
  for (let k = 0; k < pool; k++) {
    assert.ok(randomRow(random, machine, workload, model, residuals, row));
    assert.ok(row.every((x) => x < 256));
    table.set(row, k * size);
  }
  const mappings = Array.from({ length: 2000 }, (_, k) => {
    load(k);
    return decodeMapping(model.layout, row);
  });
  const cost = { energyPj: 0, cycles: 0 };
  let checked = 0;
  for (let k = 0; k < mappings.length; k += 4) {
    const { evaluation } = evaluate(architecture, workload, mappings[k], options);
    load(k);
    model.cost(row, cost);
    assert.ok(evaluation !== undefined);
    assert.ok(Math.abs(cost.energyPj - evaluation.energyPj) <= 1e-12 * evaluation.energyPj);
    assert.equal(cost.cycles, evaluation.cycles);
    checked++;
  }
  const evaluateCost = (k: number) => {
    load(k);
    model.cost(row, cost);
  };
  const fast = measure(evaluateCost);
  const full = measure((k) =>
    evaluate(architecture, workload, mappings[k % mappings.length], options, { terms: true }),
  );
  console.log(
    `${architecture.name.padEnd(13)} ${layer.padEnd(18)} residuals ${residuals.padEnd(8)}` +
      ` cost only ${Math.round(fast).toLocaleString("en").padStart(9)}/s` +
      `  full with terms ${Math.round(full).toLocaleString("en").padStart(7)}/s  (${checked} checked against the full result)`,
  );
  if (!profiled) return;
  const shares = (list: [string, number][]) =>
    list
      .slice(0, 6)
      .map(([name, share]) => `${name} ${(100 * share).toFixed(0)} %`)
      .join(", ");
  const costProfile = await profile(() => measure(evaluateCost));
  const fullProfile = await profile(() =>
    measure((k) => evaluate(architecture, workload, mappings[k % mappings.length], options, { terms: true })),
  );
  console.log(`  cost only is bound by: ${shares(costProfile)}`);
  console.log(`  the full result by:    ${shares(fullProfile)}`);
}

async function main() {
  console.log(
    `calibration: ${calibrate().toFixed(0)} million dependent multiply-adds per second, Node ${process.version}`,
  );
  await bench(gemminiLike(), "64×64×56×56×3×3", "none", true);
  await bench(gemminiLike(), "64×64×56×56×3×3", "spatial", false);
  await bench(gemminiLike(), "64×64×56×56×3×3", "all", true);
  await bench(gemminiLike(), "128×128×28×28×3×3", "none", false);
  await bench(eyerissLike(), "128×128×28×28×3×3", "none", false);
  await bench(eyerissLike(), "128×128×28×28×3×3", "spatial", true);
}

void main();
