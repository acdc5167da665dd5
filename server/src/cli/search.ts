/** `mapspace search`: a better mapping, or the best with its proof. */

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { MapspaceKind } from "../engine/mapspace/constraints.ts";
import { evaluate } from "../engine/model/evaluate.ts";
import { LatencyModel, type LearnedLatency } from "../engine/model/learned/latency-model.ts";
import { type CountingRule, defaultEvaluationOptions, type Evaluation, type Workload } from "../engine/model/types.ts";
import { isBlockStrategy } from "../engine/search/blocks.ts";
import { certificateOf } from "../engine/search/exact/certificate.ts";
import type { ExactProgress } from "../engine/search/exact/exact.ts";
import { gpRefusal } from "../engine/search/gp/gp.ts";
import { type Objective, objectiveValue } from "../engine/search/objective.ts";
import type { SearchProgress } from "../engine/search/progress.ts";
import { printMappingYaml } from "../spec/formats/mapping-yaml.ts";
import {
  ContradictionError,
  type PoolOutcome,
  type PoolSettings,
  type SpawnPoolWorker,
  startPool,
} from "../worker/pool.ts";
import { poolInPlace } from "../worker/pool-in-place.ts";
import { poolThreads } from "../worker/pool-threads.ts";
import { latencyText } from "../workspace/latency.ts";
import { formatChange, formatCount, formatEdp, formatEnergy, formatPercent } from "../workspace/quantities.ts";
import { writeCertificate } from "./certificate-file.ts";
import type { Command } from "./command.ts";
import { externalFlags, externalHelp, requireFitting } from "./external/options.ts";
import { renderSensitivity } from "./external/report.ts";
import { searchByCommand } from "./external/run.ts";
import { frontLine } from "./front.ts";
import { learnedJson, openLatencyModel, requireMatch } from "./latency.ts";
import { SearchBar } from "./search-bar.ts";
import { describeConflict, readSearchInput, type SearchInput } from "./search-inputs.ts";
import { renderTable } from "./table.ts";
import {
  countingOf,
  exitStatus,
  type FlagSpec,
  type Flags,
  parseFlags,
  templateVariables,
  UsageError,
} from "./usage.ts";
import { requireWritable } from "./writable.ts";
import { requireMappingOrNone, writeMapping } from "./write-mapping.ts";

const flagSpec = {
  ...externalFlags,
  mapspace: { type: "string" },
  strategy: { type: "string" },
  objective: { type: "string" },
  evaluations: { type: "string" },
  victory: { type: "string" },
  seconds: { type: "string" },
  seed: { type: "string" },
  jobs: { type: "string" },
  json: { type: "boolean" },
  write: { type: "string" },
  certificate: { type: "string" },
  "latency-model": { type: "string" },
  counting: { type: "string" },
  layer: { type: "string" },
  set: { type: "string", multiple: true },
} as const satisfies FlagSpec;

const kinds: readonly MapspaceKind[] = ["pfm", "padded", "ruby", "ruby-s", "ruby-t"];
const strategies: readonly PoolSettings["strategy"][] = [
  "random",
  "exhaustive",
  "local",
  "exact",
  "gradient",
  "gp",
  "bayes",
];
const objectives: readonly Objective[] = ["edp", "energy", "latency"];

export const searchCommand: Command = {
  name: "search",
  summary: "a better mapping, or the best one with a proof",
  help: `Usage: mapspace search [FLAGS] FILE...

FILEs are a design: architecture, problem, tables, constraints; a mapping among them is what the result is compared
with. Everything is optimised under exact counting, without link transfers.

  --mapspace KIND       pfm (perfect factors, default), padded, ruby-s (remainders in space), ruby-t (in time), ruby
  --strategy NAME       exact (default; pfm, padded and ruby-s), local, random, exhaustive;
                        for pfm also gradient, and gp (geometric programming); bayes where evaluations are costly
  --objective NAME      edp (default), energy, latency
  --evaluations N       mappings tried at most (all but exact and exhaustive: 100,000 unless --seconds or --victory is given)
  --victory N           random, local, exhaustive: stop after N valid mappings in a row that are no better
  --seconds S           stop after S seconds with the best so far
  --seed N              the same seed and evaluations give the same result for any number of jobs (default 1)
  --jobs N              threads (default: all cores; exact and gradient use one)
  --layer NAME          the layer of the problem
  --write FILE          write the mapping there: into the design or mapping FILE holds, comments kept, or as a new file
  --latency-model FILE  for gradient: cycles are those that a model made by \`mapspace learn\` expects
  --counting RULE       cost the result, and the given mapping, under this rule too: timeloop, timeloop-2022
  --certificate FILE    write what exact has proven, the optimum or a gap; \`mapspace verify\` checks it
${externalHelp}  --set NAME=VALUE      a variable of a template
  --json                one JSON object

Exit status: 0 a mapping was found, 1 there is none or the constraints contradict each other, 2 wrong usage.
`,
  async run(args) {
    const { flags, files } = parseFlags(args, flagSpec);
    const settings = poolSettings(flags);
    countingOf(flags);
    requireFitting(flags, settings.strategy);
    const kind = choice(flags, "mapspace", kinds, "pfm");
    if (settings.strategy === "exact" && (kind === "ruby" || kind === "ruby-t")) {
      throw new UsageError(
        "exact has no proof for remainders in time: use --mapspace pfm, padded or ruby-s, or another strategy",
      );
    }
    if ((settings.strategy === "gradient" || settings.strategy === "gp") && kind !== "pfm") {
      throw new UsageError(
        `${settings.strategy} searches perfect factors only: use --mapspace pfm, or another strategy`,
      );
    }
    if (flags.certificate !== undefined && settings.strategy !== "exact") {
      throw new UsageError("--certificate goes with --strategy exact");
    }
    for (const name of ["write", "certificate"] as const) requireWritable(flags[name] as string | undefined);
    requireMappingOrNone(flags.write as string | undefined);
    const input = readSearchInput(files, flags.layer as string | undefined, templateVariables(flags));
    for (const line of input.warnings) process.stderr.write(`${line}\n`);
    if (settings.strategy === "gp" && gpRefusal(input.architecture) === "one-level") {
      const { name } = input.architecture.storage[0];
      throw new UsageError(
        `${input.name}: gp needs two or more storage levels to move data between; the architecture has one, ${name}`,
      );
    }
    if (flags["latency-model"] !== undefined) {
      if (settings.strategy !== "gradient") throw new UsageError("--latency-model goes with --strategy gradient");
      const model = openLatencyModel(flags["latency-model"] as string);
      requireMatch(model, input.architecture, input.layer.workload);
      settings.latency = model.file;
    }
    if (flags.evaluator !== undefined) return searchByCommand(input, kind, settings, flags);
    const job = {
      architecture: input.architecture,
      workload: input.layer.workload,
      kind,
      constraints: input.constraints,
    };
    const bar = new SearchBar(process.stderr, settings);
    const started = performance.now();
    let outcome: PoolOutcome;
    try {
      const running = startPool(spawner(), job, settings, (progress) => bar.show(progress));
      const stop = () => running.cancel();
      process.once("SIGINT", stop);
      outcome = await running.outcome;
      process.removeListener("SIGINT", stop);
    } catch (error) {
      bar.clear();
      if (!(error instanceof ContradictionError)) throw error;
      process.stderr.write(`${input.name}: ${describeConflict(input, error.conflict)}\n`);
      return exitStatus.problems;
    }
    bar.clear();
    return report(input, kind, settings, outcome, (performance.now() - started) / 1000, flags);
  },
};

/** Threads where the search's own bundle lies beside the tool's, else in place. */
function spawner(): SpawnPoolWorker {
  const script = join(__dirname, "search.cjs");
  return existsSync(script) ? poolThreads(script) : poolInPlace;
}

function poolSettings(flags: Flags): PoolSettings {
  const strategy = choice(flags, "strategy", strategies, "exact");
  const evaluations = whole(flags, "evaluations", 1);
  const victory = whole(flags, "victory", 1);
  const seconds = flags.seconds === undefined ? null : Number(flags.seconds);
  if (seconds !== null && !(seconds > 0))
    throw new UsageError(`--seconds takes a positive number; not "${flags.seconds}"`);
  if (victory !== null && !isBlockStrategy(strategy))
    throw new UsageError(`--victory goes with --strategy random, local or exhaustive; not ${strategy}`);
  const unlimited = evaluations === null && victory === null && seconds === null;
  return {
    strategy,
    objective: choice(flags, "objective", objectives, "edp"),
    seed: whole(flags, "seed", 0) ?? 1,
    evaluations:
      unlimited && strategy === "bayes"
        ? 100
        : unlimited && strategy !== "exact" && strategy !== "exhaustive"
          ? 100_000
          : evaluations,
    victory,
    jobs: whole(flags, "jobs", 1) ?? availableParallelism(),
    certify: flags.certificate !== undefined,
    // Timers know no longer times.
    milliseconds: seconds === null ? null : Math.min(seconds * 1000, 2 ** 31 - 1),
  };
}

function choice<T extends string>(flags: Flags, name: string, allowed: readonly T[], otherwise: T): T {
  const given = flags[name] as T | undefined;
  if (given === undefined) return otherwise;
  if (!allowed.includes(given)) throw new UsageError(`--${name} takes ${allowed.join(", ")}; not "${given}"`);
  return given;
}

function whole(flags: Flags, name: string, least: number): number | null {
  if (flags[name] === undefined) return null;
  const value = Number(flags[name]);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`--${name} takes a whole number, ${least} or more; not "${flags[name]}"`);
  }
  return value;
}

function report(
  input: SearchInput,
  kind: MapspaceKind,
  settings: PoolSettings,
  { progress, complete }: PoolOutcome,
  seconds: number,
  flags: Flags,
): number {
  const { architecture, layer } = input;
  const { best } = progress;
  if (best === null) {
    const why =
      progress.bound === Number.POSITIVE_INFINITY
        ? "no mapping of the mapspace fits the hardware"
        : progress.evaluations === 0
          ? "the time was over before the first mapping was tried"
          : "no mapping that fits the hardware was found";
    process.stderr.write(`${input.name}: ${why} (${formatCount(progress.evaluations)} tried)\n`);
    return exitStatus.problems;
  }
  const workload: Workload = {
    ...layer.workload,
    dimensions: layer.workload.dimensions.map((d, i) => ({ ...d, bound: best.bounds[i] })),
  };
  // What is reported is what the reference model says.
  const costs = (counting: CountingRule): { before: Evaluation | null; after: Evaluation } => {
    const options = defaultEvaluationOptions(counting);
    const given = input.before && evaluate(architecture, layer.workload, input.before, options);
    return {
      before: given?.violations.length === 0 ? (given.evaluation ?? null) : null,
      after: evaluate(architecture, workload, best.mapping, options).evaluation!,
    };
  };
  const { before, after } = costs("exact");
  const counting = countingOf(flags);
  const recosted = counting === undefined ? null : { counting, ...costs(counting) };
  const model = settings.latency === undefined ? null : new LatencyModel(settings.latency);
  const learned = model?.predict(workload, best.mapping, after) ?? null;
  const learnedBefore =
    before !== null && input.before !== null ? (model?.predict(layer.workload, input.before, before) ?? null) : null;
  const gap = progress.bound === null ? null : Math.max(0, 1 - progress.bound / best.value);
  if (flags.certificate !== undefined) certify(input, kind, settings, progress, flags);
  const style = input.architectureSource?.version === "0.4" ? "0.4" : "0.3";
  const worse = before !== null && objectiveOf(after, learned, settings) > objectiveOf(before, learnedBefore, settings);
  const written = flags.write !== undefined && !worse;
  if (written) writeMapping(input, best.mapping, workload, flags.write as string);
  if (flags.json) {
    const json = {
      mapspace: kind,
      ...settings,
      latency: undefined,
      ...(learned === null ? {} : learnedJson(learned)),
      complete,
      seconds,
      evaluations: progress.evaluations,
      valid: progress.valid,
      bound: progress.bound,
      gap,
      best: { ...best, energyPj: after.energyPj, cycles: after.cycles },
      mappingYaml: printMappingYaml(best.mapping, architecture, workload, style),
      before: totals(before),
      recosted: recosted && { counting, before: totals(recosted.before), after: totals(recosted.after) },
      worse,
      written: written ? flags.write : null,
      front: progress.front,
      statistics: (progress as Partial<ExactProgress>).statistics,
    };
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
    return exitStatus.fine;
  }
  process.stdout.write(`${costTable(before, after)}\n\n${summary(progress, seconds, gap, settings)}\n`);
  process.stdout.write(frontLine(progress.front));
  if (recosted !== null)
    process.stdout.write(`\n  Counted by the rule ${counting}:\n\n${costTable(recosted.before, recosted.after)}\n`);
  for (const [when, latency] of [
    ["before", learnedBefore],
    ["after", learned],
  ] as const) {
    if (latency !== null) process.stdout.write(`  cycles ${when}: ${latencyText(latency)}\n`);
  }
  const { sensitivity } = progress;
  if (sensitivity !== undefined)
    process.stdout.write(`\n${renderSensitivity(sensitivity, { architecture, workload })}\n`);
  if (before === null && input.specification.mappingSource !== undefined) {
    process.stdout.write("\n  The given mapping is not compared: it has errors, which mapspace check tells.\n");
  }
  if (worse) {
    const kept = flags.write === undefined ? "" : "; nothing was written";
    process.stdout.write(
      `\n  The given mapping is better than all that were tried: give the search more time${kept}.\n`,
    );
  } else if (flags.write === undefined) {
    process.stdout.write(`\n${printMappingYaml(best.mapping, architecture, workload, style)}`);
  } else {
    process.stdout.write(`\n  Written to ${flags.write}.\n`);
  }
  return exitStatus.fine;
}

const totals = (cost: Evaluation | null) =>
  cost && { energyPj: cost.energyPj, cycles: cost.cycles, edpPjCycles: cost.edpPjCycles };

function objectiveOf(
  { energyPj, cycles }: Evaluation,
  learned: LearnedLatency | null,
  { objective }: PoolSettings,
): number {
  return objectiveValue(objective, energyPj, learned?.cycles ?? cycles);
}

function costTable(before: Evaluation | null, after: Evaluation): string {
  const row = (title: string, value: (e: Evaluation) => number, text: (x: number) => string) => {
    const change = before === null ? "" : formatChange(value(before), value(after));
    return [title, before === null ? "" : text(value(before)), text(value(after)), change];
  };
  const rows = [
    row("Cycles", (e) => e.cycles, formatCount),
    row("Energy", (e) => e.energyPj, formatEnergy),
    row("EDP", (e) => e.edpPjCycles, formatEdp),
    row(
      "Utilization",
      (e) => e.utilization,
      (x) => formatPercent(x),
    ),
  ];
  const columns = [
    { title: "" },
    { title: "before", align: "right" },
    { title: "after", align: "right" },
    { title: "change", align: "right" },
  ] as const;
  if (before !== null) return renderTable(columns, rows);
  return renderTable(
    [columns[0], columns[2]],
    rows.map(([title, , text]) => [title, text]),
  );
}

function summary(progress: SearchProgress, seconds: number, gap: number | null, settings: PoolSettings): string {
  const proof =
    gap === null
      ? `best found by ${settings.strategy} search`
      : gap === 0
        ? "the optimum, proven"
        : `not proven: nothing in the mapspace is more than ${formatPercent(gap, 2)} better`;
  const tried = `${formatCount(progress.evaluations)} mappings tried, ${formatCount(progress.valid)} of them valid`;
  return `  ${proof}; ${tried}, ${seconds.toFixed(2)} s`;
}

function certify(
  input: SearchInput,
  kind: MapspaceKind,
  { objective }: PoolSettings,
  progress: SearchProgress,
  flags: Flags,
): void {
  const { architecture, layer, constraints } = input;
  const problem = { architecture, workload: layer.workload, kind, constraints, objective };
  const certificate = certificateOf(problem, progress as ExactProgress);
  const file = flags.certificate as string;
  if (certificate === null) {
    process.stderr.write(`${file}: not written: the search was stopped before it had proven anything\n`);
    return;
  }
  writeCertificate(file, certificate, input, templateVariables(flags));
}
