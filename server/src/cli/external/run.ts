/** `mapspace search --strategy bayes --evaluator COMMAND`: the best mapping by the measure of a command. */

import { createHash } from "node:crypto";
import { createMapspace } from "../../engine/mapspace/build.ts";
import type { MapspaceKind } from "../../engine/mapspace/constraints.ts";
import type { Mapspace } from "../../engine/mapspace/mapspace.ts";
import type { Mapping } from "../../engine/model/types.ts";
import { MappingEncoder } from "../../engine/search/bayes/encoder.ts";
import { printMappingYaml } from "../../spec/formats/mapping-yaml.ts";
import { exportTimeloopParts } from "../../spec/formats/timeloop-export.ts";
import { formatCount } from "../../workspace/quantities.ts";
import { writeOutput } from "../output.ts";
import { describeConflict, type SearchInput } from "../search-inputs.ts";
import { exitStatus, type Flags } from "../usage.ts";
import { endCommands } from "./command.ts";
import { EvaluationLog, readSourceLog } from "./log.ts";
import { count, externalOptions } from "./options.ts";
import { renderSensitivity } from "./report.ts";
import { ExternalSearch } from "./search.ts";

export async function searchByCommand(input: SearchInput, kind: MapspaceKind, flags: Flags): Promise<number> {
  const { mapspace, conflict } = createMapspace(input.architecture, input.layer.workload, kind, input.constraints);
  if (mapspace === undefined) {
    process.stderr.write(`${input.name}: ${describeConflict(input, conflict)}\n`);
    return exitStatus.problems;
  }
  const options = externalOptions(flags, count(flags, "evaluations", 100), count(flags, "seed", 1, 0));
  const { architecture, workload } = mapspace;
  const header = {
    mapspaceLog: 1,
    design: designHash(mapspace),
    layer: workload.name,
    command: options.command,
    choices: hash(new MappingEncoder(mapspace).variables),
  } as const;
  const sources = [flags.from ?? []].flat().map((file) => readSourceLog(String(file), header.choices));
  const log = flags.log === undefined ? null : EvaluationLog.open(String(flags.log), header);
  const stop = (signal: NodeJS.Signals) => {
    endCommands();
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

/** Changes with everything that changes what a logged point means. */
function designHash({ architecture, workload, kind, rules }: Mapspace): string {
  const keep = workload.dataSpaces.map(() => true);
  const nothing: Mapping = {
    levels: architecture.storage.map(() => ({ temporal: [], spatialX: [], spatialY: [], keep })),
  };
  const parts = exportTimeloopParts(architecture, workload, nothing);
  return hash([parts.architecture, parts.problem, parts.tables, kind, rules]);
}

const hash = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 24);
