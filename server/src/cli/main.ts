/** `mapspace COMMAND FILE...`: the engine of the extension, from a terminal. */

import { readFileSync } from "node:fs";
import { checkCommand } from "./check.ts";
import { codesignCommand } from "./codesign.ts";
import type { Command } from "./command.ts";
import { compareCommand } from "./compare.ts";
import { convertCommand } from "./convert.ts";
import { cosearchCommand } from "./cosearch.ts";
import { evaluateCommand } from "./evaluate.ts";
import { exportCommand } from "./export.ts";
import { learnCommand } from "./learn.ts";
import { searchCommand } from "./search.ts";
import { DesignError, exitStatus, UsageError } from "./usage.ts";
import { verifyCommand } from "./verify.ts";

const commands: readonly Command[] = [
  evaluateCommand,
  compareCommand,
  checkCommand,
  searchCommand,
  learnCommand,
  verifyCommand,
  codesignCommand,
  cosearchCommand,
  convertCommand,
  exportCommand,
];

function generalHelp(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    "mapspace: what a mapping costs on an accelerator, in Timeloop's formats",
    "",
    "Usage: mapspace COMMAND [FLAGS] FILE...",
    "",
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    "",
    "`mapspace COMMAND --help` says more. A FILE may be - for standard input.",
    "Exit status: 0 fine, 1 problems of severity error, 2 wrong usage.",
    "",
  ].join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    const topic = commands.find((command) => command.name === rest[0]);
    process.stdout.write(topic ? topic.help : generalHelp());
    return name === undefined ? exitStatus.usage : exitStatus.fine;
  }
  if (name === "--version") {
    process.stdout.write(`${version()}\n`);
    return exitStatus.fine;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new UsageError(`there is no command "${name}"; \`mapspace --help\` lists them`);
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(command.help);
    return exitStatus.fine;
  }
  return command.run(rest);
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", `file://${__filename}`), "utf8")).version;
}

// A reader that closes the pipe early (`| head`) is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitStatus.fine);
  throw error;
});
// A terminal that was closed takes no more words; the result is still to be written.
process.stderr.on("error", () => {});

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    if (error instanceof UsageError || error instanceof DesignError) {
      process.stderr.write(`mapspace: ${error.message}\n`);
      process.exitCode = error instanceof UsageError ? exitStatus.usage : exitStatus.problems;
    } else {
      process.stderr.write(`mapspace: internal error, please report it: ${(error as Error)?.stack ?? error}\n`);
      process.exitCode = exitStatus.problems;
    }
  },
);
