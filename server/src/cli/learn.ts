/** `mapspace learn`: what measured cycles say beyond the analytical ones. */

import { fitLatencyModel } from "../engine/model/learned/fit.ts";
import { machineStamp } from "../engine/model/learned/latency-model.ts";
import type { Quality } from "../engine/model/learned/quality.ts";
import { readSpecification } from "../spec/specification.ts";
import type { Command } from "./command.ts";
import { readSource } from "./inputs.ts";
import { readMeasurements } from "./learn-data.ts";
import { writeOutput } from "./output.ts";
import { renderTable } from "./table.ts";
import { exitStatus, type FlagSpec, parseFlags, UsageError } from "./usage.ts";

const flagSpec = {
  cycles: { type: "string" },
  mapping: { type: "string" },
  seed: { type: "string" },
  output: { type: "string", short: "o" },
} as const satisfies FlagSpec;

export const learnCommand: Command = {
  name: "learn",
  summary: "a latency model from measured mappings",
  help: `Usage: mapspace learn DATA.csv -o MODEL.json ARCHITECTURE...

DATA.csv has a row for each measured mapping: the mapping in its compact form (column mapping), the cycles (column
cycles), and the layer (columns prob.shape, prob.K, prob.C, ...). Columns arch.* are compared with the architecture.
Learned is the residual: log(measured / analytical). A linear model and a network are fitted; the one that is better
on layers it has not seen is kept. \`mapspace evaluate --latency-model MODEL.json\` uses it.

  --cycles COLUMN      the column of measured cycles
  --mapping COLUMN     the column of compact mappings
  --seed N             same seed, same model (default 1)
  -o, --output FILE    write there instead of standard output

Exit status: 0 fine, 2 wrong usage or data that do not match the architecture.
`,
  run(args) {
    const { flags, files } = parseFlags(args, flagSpec);
    const data = files.filter((file) => /\.csv$/i.test(file));
    if (data.length !== 1) throw new UsageError("learn takes one DATA.csv");
    const others = files.filter((file) => file !== data[0]);
    if (others.length === 0) throw new UsageError("name the architecture that was measured");
    const { architecture } = readSpecification(others.map(readSource));
    if (architecture === undefined) throw new UsageError(`${others.join(", ")}: there is no readable architecture`);
    const seed = flags.seed === undefined ? 1 : Number(flags.seed);
    if (!Number.isSafeInteger(seed)) throw new UsageError(`--seed takes a whole number; not "${flags.seed}"`);
    const table = readMeasurements(data[0], readSource(data[0]).text, architecture, {
      cycles: flags.cycles as string | undefined,
      mapping: flags.mapping as string | undefined,
    });
    if (new Set(table.layers).size < 2)
      throw new UsageError(`${data[0]}: all measurements are of one layer; two are the least`);
    const model = fitLatencyModel(table, machineStamp(architecture), table.dimensions, { seed });
    writeOutput(flags.output as string | undefined, `${JSON.stringify(model)}\n`);
    const row = (name: string, { spearman, logError }: Quality) => [
      name,
      spearman.toFixed(3),
      `×${Math.exp(logError).toFixed(2)}`,
    ];
    const { analytical, linear, network } = model.validation;
    const rows = [row("analytical", analytical), row("with linear", linear), row("with network", network)];
    const columns = [
      { title: "on layers not seen" },
      { title: "Spearman", align: "right" as const },
      { title: "typical error", align: "right" as const },
    ];
    process.stderr.write(
      `${model.samples} mappings of ${model.layers} layers; kept: ${model.kind}\n\n${renderTable(columns, rows)}\n`,
    );
    return exitStatus.fine;
  },
};
