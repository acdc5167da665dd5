/** `mapspace search --strategy bayes --evaluator COMMAND`: the best mapping by the measure of a command. */

import { createMapspace } from "../../engine/mapspace/build.ts";
import type { MapspaceKind } from "../../engine/mapspace/constraints.ts";
import { evaluate } from "../../engine/model/evaluate.ts";
import { defaultEvaluationOptions, type Mapping } from "../../engine/model/types.ts";
import { logHeader } from "../../external/identity.ts";
import { EvaluationLog, LogError, type LogHeader, readSourceLog } from "../../external/log.ts";
import { type ExternalResult, ExternalSearch } from "../../external/search.ts";
import { printMappingYaml } from "../../spec/formats/mapping-yaml.ts";
import type { PoolSettings } from "../../worker/pool.ts";
import { formatCount } from "../../workspace/quantities.ts";
import { readSource } from "../inputs.ts";
import { describeConflict, type SearchInput } from "../search-inputs.ts";
import { exitStatus, type Flags, UsageError } from "../usage.ts";
import { writeMapping } from "../write-mapping.ts";
import { externalOptions } from "./options.ts";
import { renderSensitivity } from "./report.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export async function searchByCommand(
  input: SearchInput,
  kind: MapspaceKind,
  settings: PoolSettings,
  flags: Flags,
): Promise<number> {
  const { mapspace, conflict } = createMapspace(input.architecture, input.layer.workload, kind, input.constraints);
  if (mapspace === undefined) {
    process.stderr.write(`${input.name}: ${describeConflict(input, conflict)}\n`);
    return exitStatus.problems;
  }
  const given = givenMapping(input);
  const { evaluations: most, milliseconds, seed } = settings;
  const options = { ...externalOptions(flags, most ?? Number.POSITIVE_INFINITY, seed), given: given?.mapping };
  const { sources, log } = openLogs(logHeader(mapspace, options.command), flags);
  const resumed = log?.contents.results.length ?? 0;
  const again = log?.contents.failedLast ?? 0;
  if (resumed > 0) process.stderr.write(`${formatCount(resumed)} evaluations taken from ${flags.log}\n`);
  if (again > 0) process.stderr.write(`${formatCount(again)} that failed last are run again\n`);
  const search = new ExternalSearch(
    mapspace,
    options,
    log,
    (event) => {
      if (event.resumed) return;
      const said = event.value === null ? `failed: ${event.failure}` : String(event.value);
      process.stderr.write(`${event.evaluations}: ${said}; best ${event.best ?? "none"}\n`);
    },
    sources,
  );
  let stopped = false;
  const stop = () => {
    stopped = true;
    search.stop();
  };
  for (const signal of signals) process.on(signal, stop);
  const timer = milliseconds === null ? undefined : setTimeout(() => search.stop(), milliseconds);
  let result: ExternalResult;
  try {
    result = await search.run();
  } finally {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, stop);
    log?.log.close();
  }
  if (stopped) {
    const goOn = log === null ? "" : `; the same call goes on from ${flags.log}`;
    process.stderr.write(`stopped after ${formatCount(result.evaluations)} evaluations${goOn}\n`);
  }
  if (result.gaveUp !== null) process.stderr.write(`gave up: ${result.gaveUp}\n`);
  if (result.best === null) {
    process.stderr.write(`${input.name}: the command gave no mapping a number\n`);
    return exitStatus.problems;
  }
  const sensitivity = stopped ? null : (result.sensitivity ?? search.sensitivity());
  if (sensitivity !== null) process.stderr.write(`\n${renderSensitivity(sensitivity, mapspace)}\n`);
  return report(input, result, result.best, given, { resumed, stopped }, flags);
}

interface Given {
  mapping: Mapping;
  /** EDP by our model. */
  edpPjCycles: number;
}

/** The mapping of the files, where the hardware can run it. */
function givenMapping({ architecture, layer, before }: SearchInput): Given | null {
  if (before === null) return null;
  const { evaluation, violations } = evaluate(architecture, layer.workload, before, defaultEvaluationOptions("exact"));
  if (evaluation === undefined || violations.length > 0) return null;
  return { mapping: before, edpPjCycles: evaluation.edpPjCycles };
}

/** A mapping that is worse than the given one, by the command or else by our model, is not handed out. */
function report(
  input: SearchInput,
  result: ExternalResult,
  { value, mapping, workload }: NonNullable<ExternalResult["best"]>,
  given: Given | null,
  run: { resumed: number; stopped: boolean },
  flags: Flags,
): number {
  const { architecture, architectureSource } = input;
  const options = defaultEvaluationOptions("exact");
  const edp = () =>
    evaluate(architecture, workload, mapping, options).evaluation?.edpPjCycles ?? Number.POSITIVE_INFINITY;
  const measured = result.given !== null;
  const worse = measured ? value > result.given! : given !== null && edp() > given.edpPjCycles;
  const file = flags.write as string | undefined;
  const written = file !== undefined && !worse;
  if (written) writeMapping(input, mapping, workload, file);
  if (given !== null) {
    const kept = file === undefined ? "" : "; nothing was written";
    const by = measured
      ? `by the command: ${result.given}`
      : "by EDP of the model, since the command gave it no number";
    process.stderr.write(
      worse
        ? `The given mapping is better than all that were tried (${by}): give the search more time${kept}.\n`
        : `Compared with the given mapping ${by}.\n`,
    );
  }
  if (written) process.stderr.write(`Written to ${file}.\n`);
  const yaml = printMappingYaml(mapping, architecture, workload, architectureSource?.version === "0.4" ? "0.4" : "0.3");
  const { evaluations, failures, gaveUp } = result;
  if (flags.json) {
    const json = {
      strategy: "bayes",
      value,
      given: result.given,
      worse,
      evaluations,
      failures,
      ...run,
      gaveUp,
      written: written ? file : null,
      mappingYaml: yaml,
    };
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  } else if (file === undefined && !worse) process.stdout.write(yaml);
  return gaveUp === null ? exitStatus.fine : exitStatus.problems;
}

/** The logs to learn from and the one to go on with; one that does not fit is a wrong flag. */
function openLogs(header: LogHeader, flags: Flags) {
  try {
    const sources = [flags.from ?? []].flat().map((name) => {
      const { uri, text } = readSource(String(name));
      return readSourceLog(uri, text, header.choices);
    });
    return { sources, log: flags.log === undefined ? null : EvaluationLog.open(String(flags.log), header) };
  } catch (error) {
    throw error instanceof LogError ? new UsageError(error.message) : error;
  }
}
