/**
 * Evaluations that Bayesian search needs, on the layers of Dinh et al.: matmul 64 × 512 × 128 and a 3 × 3 convolution
 * on a Gemmini-like machine. The optimum is the exact search's, with its proof; random search draws from the whole
 * mapspace and counts only mappings that fit. Then the same with what was learned on machines of other sizes.
 */
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { MapspaceConstraint } from "../../server/src/engine/mapspace/constraints.ts";
import type { Mapspace } from "../../server/src/engine/mapspace/mapspace.ts";
import type { Architecture, Workload } from "../../server/src/engine/model/types.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { bayesSearch, MappingSpace } from "../../server/src/engine/search/bayes/bayes.ts";
import { BayesianOptimiser, type SourceObservations } from "../../server/src/engine/search/bayes/optimiser.ts";
import { PointCosts } from "../../server/src/engine/search/costing.ts";
import { exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import { convolution, gemminiLike } from "../support/accelerators.ts";
import { toyGemm } from "../support/toy.ts";

const seeds = Number(process.env.BENCH_SEEDS ?? 10);
const { architecture: machine, keep } = gemminiLike();

/** Weights, inputs, outputs, as the machine keeps them. */
function matmul(): Workload {
  const layer = toyGemm({ M: 64, N: 512, K: 128 });
  const [a, b, c] = layer.dataSpaces;
  return { ...layer, name: "matmul 64 × 512 × 128", dataSpaces: [b, a, c] };
}

/** Output channels along the columns, summed channels along the rows, as the array's wires demand. */
function space(architecture: Architecture, workload: Workload): Mapspace {
  const wires = workload.dimensions.length === 3 ? { columns: "N", rows: "K" } : { columns: "K", rows: "C" };
  const constraints: MapspaceConstraint[] = [];
  const id = () => constraints.length;
  for (const [level, row] of keep.entries()) {
    for (const [dataSpace, kept] of row.entries()) {
      if (kept !== null) constraints.push({ id: id(), kind: "keep", level, dataSpace, keep: kept });
    }
  }
  workload.dimensions.forEach(({ name }, dimension) => {
    const one = { kind: "factor", slot: "spatial", dimension, relation: "=", value: 1 } as const;
    if (name !== wires.rows) constraints.push({ id: id(), level: 1, ...one });
    if (name !== wires.columns) constraints.push({ id: id(), level: 2, ...one });
  });
  const { mapspace } = createMapspace(architecture, workload, "pfm", constraints);
  if (mapspace === undefined) throw new Error("no mapping");
  return mapspace;
}

function optimum(mapspace: Mapspace): number {
  let value = Number.NaN;
  for (const progress of exactSearch(mapspace, { objective: "energy", seed: 1 })) value = progress.best?.value ?? value;
  return value;
}

/** Best energy after 1, 2, … evaluations. */
type Curve = number[];

function bayes(mapspace: Mapspace, seed: number, budget: number, sources?: SourceObservations[]): Curve {
  const curve: Curve = [];
  for (const progress of bayesSearch(mapspace, { objective: "energy", seed, evaluations: budget, sources })) {
    if (!progress.done) curve.push(progress.best!.energyPj);
  }
  return curve;
}

function random(mapspace: Mapspace, seed: number, budget: number): Curve {
  const prng = new Prng(seed, 5);
  const costs = new PointCosts(mapspace);
  const point = mapspace.createPoint();
  const cost = { energyPj: 0, cycles: 0 };
  const curve: Curve = [];
  let best = Number.POSITIVE_INFINITY;
  for (let tried = 0; curve.length < budget && tried < 100 * budget; tried++) {
    mapspace.sample(prng, point);
    if (!costs.fits(point)) continue;
    costs.cost(point, cost);
    best = Math.min(best, cost.energyPj);
    curve.push(best);
  }
  return curve;
}

/** Evaluations until the value is within `share` of the optimum; the whole budget where it never is. */
function until(curve: Curve, target: number): { evaluations: number; reached: boolean } {
  const at = curve.findIndex((value) => value <= target);
  return at < 0 ? { evaluations: curve.length, reached: false } : { evaluations: at + 1, reached: true };
}

const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
const each = <T>(run: (seed: number) => T): T[] => Array.from({ length: seeds }, (_, i) => run(i + 1));

function summary(curves: readonly Curve[], target: number): string {
  const found = curves.map((curve) => until(curve, target));
  const missed = found.filter(({ reached }) => !reached).length;
  const numbers = found.map(({ evaluations, reached }) => (reached ? String(evaluations) : `>${evaluations}`));
  const average = mean(found.map(({ evaluations }) => evaluations)).toFixed(1);
  return `mean ${missed > 0 ? "at least " : ""}${average} (${numbers.join(" ")})`;
}

/** What the searches found against what was asked of them. */
const claims: string[] = [];
function claim(text: string, holds: boolean, measured: string): void {
  claims.push(`${holds ? "holds " : "MISSED"} ${text}: ${measured}`);
}

const evaluationsOf = (curves: readonly Curve[], target: number) =>
  mean(curves.map((curve) => until(curve, target).evaluations));

/** Random search that must match what Bayesian search has after some evaluations. */
interface Again {
  evaluations: number;
  /** Of the optimum. */
  reached: number;
  /** At least so many, where some seed never gets there. */
  randomMean: number;
  randomLeast: number;
}

/** The curves of both, and what random search needs for what Bayesian search has after 10, 20 and 50 evaluations. */
function report(
  mapspace: Mapspace,
  budget: number,
  randomBudget: number,
): {
  curves: Curve[];
  best: number;
  again: Again[];
} {
  const macs = mapspace.workload.dimensions.reduce((product, { bound }) => product * bound, 1);
  const best = optimum(mapspace);
  console.log(`\n${mapspace.workload.name}: ${mapspace.count().total} mappings`);
  console.log(`  proven optimum ${(best / macs).toFixed(3)} pJ/MAC`);
  const curves = each((seed) => bayes(mapspace, seed, budget));
  const drawn = each((seed) => random(mapspace, seed, randomBudget));
  for (const share of [0.05, 0.01]) {
    console.log(`  within ${100 * share} %: Bayesian ${summary(curves, best * (1 + share))}`);
    console.log(`  within ${100 * share} %: random   ${summary(drawn, best * (1 + share))}`);
  }
  const again: Again[] = [];
  for (const evaluations of [10, 20, 50]) {
    if (evaluations > budget) continue;
    const reached = curves.map((curve) => curve[Math.min(evaluations, curve.length) - 1]);
    const found = drawn.map((curve, i) => until(curve, reached[i]));
    const never = found.filter((one) => !one.reached).length;
    const needed = found.map((one) => one.evaluations);
    again.push({
      evaluations,
      reached: mean(reached) / best,
      randomMean: mean(needed),
      randomLeast: Math.min(...needed),
    });
    console.log(
      `  after ${evaluations}: ${(mean(reached) / best).toFixed(4)} × optimum; random needs ` +
        `${never > 0 ? "at least " : ""}${mean(needed).toFixed(0)} for as much` +
        ` (${needed.join(" ")}; ${never} of ${seeds} never in ${randomBudget})`,
    );
  }
  return { curves, best, again };
}

/** What a search on another machine evaluated, as the surrogate of this one can use it. */
function learnedOn(mapspace: Mapspace, seed: number, evaluations: number): SourceObservations {
  const prng = new Prng(seed, 9);
  const own = new MappingSpace(mapspace, prng);
  const optimiser = new BayesianOptimiser(own, { random: prng });
  const costs = new PointCosts(mapspace);
  const cost = { energyPj: 0, cycles: 0 };
  const features: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < evaluations; i++) {
    for (const proposal of optimiser.ask(1)) {
      own.encoder.decode(proposal.u, own.point);
      costs.cost(own.point, cost);
      const { energyPj } = cost;
      optimiser.tell(proposal, energyPj);
      features.push(...proposal.features);
      values.push(energyPj);
    }
  }
  return { features: Float64Array.from(features), values: Float64Array.from(values) };
}

/** The machine with its memories scaled. */
const resized = (accumulator: number, scratchpad: number): Architecture => ({
  ...machine,
  storage: machine.storage.map((level, l) => ({
    ...level,
    capacityWords: l === 1 ? accumulator : l === 2 ? scratchpad : level.capacityWords,
  })),
});

function transfer(workload: Workload, share: number, budget: number): void {
  const target = space(resized(2048, 65536), workload);
  const best = optimum(target);
  const source = space(resized(512, 262144), workload);
  console.log(`\n${workload.name}, from a 512-word accumulator and 256 Ki-word scratchpad to 2,048 and 64 Ki:`);
  const alone = each((seed) => bayes(target, seed, budget));
  const helped = each((seed) => bayes(target, seed, budget, [learnedOn(source, seed, 30)]));
  console.log(`  within ${100 * share} %, alone:         ${summary(alone, best * (1 + share))}`);
  console.log(`  within ${100 * share} %, with transfer: ${summary(helped, best * (1 + share))}`);
  const [before, now] = [evaluationsOf(alone, best * (1 + share)), evaluationsOf(helped, best * (1 + share))];
  claim(
    `transfer at least halves the evaluations, ${workload.name}, within ${100 * share} %`,
    now <= before / 2,
    `${now.toFixed(1)} of ${before.toFixed(1)} (means; a seed that never gets there counts as ${budget})`,
  );
  const after = (curves: readonly Curve[]) => (mean(curves.map((curve) => curve[9])) / best).toFixed(3);
  console.log(`  after 10 evaluations: alone ${after(alone)}, with transfer ${after(helped)} × optimum`);
}

const layers = [
  matmul(),
  { ...convolution({ p: 28, q: 28, c: 128, k: 128 }), name: "3×3 convolution 128 → 128, 28 × 28" },
];
const started = performance.now();
const parts = process.argv.slice(2);
const wanted = (part: string) => parts.length === 0 || parts.includes(part);
if (wanted("matmul")) {
  const { curves, best } = report(space(machine, layers[0]), 40, 20_000);
  const needed = evaluationsOf(curves, 1.01 * best);
  const never = curves.filter((curve) => !until(curve, 1.01 * best).reached).length;
  claim(
    "matmul within 1 % of its best in at most 20 evaluations, mean of the seeds",
    needed <= 20 && never === 0,
    `${needed.toFixed(1)}; ${never} of ${seeds} seeds never`,
  );
}
if (wanted("convolution")) {
  const { again } = report(space(machine, layers[1]), 60, 20_000);
  const at = again.find(({ evaluations }) => evaluations === 50)!;
  claim(
    "convolution has after 50 evaluations what random search needs hundreds for, every seed",
    at.randomLeast >= 200,
    `${at.reached.toFixed(4)} × optimum, for which random search needs at least ${at.randomLeast} (mean ${at.randomMean.toFixed(0)} or more)`,
  );
}
if (wanted("transfer")) {
  transfer(layers[0], 0.01, 40);
  transfer(layers[1], 0.05, 40);
}
console.log(`\n${claims.join("\n")}`);
console.log(`\n${seeds} seeds, ${((performance.now() - started) / 1000).toFixed(0)} s`);
