import type { Located, Location } from "../syntax/source.ts";
import { describe, isNull, type YamlEntry, type YamlMap, type YamlNode } from "../syntax/yaml.ts";
import { keyword } from "./keywords.ts";
import { renameFixes } from "./nearest.ts";
import type { Report } from "./report.ts";
import type { AttributeValue } from "./types.ts";

/** Gives a node's value; v0.4 evaluates expressions on the way. */
export type Evaluate = (node: YamlNode) => AttributeValue;

/** A tree as plain data. */
export function plain(node: YamlNode): AttributeValue {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") return node.items.map(plain);
  return Object.fromEntries(node.entries.map((entry) => [entry.key.text, plain(entry.value)]));
}

/** Named values that Timeloop takes where a number is wanted (`variables:`). */
export type VariableValues = ReadonlyMap<string, Located<AttributeValue>>;

/** The entry of a key, which may be spelt with hyphens where Timeloop rewrites them. */
export function entryOf(map: YamlMap, key: string): YamlEntry | undefined {
  const exact = map.index.get(key);
  if (exact !== undefined || !key.includes("_")) return exact;
  return map.entries.find((entry) => keyword(entry.key.text) === key);
}

/** The value of a key of a map, null values counting as absent. */
export function valueAt(node: YamlNode | undefined, key: string): YamlNode | undefined {
  if (node?.kind !== "map") return undefined;
  const value = entryOf(node, key)?.value;
  return value === undefined || isNull(value) ? undefined : value;
}

/** The text of a scalar, whatever its type; undefined with a problem for lists and maps. */
export function textOf(node: YamlNode | undefined, what: string, report: Report): string | undefined {
  if (node === undefined || isNull(node)) return undefined;
  if (node.kind === "scalar") return node.text;
  report.error("wrong-type", `${what} must be a text, found ${describe(node)}.`, node.location);
  return undefined;
}

/** Reports every key that is not known: its value has no effect. */
export function reportUnknownKeys(map: YamlMap, known: ReadonlySet<string>, where: string, report: Report): void {
  for (const entry of map.entries) {
    if (known.has(keyword(entry.key.text))) continue;
    report.warning(
      "unknown-key",
      `“${entry.key.text}” is not a key of ${where}; it has no effect.`,
      entry.key.location,
      { fixes: renameFixes(entry.key.text, [...known], entry.key.location) },
    );
  }
}

/** A number out of a value: variables stand for their value. Undefined when it is none. */
export function asNumber(value: AttributeValue, variables: VariableValues | undefined): number | undefined {
  for (let depth = 0; depth < 10; depth++) {
    if (typeof value === "number") return value;
    if (typeof value !== "string") return undefined;
    const text: string = value.trim();
    if (text !== "" && /^[-+.\d]/.test(text) && Number.isFinite(Number(text))) return Number(text);
    const variable = variables?.get(text);
    if (variable === undefined) return undefined;
    value = variable.value;
  }
  return undefined;
}

/** Words for what a value is, for messages. */
export function inWords(value: AttributeValue): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** The whole numbers ≥ `least` that Timeloop's integers take; others are problems and undefined. */
export function wholeNumber(
  value: number,
  what: string,
  least: number,
  location: Location,
  report: Report,
): number | undefined {
  if (Number.isSafeInteger(value) && value >= least) return value;
  report.error("not-a-whole-number", `${what} must be a whole number from ${least}; it is ${value}.`, location);
  return undefined;
}
