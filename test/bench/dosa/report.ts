import { type DefaultResult, defaultAccelerators } from "./defaults.ts";
import type { Fidelity } from "./fidelity.ts";
import type { KnownResult } from "./known.ts";
import { networkNames } from "./networks.ts";
import { type Algorithm, algorithms, type RunResult } from "./runs.ts";
import type { LayerResult } from "./single.ts";
import { lineChart } from "./svg.ts";

interface Results {
  runs: readonly RunResult[];
  defaults: readonly DefaultResult[];
  known: readonly KnownResult[];
  single: readonly LayerResult[];
  fidelity: readonly Fidelity[];
}

const titles: Record<Algorithm, string> = {
  random: "random",
  bayes: "Bayesian",
  dosa: "gradient as published",
  ours: "ours",
};
const colours: Record<Algorithm, string> = { random: "#888888", bayes: "#d08a00", dosa: "#2266bb", ours: "#118844" };

const geomean = (values: readonly number[]) =>
  Math.exp(values.reduce((sum, x) => sum + Math.log(x), 0) / values.length);
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |\n`;
const head = (cells: readonly string[]) => row(cells) + row(cells.map((_, i) => (i === 0 ? "---" : "---:")));
const ratio = (x: number) => (Number.isFinite(x) ? `${x.toFixed(2)}×` : "");

/** All tables in Markdown. */
export function tables(results: Results): string {
  return [
    runTable(results),
    ratioTable(results),
    defaultTable(results),
    singleTable(results),
    fidelityText(results),
  ].join("\n");
}

function edps(runs: readonly RunResult[], network: string, algorithm: Algorithm): number[] {
  return runs.filter((run) => run.network === network && run.algorithm === algorithm).map(({ edp }) => edp);
}

function runTable({ runs, known }: Results): string {
  let text = "Geometric mean of the best EDP over seeds, µJ·cycles (least and most in brackets)\n\n";
  text += head(["network", "seeds", ...algorithms.map((a) => titles[a]), "best known", "ours above it"]);
  for (const network of networkNames) {
    const own = runs.filter((run) => run.network === network);
    if (own.length === 0) continue;
    const seeds = new Set(own.map(({ seed }) => seed)).size;
    const cells = algorithms.map((algorithm) => {
      const values = edps(runs, network, algorithm);
      if (values.length === 0) return "";
      const bounds = [Math.min(...values), Math.max(...values)].map((x) => x.toExponential(2)).join(" … ");
      return `${geomean(values).toExponential(3)} (${bounds})`;
    });
    const best = known.find((entry) => entry.network === network)?.edp;
    const ours = edps(runs, network, "ours");
    const above = best === undefined || ours.length === 0 ? "" : `${(100 * (geomean(ours) / best - 1)).toFixed(1)} %`;
    text += row([network, seeds, ...cells, best?.toExponential(3) ?? "", above]);
  }
  text += `\nProcessor seconds per run (mean)\n\n${head(["network", ...algorithms.map((a) => titles[a])])}`;
  for (const network of networkNames) {
    const cells = algorithms.map((algorithm) => {
      const own = runs.filter((run) => run.network === network && run.algorithm === algorithm);
      if (own.length === 0) return "";
      const seconds = own.reduce((sum, run) => sum + run.seconds, 0) / own.length;
      const steps = own.reduce((sum, run) => sum + run.evaluations / run.seconds, 0) / own.length;
      return `${seconds.toFixed(1)} (${Math.round(steps)} evaluations/s)`;
    });
    text += row([network, ...cells]);
  }
  return text;
}

function ratioTable({ runs }: Results): string {
  let text = "EDP of the baselines relative to the gradient searches (published: random 2.80×, Bayesian 12.59×)\n\n";
  text += head([
    "network",
    "random / published",
    "Bayesian / published",
    "random / ours",
    "Bayesian / ours",
    "published / ours",
  ]);
  const pairs: [Algorithm, Algorithm][] = [
    ["random", "dosa"],
    ["bayes", "dosa"],
    ["random", "ours"],
    ["bayes", "ours"],
    ["dosa", "ours"],
  ];
  const columns: number[][] = pairs.map(() => []);
  for (const network of networkNames) {
    const ratios = pairs.map(([a, b], i) => {
      const value = geomean(edps(runs, network, a)) / geomean(edps(runs, network, b));
      if (Number.isFinite(value)) columns[i].push(value);
      return ratio(value);
    });
    text += row([network, ...ratios]);
  }
  return text + row(["geometric mean", ...columns.map((values) => ratio(geomean(values)))]);
}

function defaultTable({ runs, defaults }: Results): string {
  let text =
    "Default accelerators with optimal mappings relative to ours; in brackets published EDP relative to published Gemmini\n\n";
  text += head(["network", ...defaultAccelerators.map(({ name }) => name)]);
  for (const network of networkNames) {
    const ours = geomean(edps(runs, network, "ours"));
    const cells = defaultAccelerators.map(({ name, published }) => {
      const entry = defaults.find((d) => d.network === network && d.accelerator === name);
      const gemmini = defaultAccelerators[defaultAccelerators.length - 1].published[network];
      const open = entry !== undefined && entry.proven < entry.layers ? ", not all proven" : "";
      return entry === undefined ? "" : `${ratio(entry.edp / ours)} (${ratio(published[network] / gemmini)}${open})`;
    });
    text += row([network, ...cells]);
  }
  return text;
}

function singleTable({ single }: Results): string {
  if (single.length === 0) return "";
  let text = "Single layers: gradient search within 2 s of processor time against the proven optimum, pJ·cycles\n\n";
  text += head(["layer", "gradient", "optimum", "above", "exact search, s"]);
  for (const { name, found, optimum, exactSeconds } of single) {
    const above = `${(100 * (found / optimum - 1)).toFixed(2)} %`;
    text += row([name, found.toExponential(4), optimum.toExponential(4), above, exactSeconds.toFixed(1)]);
  }
  const mean = 100 * (geomean(single.map(({ found, optimum }) => found / optimum)) - 1);
  return `${text}\nGeometric mean: ${mean.toFixed(2)} % above the optimum.\n`;
}

function fidelityText({ fidelity }: Results): string {
  return fidelity
    .map(
      ({ rows, close, equal, worst }) =>
        `Relaxed model on DOSA's mappings against the reference model (exact): ${rows} rows, ${close} within 0.1 %, ${equal} within 1e-9, worst ${worst.toExponential(1)}.\n`,
    )
    .join("");
}

/** Best EDP over evaluations, every seed of every algorithm. */
export function plot(network: string, runs: readonly RunResult[]): string {
  const most = Math.max(...runs.map(({ evaluations }) => evaluations));
  const series = algorithms.flatMap((algorithm) =>
    runs
      .filter((run) => run.algorithm === algorithm)
      .map(({ curve, edp }, i) => ({
        label: titles[algorithm],
        colour: colours[algorithm],
        points: [...curve, most, edp],
        faint: i > 0,
      })),
  );
  return lineChart(`${network}: best EDP found`, "evaluations of the network", "EDP, µJ·cycles", series);
}
