/** `mapspace export --timeloop`: the design as one file that Timeloop's own binary runs. */

import { spatialFits } from "../spec/formats/mapping-yaml.ts";
import { exportTimeloop } from "../spec/formats/timeloop-export.ts";
import type { Command } from "./command.ts";
import { readInputs } from "./inputs.ts";
import { writeOutput } from "./output.ts";
import { hasErrors, renderProblem } from "./problems.ts";
import { openSession } from "./session.ts";
import { exitStatus, type FlagSpec, parseFlags, UsageError } from "./usage.ts";

const flagSpec = {
  timeloop: { type: "boolean" },
  layer: { type: "string" },
  output: { type: "string", short: "o" },
} as const satisfies FlagSpec;

export const exportCommand: Command = {
  name: "export",
  summary: "one v0.3 file that timeloop-model accepts",
  help: `Usage: mapspace export --timeloop [FLAGS] FILE...

Writes architecture, problem, mapping (residuals kept) and energies as one v0.3 file for timeloop-model, so that
anybody can check our number: compare with  mapspace evaluate --counting timeloop.

  --timeloop         the target; the only one so far
  --layer NAME       the layer of the problem, where there are several
  -o, --output FILE  write there instead of standard output

Exit status: 0 fine, 1 problems of severity error, 2 wrong usage.
`,
  run(args) {
    const { flags, files } = parseFlags(args, flagSpec);
    if (!flags.timeloop) throw new UsageError("export takes --timeloop");
    const inputs = readInputs(files, false);
    if (inputs.length !== 1) throw new UsageError("export takes one design");
    const session = openSession(inputs[0], { overrides: {}, layer: flags.layer as string | undefined });
    for (const problem of session.problems) {
      if (problem.severity === "error") process.stderr.write(`${renderProblem(problem, session.fileOf)}\n`);
    }
    const { architecture } = session.specification;
    const [entry, ...more] = session.analysis.layers;
    if (more.length > 0) {
      throw new UsageError(`${inputs[0].name} has ${more.length + 1} layers; choose one with --layer`);
    }
    if (architecture === undefined || entry?.lowered === undefined) return exitStatus.problems;
    const { mapping } = entry.lowered;
    if (!spatialFits(mapping)) {
      process.stderr.write(
        `${inputs[0].name}: a dimension is spread along both X and Y of one level; Timeloop's mapping has no form for that\n`,
      );
      return exitStatus.problems;
    }
    writeOutput(flags.output as string | undefined, exportTimeloop(architecture, entry.layer.workload, mapping));
    return hasErrors(session.problems) ? exitStatus.problems : exitStatus.fine;
  },
};
