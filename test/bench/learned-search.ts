/**
 * Search on learned cycles for a fixed 16 × 16 Gemmini: what the model promises, and what DOSA's authors measured of
 * their own designs. Without the RTL nothing here is a measurement of ours.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCsv } from "../../server/src/cli/learn-data.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import type { LatencyModel } from "../../server/src/engine/model/learned/latency-model.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { gradientCosearch, ownOptions } from "../../server/src/engine/search/cosearch/gradient.ts";
import type { NetworkResult } from "../../server/src/engine/search/cosearch/progress.ts";
import { gemminiTemplate, openNetwork, readNetwork } from "./dosa/networks.ts";

/** Networks with their rows in `test_*.csv`, in order. */
const networks = [
  { name: "bert", rows: 5 },
  { name: "resnet50", rows: 24 },
  { name: "retinanet", rows: 22 },
  { name: "unet", rows: 23 },
] as const;

const evaluations = Number(process.env.BENCH_EVALUATIONS ?? 2000);

interface Found {
  result: NetworkResult;
  /** Sums over the network, cycles by both. */
  energyPj: number;
  analytical: number;
  learned: number;
}

function search(name: string, freedom: "fixed" | "buffers", model: LatencyModel, onLearned: boolean): Found {
  const layers = readNetwork(name);
  const network = openNetwork(layers, gemminiTemplate(16), freedom, "edp", onLearned ? model : null);
  let result: NetworkResult | null = null;
  for (const progress of gradientCosearch(network, { ...ownOptions, seed: 1, evaluations })) {
    result = progress.best ?? result;
  }
  if (result === null) throw new Error(`${name}: no design`);
  const sums = { energyPj: 0, analytical: 0, learned: 0 };
  const { architecture, mappings } = result;
  layers.forEach(({ workload, count }, i) => {
    const { evaluation } = evaluate(architecture, workload, mappings[i], defaultEvaluationOptions("exact"));
    const { cycles, analyticalCycles } = model.predict(workload, mappings[i], evaluation!);
    sums.energyPj += count * evaluation!.energyPj;
    sums.analytical += count * analyticalCycles;
    sums.learned += count * cycles;
  });
  return { result, ...sums };
}

const geomean = (values: readonly number[]) => Math.exp(values.reduce((s, v) => s + Math.log(v), 0) / values.length);

export function searchOnLearnedCycles(model: LatencyModel, shared: string): void {
  console.log(`\nSearch on learned cycles, 16 × 16 array, ${evaluations} evaluations of each network (all predicted)`);
  console.log(
    "  gains are EDP with learned cycles over the search on the default buffers (128 KiB, 512 words a column)",
  );
  const gains = { learned: [] as number[], analytical: [] as number[] };
  for (const { name } of networks) {
    const before = process.cpuUsage();
    const edp = ({ energyPj, learned }: Found) => energyPj * learned;
    const kept = search(name, "fixed", model, true);
    const free = search(name, "buffers", model, true);
    const blind = search(name, "buffers", model, false);
    gains.learned.push(edp(kept) / edp(free));
    gains.analytical.push(edp(kept) / edp(blind));
    const buffers = free.result.sizes.capacityWords.filter((words) => words !== null).join(" and ");
    const { user } = process.cpuUsage(before);
    console.log(
      `  ${name.padEnd(10)} on learned cycles ×${gains.learned.at(-1)!.toFixed(2)} (buffers of ${buffers} words), ` +
        `on analytical ones ×${gains.analytical.at(-1)!.toFixed(2)}; cycles learned / analytical ` +
        `${(free.learned / free.analytical).toFixed(2)} and ${(blind.learned / blind.analytical).toFixed(2)}; ${(user / 1e6).toFixed(0)} s`,
    );
  }
  console.log(`  geometric mean: ×${geomean(gains.learned).toFixed(2)} and ×${geomean(gains.analytical).toFixed(2)}`);
  shipped(shared);
}

/** Cycles measured on the RTL by DOSA's authors: Gemmini's own tiler on default buffers against their designs. */
function shipped(shared: string): void {
  console.log("\nPublished measurements: cycles of Gemmini's tiler / cycles of DOSA's designs, layers once each");
  for (const which of ["analytical", "both", "dnn"]) {
    const { names, rows } = readCsv(readFileSync(join(shared, `data/dosa/rtl/test_${which}.csv`), "utf8"));
    const sum = (part: string[][], column: string) =>
      part.reduce((total, row) => total + Number(row[names.indexOf(column)]), 0);
    let at = 0;
    const ratios = networks.map(({ rows: count }) => {
      const part = rows.slice(at, at + count);
      at += count;
      return sum(part, "target.gemmini_auto_cycle") / sum(part, "target.gemmini_cycle");
    });
    const each = networks.map(({ name }, i) => `${name} ${ratios[i].toFixed(2)}`).join(", ");
    console.log(`  by ${which.padEnd(11)} ${each}; geometric mean ${geomean(ratios).toFixed(2)}`);
  }
}
