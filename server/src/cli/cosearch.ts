/** `mapspace cosearch`: mappings of a whole network, and the hardware they need. */

import { evaluate } from "../engine/model/evaluate.ts";
import type { HardwareFreedom } from "../engine/model/relaxed/hardware.ts";
import { defaultEvaluationOptions, type Evaluation } from "../engine/model/types.ts";
import { bayesianCosearch } from "../engine/search/cosearch/bayesian.ts";
import { publishedBayesianCosearch } from "../engine/search/cosearch/bayesian-published.ts";
import { gradientCosearch, ownOptions, publishedOptions } from "../engine/search/cosearch/gradient.ts";
import { layerMisfits } from "../engine/search/cosearch/misfit.ts";
import type { Cosearch, CosearchProgress, NetworkResult } from "../engine/search/cosearch/progress.ts";
import { randomCosearch } from "../engine/search/cosearch/random.ts";
import type { Objective } from "../engine/search/objective.ts";
import { printMappingYaml } from "../spec/formats/mapping-yaml.ts";
import {
  formatArea,
  formatChange,
  formatCount,
  formatEdp,
  formatEnergy,
  formatNumber,
  formatPercent,
} from "../workspace/quantities.ts";
import type { Command } from "./command.ts";
import { type CosearchInput, parseFits, readCosearchInput } from "./cosearch-inputs.ts";
import { type CosearchState, inputsHash, readState, writeState } from "./cosearch-state.ts";
import { unwritten, writeDesign } from "./cosearch-write.ts";
import { learnedJson, openLatencyModel } from "./latency.ts";
import { renderTable } from "./table.ts";
import { exitStatus, type FlagSpec, type Flags, parseFlags, templateVariables, UsageError } from "./usage.ts";
import { requireFolderOf, requireWritableFolder } from "./writable.ts";

const flagSpec = {
  hardware: { type: "string" },
  algorithm: { type: "string" },
  orders: { type: "string" },
  temperature: { type: "string" },
  fits: { type: "string" },
  objective: { type: "string" },
  evaluations: { type: "string" },
  seed: { type: "string" },
  state: { type: "string" },
  "latency-model": { type: "string" },
  write: { type: "string" },
  set: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const satisfies FlagSpec;

const freedoms = ["fixed", "buffers", "all"] as const satisfies readonly HardwareFreedom[];
const objectives: readonly Objective[] = ["edp", "energy", "latency"];
const algorithms = ["gradient", "dosa", "random", "bayes", "bayes-dosa"] as const;

export const cosearchCommand: Command = {
  name: "cosearch",
  summary: "mappings of a whole network, and the hardware they need",
  help: `Usage: mapspace cosearch [FLAGS] FILE...

FILEs are an architecture (the template of the hardware), the layers of a network with how often each occurs, and
constraints; a folder stands for its YAML files. Perfect factors, exact counting, no link transfers. The objective
of a network is (Σ count · energy) × (Σ count · cycles).

  --hardware FREEDOM    what the mappings may size: all (buffers and array, default), buffers, fixed (nothing)
  --algorithm NAME      gradient (default), dosa (gradient search as published), random, bayes, bayes-dosa (Bayesian
                        search as DOSA is compared with)
  --orders NAME         iterate (default) or softmax: how gradient and dosa choose loop orders
  --temperature T       maxima (the slowest level, the largest tile) are smooth in the gradient: (Σ x^(1/T))^T;
                        between 0 and 1, default 0: plain maxima
  --fits LEVEL=FIT,...  energy of a buffer by its size: scratchpad or accumulator as published with DOSA, for levels of
                        this name or class; others scale what the tables say by Timeloop's technology model
  --objective NAME      edp (default), energy, latency
  --evaluations N       evaluations of the whole network (default 10500)
  --seed N              the same seed and evaluations give the same result (default 1)
  --latency-model FILE  cycles are those that a model made by \`mapspace learn\` expects; with buffers or fixed
  --state FILE          go on from this file where it exists; it is kept up to date after every start point
  --write DIR           write architecture.yaml and for each layer its problem and mapping there
  --set NAME=VALUE      a variable of a template (*.yaml.jinja2); may be repeated
  --json                one JSON object

Ctrl-C ends the search with the best so far.
Exit status: 0 a design was found, 1 none was, 2 wrong usage.
`,
  async run(args) {
    const { flags, files } = parseFlags(args, flagSpec);
    const settings = {
      hardware: choice(flags, "hardware", freedoms, "all"),
      algorithm: choice(flags, "algorithm", algorithms, "gradient"),
      orders: choice(flags, "orders", ["iterate", "softmax"] as const, "iterate"),
      temperature: temperatureOf(flags.temperature as string | undefined),
      fits: flags.fits as string | undefined,
      objective: choice(flags, "objective", objectives, "edp"),
      evaluations: whole(flags, "evaluations", 1) ?? 10_500,
      seed: whole(flags, "seed", 0) ?? 1,
    };
    if (flags.state !== undefined && settings.algorithm !== "gradient" && settings.algorithm !== "dosa") {
      throw new UsageError("--state goes with --algorithm gradient or dosa");
    }
    const stateFile = flags.state as string | undefined;
    const target = flags.write as string | undefined;
    if (stateFile !== undefined) requireFolderOf(stateFile);
    if (target !== undefined) requireWritableFolder(target);
    const model = flags["latency-model"] === undefined ? null : openLatencyModel(flags["latency-model"] as string);
    if (model !== null && settings.hardware === "all") {
      throw new UsageError("--latency-model knows one array: use --hardware buffers or fixed");
    }
    const variables = templateVariables(flags);
    const input = readCosearchInput(
      files,
      variables,
      settings.hardware,
      settings.objective,
      model,
      settings.fits === undefined ? undefined : parseFits(settings.fits),
    );
    for (const line of input.warnings) process.stderr.write(`${line}\n`);
    const inputs = inputsHash(input.files, { ...settings, variables, latency: model?.file });
    const state = stateFile === undefined ? null : readState(stateFile, inputs);
    const started = performance.now();
    let keeps = stateFile !== undefined;
    const outcome = await drive(begin(input, settings, state), settings.evaluations, state?.best ?? null, (next) => {
      if (!keeps || stateFile === undefined) return;
      try {
        writeState(stateFile, inputs, next);
      } catch (error) {
        keeps = false;
        process.stderr.write(`${unwritten(stateFile, error)}; the search goes on without it\n`);
      }
    });
    const seconds = (performance.now() - started) / 1000;
    const { best } = outcome;
    if (best === null) {
      process.stderr.write(nothingFound(input, outcome.evaluations));
      return exitStatus.problems;
    }
    if (flags.json)
      process.stdout.write(`${JSON.stringify(json(input, best, { ...settings, ...outcome, seconds }), null, 2)}\n`);
    else {
      process.stdout.write(
        `${report(input, best)}\n\n  ${formatCount(Math.round(outcome.evaluations))} evaluations of the network, ${seconds.toFixed(1)} s\n`,
      );
    }
    if (target !== undefined) {
      const names = writeDesign(input.layers, best, target);
      if (!flags.json) for (const name of names) process.stdout.write(`  wrote ${name}\n`);
    }
    return exitStatus.fine;
  },
};

/** Which layers the hardware cannot hold and why, or that more evaluations may do. */
function nothingFound({ network, layers }: CosearchInput, evaluations: number): string {
  const head = `no design was found that the hardware can hold (${formatCount(Math.round(evaluations))} evaluations)`;
  const misfits = layerMisfits(network);
  if (misfits.length === 0) return `${head}; each layer has mappings that fit: give more --evaluations\n`;
  const { storage } = network.space.template;
  const texts = {
    words: (name: string, taken: string, limit: string) => `${name} has room for ${limit} of ${taken} words`,
    "least-words": (name: string, taken: string, limit: string) =>
      `${name} must hold ${limit} words at least; the tiles have ${taken}`,
    "fan-out": (name: string, taken: string, limit: string) =>
      `below ${name} there are ${limit} places; ${taken} are used`,
    parallel: (_: string, taken: string, limit: string) => `${limit} MACs must run at once at least; ${taken} do`,
  };
  const lines = misfits.map(({ layer, misfits: own }) => {
    const why = own.map(({ kind, level, taken, limit }) =>
      texts[kind](storage[level]?.name ?? "", formatCount(taken), formatCount(Math.floor(limit))),
    );
    const reasons = why.join("; ") || "its loops in space find no places on the array";
    return `  ${layers[layer].workload.name || `layer ${layer + 1}`}: ${reasons}\n`;
  });
  return `${head}. Nearest to fitting:\n${lines.join("")}`;
}

interface Settings {
  algorithm: (typeof algorithms)[number];
  orders: "iterate" | "softmax";
  temperature: number;
  evaluations: number;
  seed: number;
}

function begin(input: CosearchInput, settings: Settings, state: CosearchState | null): Cosearch {
  const { network } = input;
  const { algorithm, orders, temperature, evaluations, seed } = settings;
  if (algorithm === "random") return randomCosearch(network, { seed, evaluations, hardware: 10 });
  if (algorithm === "bayes") return bayesianCosearch(network, { seed, evaluations, hardware: 100 });
  if (algorithm === "bayes-dosa") return publishedBayesianCosearch(network, { seed, evaluations, hardware: 100 });
  const base = algorithm === "dosa" ? publishedOptions : ownOptions;
  const resume = state === null ? undefined : { ...state.checkpoint, best: state.best };
  return gradientCosearch(network, { ...base, orders, sharpness: 1 / temperature, seed, evaluations, resume });
}

interface Outcome {
  best: NetworkResult | null;
  evaluations: number;
  complete: boolean;
}

/** Runs in slices, so that Ctrl-C is heard. */
async function drive(
  search: Cosearch,
  evaluations: number,
  known: NetworkResult | null,
  keep: (state: CosearchState) => void,
): Promise<Outcome> {
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  process.once("SIGINT", stop);
  let best = known;
  let last: CosearchProgress | null = null;
  let shown = 0;
  const terminal = process.stderr.isTTY;
  try {
    for (const progress of search) {
      last = progress;
      if (progress.best !== null) best = progress.best;
      if (progress.checkpoint !== undefined) keep({ checkpoint: progress.checkpoint, best });
      const now = performance.now();
      if (now - shown < 50) continue;
      shown = now;
      if (terminal) {
        const found = best === null ? "none found yet" : `best ${formatNumber(best.value)}`;
        process.stderr.write(
          `\r\x1b[K${formatCount(Math.round(progress.evaluations))} of ${formatCount(evaluations)} evaluations, ${found}`,
        );
      }
      await new Promise((resolve) => setImmediate(resolve));
      if (stopped) break;
    }
  } finally {
    process.removeListener("SIGINT", stop);
    if (terminal) process.stderr.write("\r\x1b[K");
  }
  return { best, evaluations: last?.evaluations ?? 0, complete: !stopped };
}

function layerCosts({ layers, network }: CosearchInput, best: NetworkResult) {
  const options = defaultEvaluationOptions("exact");
  return layers.map(({ workload, count }, i) => {
    const evaluation = evaluate(best.architecture, workload, best.mappings[i], options).evaluation!;
    const learned = network.latency?.predict(workload, best.mappings[i], evaluation);
    return { name: workload.name, count, evaluation, learned };
  });
}

/** Does some layer keep something at a level? One that none uses is as small as buffers get. */
const isUsed = ({ mappings }: NetworkResult, level: number) =>
  mappings.some(({ levels }) => levels[level].keep.some((kept) => kept));

function report(input: CosearchInput, best: NetworkResult): string {
  const { architecture } = best;
  const hardware = architecture.storage.map((level, l) => [
    level.name,
    formatCount(level.instances),
    !isUsed(best, l)
      ? "bypassed"
      : level.capacityWords === null
        ? "unlimited"
        : `${formatCount(level.capacityWords)} words`,
  ]);
  hardware.unshift([architecture.compute.name, `${architecture.compute.meshX} × ${architecture.compute.meshY}`, ""]);
  const expected = input.network.latency !== null;
  const costs = layerCosts(input, best);
  const { areaUm2 } = costs[0].evaluation;
  const edp = best.energyPj * best.cycles;
  const { before } = input;
  const totals = (title: string, cost: { cycles: number; energyPj: number }, busy: string) => [
    title,
    "",
    formatCount(Math.round(cost.cycles)),
    ...(expected ? [""] : []),
    formatEnergy(cost.energyPj),
    formatEdp(cost.energyPj * cost.cycles),
    busy,
  ];
  const rows = costs.map(({ name, count, evaluation, learned }) => [
    name,
    formatCount(count),
    formatCount(evaluation.cycles),
    ...(learned === undefined ? [] : [formatCount(Math.round(learned.cycles))]),
    formatEnergy(evaluation.energyPj),
    formatEdp(evaluation.edpPjCycles),
    formatPercent(evaluation.utilization),
  ]);
  rows.push([], totals("network", best, formatPercent(utilizationOf(costs))));
  if (before !== null) rows.push(totals("before", before, ""));
  const right = (title: string) => ({ title, align: "right" as const });
  return [
    renderTable([{ title: "hardware" }, right("instances"), right("capacity")], hardware.reverse()),
    renderTable(
      [
        { title: "layer" },
        right("count"),
        right("cycles"),
        ...(expected ? [right("learned")] : []),
        right("energy"),
        right("EDP"),
        right("busy"),
      ],
      rows,
    ),
    [
      `  area ${formatArea(areaUm2)}`,
      ...(before === null ? [] : [`EDP ${formatChange(before.edpPjCycles, edp)} against the mapping given`]),
    ].join("; "),
  ].join("\n\n");
}

/** Of all units over the whole network. */
function utilizationOf(costs: ReturnType<typeof layerCosts>): number {
  const sum = (pick: (evaluation: Evaluation) => number) =>
    costs.reduce((total, { count, evaluation }) => total + count * pick(evaluation), 0);
  return sum(({ utilization, cycles }) => utilization * cycles) / sum(({ cycles }) => cycles);
}

function json(input: CosearchInput, best: NetworkResult, run: object) {
  const { architecture, sizes } = best;
  const costs = layerCosts(input, best);
  return {
    ...run,
    best: undefined,
    energyPj: best.energyPj,
    cycles: best.cycles,
    edpPjCycles: best.energyPj * best.cycles,
    before: input.before,
    utilization: utilizationOf(costs),
    areaUm2: costs[0].evaluation.areaUm2,
    sizes,
    hardware: {
      meshX: architecture.compute.meshX,
      meshY: architecture.compute.meshY,
      levels: architecture.storage.map(({ name, instances, capacityWords }, l) => ({
        name,
        instances,
        capacityWords,
        used: isUsed(best, l),
      })),
    },
    layers: costs.map(({ name, count, evaluation, learned }, i) => ({
      name,
      count,
      ...(learned === undefined ? {} : learnedJson(learned)),
      energyPj: evaluation.energyPj,
      cycles: evaluation.cycles,
      utilization: evaluation.utilization,
      mappingYaml: printMappingYaml(best.mappings[i], architecture, input.layers[i].workload),
    })),
  };
}

function choice<T extends string>(flags: Flags, name: string, allowed: readonly T[], otherwise: T): T {
  const given = flags[name] as T | undefined;
  if (given === undefined) return otherwise;
  if (!allowed.includes(given)) throw new UsageError(`--${name} takes ${allowed.join(", ")}; not "${given}"`);
  return given;
}

function temperatureOf(given: string | undefined): number {
  const value = given === undefined ? 0 : Number(given);
  if (value >= 0 && value < 1 && given !== "") return value;
  throw new UsageError(`--temperature takes a number from 0 to below 1; not "${given}"`);
}

function whole(flags: Flags, name: string, least: number): number | null {
  if (flags[name] === undefined) return null;
  const value = Number(flags[name]);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`--${name} takes a whole number, ${least} or more; not "${flags[name]}"`);
  }
  return value;
}
