/** `mapspace search --strategy bayes --evaluator COMMAND`: the best mapping by the measure of a command. */

import { createMapspace } from "../../engine/mapspace/build.ts";
import type { MapspaceKind } from "../../engine/mapspace/constraints.ts";
import { logHeader } from "../../external/identity.ts";
import { EvaluationLog, LogError, type LogHeader, readSourceLog } from "../../external/log.ts";
import { ExternalSearch } from "../../external/search.ts";
import { printMappingYaml } from "../../spec/formats/mapping-yaml.ts";
import { formatCount } from "../../workspace/quantities.ts";
import { readSource } from "../inputs.ts";
import { writeOutput } from "../output.ts";
import { describeConflict, type SearchInput } from "../search-inputs.ts";
import { exitStatus, type Flags, UsageError } from "../usage.ts";
import { count, externalOptions } from "./options.ts";
import { renderSensitivity } from "./report.ts";

export async function searchByCommand(input: SearchInput, kind: MapspaceKind, flags: Flags): Promise<number> {
  const { mapspace, conflict } = createMapspace(input.architecture, input.layer.workload, kind, input.constraints);
  if (mapspace === undefined) {
    process.stderr.write(`${input.name}: ${describeConflict(input, conflict)}\n`);
    return exitStatus.problems;
  }
  const options = externalOptions(flags, count(flags, "evaluations", 100), count(flags, "seed", 1, 0));
  const { architecture, workload } = mapspace;
  const { sources, log } = openLogs(logHeader(mapspace, options.command), flags);
  const stop = (signal: NodeJS.Signals) => {
    search.stop();
    process.stderr.write(`stopped${log === null ? "" : `; the same call goes on from ${flags.log}`}\n`);
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  const resumed = log?.contents.results.length ?? 0;
  if (resumed > 0) process.stderr.write(`${formatCount(resumed)} evaluations taken from ${flags.log}\n`);
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
  const result = await search.run();
  log?.log.close();
  process.off("SIGINT", stop).off("SIGTERM", stop);
  if (result.gaveUp !== null) process.stderr.write(`gave up: ${result.gaveUp}\n`);
  if (result.best === null) return exitStatus.problems;
  if (result.sensitivity !== null) process.stderr.write(`\n${renderSensitivity(result.sensitivity, mapspace)}\n`);
  const { evaluations, failures, gaveUp, best } = result;
  const mapping = printMappingYaml(best.mapping, architecture, workload);
  if (flags.write !== undefined) writeOutput(flags.write as string, mapping);
  if (flags.json) {
    const json = { strategy: "bayes", value: best.value, evaluations, failures, resumed, gaveUp, mappingYaml: mapping };
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  } else if (flags.write === undefined) process.stdout.write(mapping);
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
