/**
 * Geometric programming on the 23 layers of Vaidya et al. (CGO 2022), Table II, with its constants: tables and charts
 * as its Figs. 4 to 8. `THISTLE_LAYERS=3` takes only the first layers, `THISTLE_EXACT_SECONDS` limits each exact search
 * (20). Charts go to test/.output/thistle.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderTable } from "../../server/src/cli/table.ts";
import type { Mapspace } from "../../server/src/engine/mapspace/mapspace.ts";
import { blockSearch } from "../../server/src/engine/search/blocks.ts";
import { exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import { codesign, type Design } from "../../server/src/engine/search/gp/codesign.ts";
import { gpSearch } from "../../server/src/engine/search/gp/gp.ts";
import {
  areaUm2,
  eyerissDimensions,
  type Technology,
  thistleTechnology,
} from "../../server/src/engine/search/gp/technology.ts";
import { fullMapspace } from "../../server/src/engine/search/gp/technology-mapspace.ts";
import type { Objective } from "../../server/src/engine/search/objective.ts";
import type { Incumbent, SearchProgress } from "../../server/src/engine/search/progress.ts";
import { barChart } from "../support/bar-chart.ts";
import { repositoryRoot } from "../support/shared.ts";
import { type ThistleLayer, thistleLayers } from "../support/thistle-layers.ts";

const layers = thistleLayers().slice(0, Number(process.env.THISTLE_LAYERS ?? 23));
const exactSeconds = Number(process.env.THISTLE_EXACT_SECONDS ?? 20);
const output = join(repositoryRoot, "test", ".output", "thistle");
const budget = areaUm2(thistleTechnology, eyerissDimensions);
/** The constants at hand name no bandwidths: words per cycle assumed for delay, in and out together. */
const paced: Technology = { ...thistleTechnology, bufferBandwidth: 32, dramBandwidth: 4 };

interface Timed<T> {
  result: T;
  /** Processor time: other programs on the machine do not count. */
  seconds: number;
}

function timed<T>(run: () => T): Timed<T> {
  const start = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(start);
  return { result, seconds: (user + system) / 1e6 };
}

function last<T>(steps: Generator<T>, seconds = Number.POSITIVE_INFINITY): T {
  const end = process.cpuUsage().user / 1e6 + seconds;
  let result: T | undefined;
  for (result of steps) if (process.cpuUsage().user / 1e6 > end) break;
  return result as T;
}

const eyeriss = (layer: ThistleLayer, technology: Technology): Mapspace => {
  const mapspace = fullMapspace(technology, eyerissDimensions, layer.workload);
  if (mapspace === null) throw new Error(`${layer.name} has no mapspace`);
  return mapspace;
};
const perMac = (layer: ThistleLayer, best: Incumbent | null) =>
  best === null ? Number.NaN : best.energyPj / layer.macs;
const ipc = (layer: ThistleLayer, best: Incumbent | null) => (best === null ? Number.NaN : layer.macs / best.cycles);
const mean = (values: readonly number[]) => Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

function show(
  file: string,
  title: string,
  unit: string,
  columns: readonly string[],
  rows: readonly string[][],
  bars: readonly string[],
) {
  const [first, ...others] = columns;
  console.log(`\n${title}\n`);
  console.log(renderTable([{ title: first }, ...others.map((t) => ({ title: t, align: "right" as const }))], rows));
  const series = bars.map((name) => ({
    name,
    values: rows.slice(0, layers.length).map((row) => Number.parseFloat(row[columns.indexOf(name)])),
  }));
  writeFileSync(
    join(output, file),
    barChart(
      title,
      unit,
      rows.slice(0, layers.length).map((row) => row[0]),
      series,
    ),
  );
}

const design = (objective: Objective, technology: Technology, some: readonly ThistleLayer[]) =>
  timed(() =>
    last(
      codesign(
        some.map(({ workload }) => ({ workload, count: 1 })),
        { objective, technology, areaUm2: budget },
      ),
    ),
  );
const machine = ({ units, registers, buffer }: Design) => `${units} × ${registers}, ${buffer / 512} KiB`;

mkdirSync(output, { recursive: true });
console.log(
  `Area of ${eyerissDimensions.units} units with ${eyerissDimensions.registers} registers and 128 KiB: ${(budget / 1e6).toFixed(3)} mm²`,
);

function onFixedMachine(objective: Objective, technology: Technology, figure: number) {
  const energy = objective === "energy";
  const of = energy ? perMac : ipc;
  const rows: string[][] = [];
  const ratios: number[] = [];
  const gaps: number[] = [];
  const found: number[] = [];
  for (const layer of layers) {
    const space = eyeriss(layer, technology);
    const gp = timed(() => last(gpSearch(space, { objective })));
    const randoms = [1, 2, 3, 4, 5].map((seed) =>
      timed(() =>
        last<SearchProgress>(
          blockSearch(space, { strategy: "random", objective, seed, evaluations: 30_000_000, victory: 3000 }),
          30,
        ),
      ),
    );
    const [random] = randoms;
    const exact = timed(() => last(exactSearch(space, { objective, seed: 1 }), exactSeconds));
    const value = of(layer, gp.result.best);
    const gap = (gp.result.best?.value ?? Number.NaN) / (exact.result.best?.value ?? Number.NaN) - 1;
    found.push(value);
    gaps.push(gap);
    for (const { result } of randoms)
      ratios.push((gp.result.best?.value ?? Number.NaN) / (result.best?.value ?? Number.NaN));
    rows.push([
      layer.name,
      value.toFixed(energy ? 3 : 1),
      of(layer, random.result.best).toFixed(energy ? 3 : 1),
      of(layer, exact.result.best).toFixed(energy ? 3 : 1),
      `${(100 * gap).toFixed(2)} %`,
      exact.result.done ? "proven" : "open",
      gp.seconds.toFixed(2),
      random.seconds.toFixed(2),
      exact.seconds.toFixed(2),
    ]);
  }
  const unit = energy ? "pJ/MAC" : "MACs per cycle";
  const columns = ["layer", "geometric", "random", "exact", "gap to exact", "", "s", "s random", "s exact"];
  show(
    `figure-${figure}.svg`,
    `Fig. ${figure}: ${energy ? "energy" : "delay"} of the best mapping, Eyeriss`,
    unit,
    columns,
    rows,
    ["geometric", "random", "exact"],
  );
  console.log(
    `  ${unit} ${Math.min(...found).toFixed(2)} to ${Math.max(...found).toFixed(2)}; ${objective} against random, five seeds (the first in the table): mean ratio ${mean(ratios).toFixed(3)}, worst ${Math.max(...ratios).toFixed(3)}; largest gap ${(100 * Math.max(...gaps)).toFixed(2)} %`,
  );
  return found;
}

const fixedEnergy = onFixedMachine("energy", thistleTechnology, 4);

const own = layers.map((layer) => ({ layer, ...design("energy", thistleTechnology, [layer]) }));
const ownEnergy = own.map(({ layer, result }) => perMac(layer, result.best?.layers[0] ?? null));
show(
  "figure-5.svg",
  "Fig. 5: energy at equal area, machine of its own for each layer",
  "pJ/MAC",
  ["layer", "Eyeriss", "co-design", "units × registers, buffer", "area mm²", "s"],
  own.map(({ layer, result, seconds }, i) => [
    layer.name,
    fixedEnergy[i].toFixed(3),
    ownEnergy[i].toFixed(3),
    result.best === null ? "" : machine(result.best),
    ((result.best?.areaUm2 ?? 0) / 1e6).toFixed(3),
    seconds.toFixed(2),
  ]),
  ["Eyeriss", "co-design"],
);
console.log(
  `  ${ownEnergy.filter((e) => e <= 5.5).length} of ${layers.length} layers at 5.5 pJ/MAC or less, worst ${Math.max(...ownEnergy).toFixed(2)}, geometric mean ${mean(ownEnergy).toFixed(2)}; longest ${Math.max(...own.map((o) => o.seconds)).toFixed(2)} s`,
);

const common = design("energy", thistleTechnology, layers);
const commonEnergy = layers.map((layer, i) => perMac(layer, common.result.best?.layers[i] ?? null));
show(
  "figure-6.svg",
  `Fig. 6: energy at equal area, one machine for all (${common.result.best === null ? "none" : machine(common.result.best)})`,
  "pJ/MAC",
  ["layer", "Eyeriss", "own machine", "common machine"],
  layers.map((layer, i) => [
    layer.name,
    fixedEnergy[i].toFixed(3),
    ownEnergy[i].toFixed(3),
    commonEnergy[i].toFixed(3),
  ]),
  ["Eyeriss", "own machine", "common machine"],
);
console.log(
  `  common machine ${(100 * (mean(commonEnergy.map((e, i) => e / ownEnergy[i])) - 1)).toFixed(1)} % above the layers' own (geometric mean), worst ${Math.max(...commonEnergy).toFixed(2)} pJ/MAC; ${common.seconds.toFixed(1)} s`,
);

console.log("\nDelay: 32 words per cycle at the buffer and 4 at DRAM, in and out together (assumed).");
const fixedIpc = onFixedMachine("latency", paced, 7);
const fast = layers.map((layer) => ({ layer, ...design("latency", paced, [layer]) }));
const fastIpc = fast.map(({ layer, result }) => ipc(layer, result.best?.layers[0] ?? null));
show(
  "figure-8.svg",
  "Fig. 8: delay at equal area, machine of its own for each layer",
  "MACs per cycle",
  ["layer", "Eyeriss", "co-design", "units × registers, buffer", "s"],
  fast.map(({ layer, result, seconds }, i) => [
    layer.name,
    fixedIpc[i].toFixed(1),
    fastIpc[i].toFixed(1),
    result.best === null ? "" : machine(result.best),
    seconds.toFixed(2),
  ]),
  ["Eyeriss", "co-design"],
);
console.log(`  ${mean(fastIpc.map((x, i) => x / fixedIpc[i])).toFixed(2)} times Eyeriss (geometric mean)`);
console.log(`\nCharts: ${output}`);
