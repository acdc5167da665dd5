/**
 * DOSA's optimisation of a Gemmini with a fixed 16 × 16 array, from the rows published with it: EDP of Gemmini's own
 * tilings on its default buffers over EDP of DOSA's designs. Cycles of both were measured on the RTL (`test_*.csv`);
 * energies of the designs are in the rows, those of Gemmini's tilings are counted here.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCsv } from "../../server/src/cli/learn-data.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import type { LatencyModel } from "../../server/src/engine/model/learned/latency-model.ts";
import { defaultEvaluationOptions } from "../../server/src/engine/model/types.ts";
import { parseCompact } from "../../server/src/spec/formats/dosa-compact.ts";
import { hardware, layerOf, type Row } from "./dosa/rows.ts";

export const predictors = ["analytical", "both", "dnn"] as const;

/** Networks with their rows in `test_*.csv`, in order. */
const networks = [
  { name: "bert", rows: 5 },
  { name: "resnet50", rows: 24 },
  { name: "retinanet", rows: 22 },
  { name: "unet", rows: 23 },
] as const;

/** Sums over a network. */
export interface Totals {
  energyPj: number;
  /** On the RTL. */
  measured: number;
  analytical: number;
  learned: number;
}

export interface PublishedNetwork {
  name: (typeof networks)[number]["name"];
  /** One of each layer: DOSA's mapping and hardware. */
  rows: readonly Row[];
  /** How often each occurs. */
  counts: readonly number[];
}

const dimensions = ["R", "S", "P", "Q", "C", "K", "N"] as const;

export function readPublished(shared: string, which: (typeof predictors)[number]): PublishedNetwork[] {
  const { names, rows } = readCsv(readFileSync(join(shared, `data/dosa/rtl/test_${which}.csv`), "utf8"));
  const all = rows.map((cells): Row => Object.fromEntries(names.map((name, i) => [name, cells[i]])));
  let at = 0;
  return networks.map(({ name, rows: count }) => {
    const part = all.slice(at, at + count);
    at += count;
    const counts = layerCounts(shared, name);
    return { name, rows: part, counts: part.map((row) => counts.get(layerKey(row)) ?? 1) };
  });
}

const layerKey = (row: Row) =>
  [...dimensions, "Wstride", "Hstride", "Wdilation", "Hdilation"].map((key) => row[`prob.${key}`]).join("_");

function layerCounts(shared: string, name: string): Map<string, number> {
  const text = readFileSync(join(shared, "data/workloads", name, "layer_count.yaml"), "utf8");
  return new Map([...text.matchAll(/^'?([\d_]+)'?:\s*count: (\d+)/gm)].map(([, key, count]) => [key, Number(count)]));
}

/** Costs of mappings and hardware that rows name, as those who published them counted: `timeloop-2022`. */
export function totals(
  rows: readonly Row[],
  counts: readonly number[],
  model: LatencyModel,
  measured: (row: Row) => number = () => Number.NaN,
): Totals {
  const sums = { energyPj: 0, measured: 0, analytical: 0, learned: 0 };
  rows.forEach((row, i) => {
    const workload = layerOf(row);
    const { value: mapping } = parseCompact({ uri: "row", text: row["mapping.mapping"] }, 4, workload);
    const options = defaultEvaluationOptions("timeloop-2022");
    const { evaluation, violations } = evaluate(hardware(row, "technology"), workload, mapping, options);
    if (evaluation === undefined || violations.length > 0) throw new Error(`no cost: ${row["mapping.mapping"]}`);
    sums.energyPj += counts[i] * evaluation.energyPj;
    sums.measured += counts[i] * measured(row);
    sums.analytical += counts[i] * evaluation.cycles;
    sums.learned += counts[i] * model.predict(workload, mapping, evaluation).cycles;
  });
  return sums;
}

/** Gemmini's own tilings on 128 KiB of scratchpad and 512 words of accumulator a column. */
export const tilerTotals = ({ rows, counts }: PublishedNetwork, model: LatencyModel): Totals =>
  totals(rows.map(tilerRow), counts, model, (row) => Number(row["target.gemmini_auto_cycle"]));

const designTotals = ({ rows, counts }: PublishedNetwork, model: LatencyModel): Totals =>
  totals(rows, counts, model, (row) => Number(row["target.gemmini_cycle"]));

/**
 * The row with Gemmini's own tiling on its default hardware. The tile is cut to factors that divide; the array takes 16
 * of C and K where they divide; loops stand as DOSA's authors assume: in DRAM (outermost first) N Q P K S R C, in the
 * accumulator K S R C N Q P.
 */
function tilerRow(row: Row): Row {
  const tile = row["dse.auto_tiling"].split("_").map(Number);
  const left = dimensions.map((d) => Number(row[`prob.${d}`]));
  const take = (d: (typeof dimensions)[number], wanted: number): number => {
    const i = dimensions.indexOf(d);
    let factor = Math.min(wanted, left[i]);
    while (left[i] % factor !== 0) factor--;
    left[i] /= factor;
    return factor;
  };
  const spatial = { C: take("C", 16), K: take("K", 16) };
  const held = dimensions.map((d, i) =>
    take(d, d === "C" || d === "K" ? Math.max(1, Math.trunc(tile[i] / 16)) : tile[i]),
  );
  const loops = (factors: readonly number[], order: string) =>
    [...order].map((d) => `${d}${factors[dimensions.indexOf(d as "N")]}`).join(" ");
  const text =
    `L3[WIO] ${loops(left, "NQPKSRC")} - L2[WI] N1 K${spatial.K}X - ` +
    `L1[O] ${loops(held, "KSRCNQP")} C${spatial.C}X - L0[W] N1`;
  return {
    ...row,
    "mapping.mapping": text,
    "arch.mem1_entries": "512",
    "arch.mem2_entries": "131072",
    "arch.mem2_width": "128",
  };
}

export const geomean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

export const gain = (before: Totals, after: Totals, cycles: "measured" | "analytical" | "learned"): number =>
  (before.energyPj * before[cycles]) / (after.energyPj * after[cycles]);

/** Gains of DOSA's designs, with measured cycles and as both models would have promised. */
export function published(shared: string, model: LatencyModel): void {
  console.log("\nEDP of Gemmini's own tiler / EDP of DOSA's designs, 16 × 16 array (published with both: 1.82)");
  for (const which of predictors) {
    const all = readPublished(shared, which);
    const once = all.map((network) => ({ ...network, counts: network.counts.map(() => 1) }));
    const show = (title: string, networks: readonly PublishedNetwork[], cycles: keyof Omit<Totals, "energyPj">) => {
      const gains = networks.map((network) => gain(tilerTotals(network, model), designTotals(network, model), cycles));
      const each = networks.map(({ name }, i) => `${name} ${gains[i].toFixed(2)}`).join(", ");
      console.log(`  by ${which.padEnd(10)} ${title} ${each}; geometric mean ${geomean(gains).toFixed(2)}`);
    };
    show("measured, layers once each ", once, "measured");
    show("measured, as often as used ", all, "measured");
    show("learned cycles, as often   ", all, "learned");
    show("analytical cycles, as often", all, "analytical");
  }
}
