/** `mapspace check`: everything that is wrong or worth knowing, one line each. */

import type { Command } from "./command.ts";
import { readInputs } from "./inputs.ts";
import { problemJson } from "./json.ts";
import { hasErrors, renderProblem } from "./problems.ts";
import { openSession } from "./session.ts";
import {
  evaluationFlags,
  evaluationOverrides,
  exitStatus,
  type FlagSpec,
  parseFlags,
  templateVariables,
} from "./usage.ts";

const flagSpec = {
  ...evaluationFlags,
  json: { type: "boolean" },
  each: { type: "boolean" },
  quiet: { type: "boolean" },
} as const satisfies FlagSpec;

export const checkCommand: Command = {
  name: "check",
  summary: "what is wrong with a design, as file:line:col: severity code: message",
  help: `Usage: mapspace check [FLAGS] FILE...

Prints every problem as  file:line:col: severity code: message  (docs/problems.md lists the codes).

  --json        one JSON object with all problems (one line per file with --each)
  --each        every FILE is a design of its own
  --quiet       errors and warnings only
  --layer NAME  only this layer of the problem

Exit status: 0 no problem of severity error, 1 at least one, 2 wrong usage.
`,
  run(args) {
    const { flags, files } = parseFlags(args, flagSpec);
    let status: number = exitStatus.fine;
    for (const input of readInputs(files, flags.each === true, templateVariables(flags))) {
      const session = openSession(input, {
        overrides: evaluationOverrides(flags),
        layer: flags.layer as string | undefined,
      });
      if (hasErrors(session.problems)) status = exitStatus.problems;
      const problems = session.problems.filter(
        (problem) => !flags.quiet || problem.severity === "error" || problem.severity === "warning",
      );
      if (flags.json) {
        const json = problems.map((problem) => problemJson(problem, session.fileOf));
        const value = flags.each ? { file: input.name, problems: json } : { problems: json };
        process.stdout.write(`${JSON.stringify(value, null, flags.each ? undefined : 2)}\n`);
      } else {
        for (const problem of problems) process.stdout.write(`${renderProblem(problem, session.fileOf)}\n`);
      }
    }
    return status;
  },
};
