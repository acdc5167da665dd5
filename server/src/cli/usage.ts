/** What a person may type, and what is wrong when they typed something else. */

import { parseArgs } from "node:util";
import type { CountingRule, EvaluationOptions } from "../engine/model/types.ts";
import { nearestName } from "../spec/nearest.ts";

/** Wrong words on the command line: exit status 2. */
export class UsageError extends Error {}

/** Files that lack something or cannot be as they are: exit status 1. */
export class DesignError extends Error {}

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
  const known: FlagSpec = { ...options, help: { type: "boolean", short: "h" } };
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: known,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === "option") requireFlag(token, known);
  return { flags: values, files: positionals };
}

interface GivenFlag {
  name: string;
  rawName: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}

function requireFlag({ name, rawName, value, inlineValue }: GivenFlag, known: FlagSpec): void {
  if (!Object.hasOwn(known, name)) {
    const near = rawName.startsWith("--") ? nearestName(name, Object.keys(known)) : undefined;
    const advice = near === undefined ? "--help lists what there is" : `did you mean --${near}?`;
    throw new UsageError(`there is no flag ${rawName} here; ${advice}`);
  }
  if (known[name].type === "boolean") {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value; not "${value}"`);
  } else if (value === undefined) throw new UsageError(`${rawName} takes a value; there is none after it`);
  else if (!inlineValue && value.length > 1 && value.startsWith("-")) {
    throw new UsageError(`${rawName} takes a value; "${value}" looks like a flag (${rawName}=${value} if it is meant)`);
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

/** How accesses are counted, where a flag says so. */
export function countingOf(flags: Flags): CountingRule | undefined {
  if (flags.counting !== undefined && !countingRules.includes(flags.counting as CountingRule)) {
    throw new UsageError(`--counting takes ${countingRules.join(", ")}; not "${flags.counting}"`);
  }
  return flags.counting as CountingRule | undefined;
}

/** What the flags insist on; everything else is left to the files and the defaults. */
export function evaluationOverrides(flags: Flags): Partial<EvaluationOptions> {
  const overrides: Partial<EvaluationOptions> = {};
  const counting = countingOf(flags);
  if (counting !== undefined) overrides.counting = counting;
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
