/**
 * Learned latency on the Gemmini RTL measurements published with DOSA (../shared/data/dosa): rank correlation and
 * typical error of analytical, learned-only and combined predictions on held-out mappings (five splits) and on layers
 * never seen (five folds), and on mappings that DOSA's searches found for a 16 × 16 array.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { problemText, readCsv, readMeasurements } from "../../server/src/cli/learn-data.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import { analyticalAt } from "../../server/src/engine/model/learned/features.ts";
import {
  fitLatencyModel,
  foldsByLayer,
  predictHeldOut,
  type Target,
} from "../../server/src/engine/model/learned/fit.ts";
import { LatencyModel, machineStamp } from "../../server/src/engine/model/learned/latency-model.ts";
import { type Quality, quality } from "../../server/src/engine/model/learned/quality.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import { parseCompact } from "../../server/src/spec/formats/dosa-compact.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { sharedDir } from "../support/shared.ts";
import { published } from "./learned-published.ts";
import { searchOnLearnedCycles } from "./learned-search.ts";

const shared = sharedDir();
if (shared === null) {
  console.log("reference data not present (../shared is absent)");
  process.exit(0);
}

/** The machine that columns `arch.*` describe. */
const machine = (side: number, accumulator: string, scratchpad: string) => `architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - {name: DRAM, class: DRAM, attributes: {word_bits: 8, block_size: 64, shared_bandwidth: 8}}
    - {name: Scratchpad, class: SRAM, attributes: {${scratchpad}, word_bits: 8}}
    - {name: "Accumulator[0..${side - 1}]", class: SRAM, attributes: {${accumulator}, word_bits: 32}}
    - {name: "Registers[0..${side * side - 1}]", class: SRAM, attributes: {entries: 1, word_bits: 8}}
    - {name: "MAC[0..${side * side - 1}]", class: intmac, attributes: {datawidth: 8}}
`;
const measuredMachine = machine(
  128,
  "entries: 2048, read_bandwidth: 1, write_bandwidth: 1",
  "entries: 1048576, read_bandwidth: 16, write_bandwidth: 16",
);

const { architecture } = readSpecification([{ uri: "machine", text: measuredMachine }]);
if (architecture === undefined) throw new Error("the machine cannot be read");
const file = join(shared, "data/dosa/rtl/training.csv");
const data = readMeasurements(file, readFileSync(file, "utf8"), architecture, {});
const rows = Array.from(data.measured, (_, i) => i);
const wide = process.env.BENCH_MODELS === "all";

const ways: readonly { name: string; kind: "linear" | "network"; target: Target; hidden?: number[] }[] = [
  { name: "learned alone, network", kind: "network", target: "all" },
  { name: "combined, linear", kind: "linear", target: "residual" },
  { name: "combined, network 32-32", kind: "network", target: "residual" },
  ...(wide
    ? [
        {
          name: "combined, network 7 × 24",
          kind: "network" as const,
          target: "residual" as const,
          hidden: new Array(7).fill(24),
        },
      ]
    : []),
];

function run(title: string, splits: readonly ReadonlySet<number>[]): void {
  console.log(`\n${title}`);
  const show = (name: string, found: readonly Quality[]) => {
    const mean = (of: (q: Quality) => number) => found.reduce((sum, q) => sum + of(q), 0) / found.length;
    const each = found.map(({ spearman }) => spearman.toFixed(3)).join(" ");
    const error = Math.exp(mean(({ logError }) => logError)).toFixed(2);
    console.log(
      `  ${name.padEnd(26)} Spearman ${mean(({ spearman }) => spearman).toFixed(3)}  (${each})  error ×${error}`,
    );
  };
  const of = (held: ReadonlySet<number>, predict: (test: number[], rest: number[]) => ArrayLike<number>) => {
    const test = rows.filter((i) => held.has(i));
    const rest = rows.filter((i) => !held.has(i));
    return quality(
      predict(test, rest),
      test.map((i) => data.measured[i]),
    );
  };
  const analytical = (test: number[]) => test.map((i) => data.features[i][analyticalAt]);
  show(
    "analytical",
    splits.map((held) => of(held, analytical)),
  );
  for (const { name, kind, target, hidden } of ways) {
    const found = splits.map((held, k) =>
      of(held, (test, rest) => predictHeldOut(data, rest, test, kind, target, { seed: k + 1, hidden, members: 1 })),
    );
    show(name, found);
  }
}

/** 74 layers for each of DOSA's predictors, each with buffers of its own. */
function found(model: LatencyModel): void {
  console.log("\nMappings found by DOSA's searches for a 16 × 16 array");
  for (const which of ["analytical", "both", "dnn"]) {
    const { names, rows: cells } = readCsv(readFileSync(join(shared!, `data/dosa/rtl/test_${which}.csv`), "utf8"));
    const predicted = { analytical: [] as number[], combined: [] as number[] };
    const measured: number[] = [];
    for (const row of cells) {
      const of = (name: string) => row[names.indexOf(name)];
      const accumulator = `entries: ${of("arch.mem1_entries")}, shared_bandwidth: ${of("arch.mem1_shared_bandwidth")}`;
      const scratchpad = `entries: ${of("arch.mem2_entries")}, shared_bandwidth: ${of("arch.mem2_shared_bandwidth")}`;
      const text = machine(16, accumulator, scratchpad) + problemText(names, row);
      const specification = readSpecification([{ uri: "row", text }]);
      const [{ workload }] = specification.layers;
      const { value: mapping } = parseCompact({ uri: "row", text: of("mapping.mapping") }, 4, workload);
      const outcome = evaluate(specification.architecture!, workload, mapping, defaultEvaluationOptions("exact"));
      const learned = model.predict(workload, mapping, outcome.evaluation!);
      predicted.analytical.push(Math.log(learned.analyticalCycles));
      predicted.combined.push(Math.log(learned.cycles));
      measured.push(Math.log(Number(of("target.gemmini_cycle"))));
    }
    for (const [name, values] of Object.entries(predicted)) {
      const { spearman, logError } = quality(values, measured);
      const error = Math.exp(logError).toFixed(2);
      console.log(`  by ${which.padEnd(11)} ${name.padEnd(11)} Spearman ${spearman.toFixed(3)}  error ×${error}`);
    }
  }
}

const layers = new Set(data.layers).size;
console.log(
  `${rows.length} mappings of ${layers} layers; all: ${quality(
    data.features.map((x) => x[analyticalAt]),
    data.measured,
  ).spearman.toFixed(4)} analytical`,
);
const started = performance.now();
const random = Array.from({ length: 5 }, (_, k) => {
  const prng = new Prng(k + 1, 33);
  return new Set(rows.filter(() => prng.next() < 0.2));
});
if (process.env.BENCH_ONLY !== "search") {
  run("Held-out mappings, five random splits of 80 % and 20 %", random);
  run("Layers never seen, five folds", foldsByLayer(data, 5, 1));
}
const onAll = new LatencyModel(fitLatencyModel(data, machineStamp(architecture), data.dimensions, { seed: 1 }));
found(onAll);
published(shared, onAll);
searchOnLearnedCycles(onAll, shared);
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s`);
