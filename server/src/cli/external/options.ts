import { availableParallelism } from "node:os";
import type { ExternalOptions } from "../../external/search.ts";
import type { FlagSpec, Flags } from "../usage.ts";
import { UsageError } from "../usage.ts";

export const externalFlags = {
  evaluator: { type: "string" },
  log: { type: "string" },
  from: { type: "string", multiple: true },
  timeout: { type: "string" },
  retries: { type: "string" },
} as const satisfies FlagSpec;

export const externalHelp = `  --evaluator COMMAND   for bayes: what a mapping costs, instead of our model. The last line it prints is the number;
                        {arch}, {problem}, {mapping}, {tables} become v0.3 files, {design} one with all of it
  --log FILE            every result as a JSON line; the same call goes on from there. One search at a time
  --from FILE           a log of the same layer on another architecture, to learn from; may be repeated
  --timeout S           longest run of the command (default 3600); --jobs is how many run at a time (default 1)
  --retries N           more attempts where it fails, hangs or prints no number (default 1)
`;

/** What has no meaning with a command, or without one. */
export function requireFitting(flags: Flags, strategy: string): void {
  if (flags.evaluator === undefined) {
    for (const name of ["log", "from", "timeout", "retries"])
      if (flags[name] !== undefined) throw new UsageError(`--${name} goes with --evaluator`);
    return;
  }
  if (strategy !== "bayes") throw new UsageError("--evaluator goes with --strategy bayes");
  if (flags.objective !== undefined)
    throw new UsageError("--objective does not go with --evaluator: the number of the command is what is made small");
}

/** A whole number of at least `least`. */
function count(flags: Flags, name: string, fallback: number, least = 1): number {
  const given = flags[name];
  if (given === undefined) return fallback;
  const value = Number(given);
  if (!Number.isInteger(value) || value < least) {
    throw new UsageError(`--${name} takes a whole number of at least ${least}; not "${given}"`);
  }
  return value;
}

export function externalOptions(flags: Flags, evaluations: number, seed: number): ExternalOptions {
  const command = String(flags.evaluator);
  if (!/\{(mapping|design)\}/.test(command)) {
    throw new UsageError("--evaluator names no {mapping} and no {design}: every mapping would cost the same");
  }
  const seconds = flags.timeout === undefined ? 3600 : Number(flags.timeout);
  if (!(seconds > 0 && seconds <= 2_000_000)) {
    throw new UsageError(`--timeout takes seconds above 0; not "${flags.timeout}"`);
  }
  const jobs = count(flags, "jobs", 1);
  if (jobs > 64 * availableParallelism()) throw new UsageError(`--jobs ${jobs} is more than this machine can start`);
  return {
    command,
    jobs,
    timeoutMs: 1000 * seconds,
    retries: count(flags, "retries", 1, 0),
    evaluations,
    seed,
    patience: 10,
  };
}
