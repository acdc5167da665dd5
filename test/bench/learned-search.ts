/**
 * Gemmini with a fixed 16 × 16 array, buffers and mappings free: what search on learned cycles promises over Gemmini's
 * own tiler, and over the same search on the default buffers. Without the RTL nothing here is a measurement of ours.
 */
import type { LatencyModel } from "../../server/src/engine/model/learned/latency-model.ts";
import { gradientCosearch, ownOptions } from "../../server/src/engine/search/cosearch/gradient.ts";
import type { NetworkResult } from "../../server/src/engine/search/cosearch/progress.ts";
import { printCompact } from "../../server/src/spec/formats/dosa-compact.ts";
import { gemminiTemplate, openNetwork } from "./dosa/networks.ts";
import { layerOf, type Row } from "./dosa/rows.ts";
import {
  gain,
  geomean,
  type PublishedNetwork,
  readPublished,
  type Totals,
  tilerTotals,
  totals,
} from "./learned-published.ts";

const evaluations = Number(process.env.BENCH_EVALUATIONS ?? 2000);

function search(network: PublishedNetwork, freedom: "fixed" | "buffers", model: LatencyModel | null): NetworkResult {
  const layers = network.rows.map((row, i) => ({ workload: layerOf(row), count: network.counts[i] }));
  const open = openNetwork(layers, gemminiTemplate(16), freedom, "edp", model);
  let result: NetworkResult | null = null;
  for (const progress of gradientCosearch(open, { ...ownOptions, seed: 1, evaluations })) {
    result = progress.best ?? result;
  }
  if (result === null) throw new Error(`${network.name}: no design`);
  return result;
}

/** The found mappings as rows, buffers rounded up to whole KiB as those of the published designs are. */
function rowsOf({ rows }: PublishedNetwork, { architecture, mappings }: NetworkResult): Row[] {
  const [, accumulator, scratchpad] = architecture.storage;
  return rows.map((row, i) => ({
    ...row,
    "mapping.mapping": printCompact(mappings[i], layerOf(row)),
    "arch.mem1_entries": String(16 * Math.ceil(accumulator.capacityWords! / 16)),
    "arch.mem2_entries": String(1024 * Math.ceil(scratchpad.capacityWords! / 1024)),
    "arch.mem2_width": "128",
  }));
}

export function searchOnLearnedCycles(model: LatencyModel, shared: string): void {
  console.log(`\nOur search, 16 × 16 array, buffers free, ${evaluations} evaluations of each network (all predicted)`);
  const gains = { tiler: [] as number[], buffers: [] as number[], blind: [] as number[] };
  for (const network of readPublished(shared, "both")) {
    const before = process.cpuUsage();
    const found = (freedom: "fixed" | "buffers", on: LatencyModel | null) => {
      const result = search(network, freedom, on);
      return { result, sums: totals(rowsOf(network, result), network.counts, model) };
    };
    const free = found("buffers", model);
    const kept = found("fixed", model);
    const blind = found("buffers", null);
    const tiler = tilerTotals(network, model);
    gains.tiler.push(gain(tiler, free.sums, "learned"));
    gains.buffers.push(gain(kept.sums, free.sums, "learned"));
    gains.blind.push(gain(tiler, blind.sums, "learned"));
    const buffers = free.result.sizes.capacityWords.filter((words) => words !== null).join(" and ");
    const ratio = ({ learned, analytical }: Totals) => (learned / analytical).toFixed(2);
    console.log(
      `  ${network.name.padEnd(10)} over the tiler ×${gains.tiler.at(-1)!.toFixed(2)}, over the default buffers ` +
        `×${gains.buffers.at(-1)!.toFixed(2)} (${buffers} words); searched on analytical cycles, over the tiler ` +
        `×${gains.blind.at(-1)!.toFixed(2)}; learned / analytical cycles ${ratio(free.sums)} and ${ratio(blind.sums)}, ` +
        `of the tiler ${ratio(tiler)}; ${(process.cpuUsage(before).user / 1e6).toFixed(0)} s`,
    );
  }
  console.log(
    `  geometric means: ×${geomean(gains.tiler).toFixed(2)}, ×${geomean(gains.buffers).toFixed(2)}; ×${geomean(gains.blind).toFixed(2)}`,
  );
}
