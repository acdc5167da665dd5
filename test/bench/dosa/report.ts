import { type DefaultResult, defaultAccelerators } from "./defaults.ts";
import type { Fidelity } from "./fidelity.ts";
import type { KnownResult } from "./known.ts";
import { networkNames } from "./networks.ts";
import type { ProfileResult } from "./profile.ts";
import { type Algorithm, algorithms, type RunResult } from "./runs.ts";
import { type LayerResult, limitSeconds } from "./single.ts";
import { lineChart } from "./svg.ts";

interface Results {
  runs: readonly RunResult[];
  defaults: readonly DefaultResult[];
  known: readonly KnownResult[];
  profiles: readonly ProfileResult[];
  single: readonly LayerResult[];
  fidelity: readonly Fidelity[];
}

const titles: Record<Algorithm, string> = {
  random: "random",
  bayes: "Bayesian as published",
  bayesOwn: "Bayesian, stronger",
  dosa: "gradient as published",
  ours: "ours",
};
const colours: Record<Algorithm, string> = {
  random: "#888888",
  bayes: "#d08a00",
  bayesOwn: "#c03030",
  dosa: "#2266bb",
  ours: "#118844",
};

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
    profileTable(results),
    knownTable(results),
    defaultTable(results),
    singleTable(results),
    fidelityText(results),
  ].join("\n");
}

function edps(runs: readonly RunResult[], network: string, algorithm: Algorithm): number[] {
  return runs.filter((run) => run.network === network && run.algorithm === algorithm).map(({ edp }) => edp);
}

function runTable({ runs }: Results): string {
  let text = "Geometric mean of the best EDP over seeds, µJ·cycles (least and most in brackets)\n\n";
  text += head(["network", "seeds", ...algorithms.map((a) => titles[a])]);
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
    text += row([network, seeds, ...cells]);
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

const ratioPairs: readonly (readonly [Algorithm, Algorithm])[] = [
  ["random", "dosa"],
  ["bayes", "dosa"],
  ["bayesOwn", "dosa"],
  ["random", "ours"],
  ["bayes", "ours"],
  ["bayesOwn", "ours"],
  ["dosa", "ours"],
];

/** Geometric mean over seeds, least and most in brackets; the last row over networks and seeds. */
function ratioTable({ runs }: Results): string {
  let text =
    "EDP of one search relative to another of the same seed (paper: random / gradient 2.80×, Bayesian / gradient 12.59×)\n\n";
  text += head(["network", ...ratioPairs.map(([a, b]) => `${titles[a]} / ${titles[b]}`)]);
  const edpOf = (algorithm: Algorithm, { network, seed }: RunResult) =>
    runs.find((run) => run.network === network && run.seed === seed && run.algorithm === algorithm)?.edp ?? Number.NaN;
  const ratios = (list: readonly RunResult[], [a, b]: readonly [Algorithm, Algorithm]) =>
    list
      .filter(({ algorithm }) => algorithm === b)
      .map((run) => edpOf(a, run) / run.edp)
      .filter(Number.isFinite);
  const cell = (values: number[]) =>
    values.length === 0
      ? ""
      : `${ratio(geomean(values))} (${Math.min(...values).toFixed(2)} … ${Math.max(...values).toFixed(2)})`;
  for (const network of networkNames) {
    const own = runs.filter((run) => run.network === network);
    if (own.length > 0) text += row([network, ...ratioPairs.map((pair) => cell(ratios(own, pair)))]);
  }
  return text + row(["all networks", ...ratioPairs.map((pair) => cell(ratios(runs, pair)))]);
}

/** How long a whole run takes, and where. */
function profileTable({ profiles }: Results): string {
  if (profiles.length === 0) return "";
  const names = [...new Set(profiles.flatMap(({ shares }) => Object.keys(shares)))];
  let text = "One whole run under the sampling profiler: processor seconds, steps a second, and shares\n\n";
  text += head(["network", "search", "s", "steps/s", ...names]);
  for (const { network, algorithm, seconds, evaluations, shares } of profiles) {
    const cells = names.map((name) => (name in shares ? `${(100 * shares[name]).toFixed(1)} %` : ""));
    text += row([network, titles[algorithm], seconds.toFixed(1), Math.round(evaluations / seconds), ...cells]);
  }
  return text;
}

/** Distance of every search to the best design known. */
function knownTable({ runs, known }: Results): string {
  if (known.length === 0) return "";
  let text = "Above the best design known, geometric mean over seeds\n\n";
  text += head(["network", "best known", "hardware tried", "unproven layers", ...algorithms.map((a) => titles[a])]);
  for (const { network, edp, hardware, unproven } of known) {
    const cells = algorithms.map((algorithm) => {
      const values = edps(runs, network, algorithm);
      return values.length === 0 ? "" : `${(100 * (geomean(values) / edp - 1)).toFixed(1)} %`;
    });
    text += row([network, edp.toExponential(3), hardware, unproven, ...cells]);
  }
  return text;
}

function defaultTable({ runs, defaults }: Results): string {
  let text =
    "Default accelerators with optimal mappings relative to ours (in brackets: µJ·cycles, the paper's after the slash; relative to Gemmini, the paper's after the slash)\n\n";
  text += head(["network", ...defaultAccelerators.map(({ name }) => name)]);
  const gemmini = defaultAccelerators[defaultAccelerators.length - 1];
  for (const network of networkNames) {
    const ours = geomean(edps(runs, network, "ours"));
    const costed = (name: string) => defaults.find((d) => d.network === network && d.accelerator === name);
    const unit = costed(gemmini.name)?.edp ?? Number.NaN;
    const cells = defaultAccelerators.map(({ name, published }) => {
      const entry = costed(name);
      if (entry === undefined) return "";
      const open = entry.proven < entry.layers ? `, ${entry.layers - entry.proven} of ${entry.layers} unproven` : "";
      const absolute = `${entry.edp.toExponential(3)} / ${published[network].toExponential(3)}`;
      const relative = `${ratio(entry.edp / unit)} / ${ratio(published[network] / gemmini.published[network])}`;
      return `${ratio(entry.edp / ours)} (${absolute}; ${relative}${open})`;
    });
    text += row([network, ...cells]);
  }
  return text;
}

function singleTable({ single }: Results): string {
  if (single.length === 0) return "";
  let text = `Single layers: gradient search within ${limitSeconds} s of processor time against the proven optimum, pJ·cycles\n\n`;
  text += head(["layer", "gradient", "s", "optimum", "above", "exact search, s"]);
  for (const { name, found, seconds, optimum, exactSeconds } of single) {
    const above = `${(100 * (found / optimum - 1)).toFixed(2)} %`;
    text += row([
      name,
      found.toExponential(4),
      seconds.toFixed(2),
      optimum.toExponential(4),
      above,
      exactSeconds.toFixed(1),
    ]);
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
