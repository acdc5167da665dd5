/** What a person may type, and what is wrong when they typed something else. */

import { parseArgs } from "node:util";
import type { CountingRule, EvaluationOptions } from "../engine/model/types.ts";

/** Wrong words on the command line: exit status 2. */
export class UsageError extends Error {}

export const exitStatus = { fine: 0, problems: 1, usage: 2 } as const;

export type FlagSpec = Readonly<Record<string, { type: "string" | "boolean"; short?: string; multiple?: boolean }>>;
export type Flags = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** Flags of every command that evaluates; `--no-…` forms are flags of their own. */
export const evaluationFlags = {
  counting: { type: "string" },
  "link-transfers": { type: "boolean" },
  "no-link-transfers": { type: "boolean" },
  "toroidal-links": { type: "boolean" },
  "no-first-read-elision": { type: "boolean" },
  "updated-rmw": { type: "boolean" },
  layer: { type: "string" },
  set: { type: "string", multiple: true },
} as const satisfies FlagSpec;

export const evaluationHelp = `  --counting RULE          exact (default), timeloop (its approximations and bugs included), timeloop-2022
  --link-transfers, --no-link-transfers
                           forwarding between neighbours (default: off for exact, on for timeloop)
  --toroidal-links         links wrap around the array
  --no-first-read-elision  outputs are read before their first write
  --updated-rmw            Timeloop's other rule for read-modify-write counts
  --set NAME=VALUE         a variable of a template (*.yaml.jinja2); may be repeated
`;

export function parseFlags(args: readonly string[], options: FlagSpec): { flags: Flags; files: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
      strict: true,
    });
    return { flags: values, files: positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Variables for templates: numbers and truth values as such, everything else as text. */
export function templateVariables(flags: Flags): Record<string, string | number | boolean> {
  const variables: Record<string, string | number | boolean> = {};
  for (const given of [flags.set ?? []].flat()) {
    const [, name, text] = /^([A-Za-z_]\w*)=(.*)$/s.exec(String(given)) ?? [];
    if (name === undefined || text === undefined) throw new UsageError(`--set takes NAME=VALUE; not "${given}"`);
    const isNumber = text.trim() !== "" && Number.isFinite(Number(text));
    variables[name] = isNumber ? Number(text) : /^(true|false)$/i.test(text) ? /^true$/i.test(text) : text;
  }
  return variables;
}

const countingRules: readonly CountingRule[] = ["exact", "timeloop", "timeloop-2022"];

/** What the flags insist on; everything else is left to the files and the defaults. */
export function evaluationOverrides(flags: Flags): Partial<EvaluationOptions> {
  const overrides: Partial<EvaluationOptions> = {};
  if (flags.counting !== undefined) {
    if (!countingRules.includes(flags.counting as CountingRule)) {
      throw new UsageError(`--counting takes ${countingRules.join(", ")}; not "${flags.counting}"`);
    }
    overrides.counting = flags.counting as CountingRule;
  }
  if (flags["link-transfers"] && flags["no-link-transfers"]) {
    throw new UsageError("--link-transfers and --no-link-transfers exclude each other");
  }
  if (flags["link-transfers"]) overrides.linkTransfers = true;
  if (flags["no-link-transfers"]) overrides.linkTransfers = false;
  if (flags["toroidal-links"]) overrides.toroidalLinks = true;
  if (flags["no-first-read-elision"]) overrides.firstReadElision = false;
  if (flags["updated-rmw"]) overrides.updatedRmw = true;
  return overrides;
}
