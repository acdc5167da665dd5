import type { Problem } from "../../syntax/source.ts";
import { EntryIndex, type YamlEntry, type YamlMap, type YamlNode, type YamlScalar } from "../../syntax/yaml.ts";
import { renameFixes } from "../nearest.ts";
import type { AttributeValue } from "../types.ts";
import { plain } from "../values.ts";
import { type ExpressionFailure, evaluateExpression } from "./expressions.ts";

/** Names an expression may use, innermost first: earlier attributes, the containers around, variables. */
export class Scope {
  private readonly values = new Map<string, AttributeValue>();

  constructor(private readonly parent?: Scope) {}

  set(name: string, value: AttributeValue): void {
    this.values.set(name, value);
  }

  lookUp = (name: string): AttributeValue | undefined =>
    this.values.has(name) ? this.values.get(name) : this.parent?.lookUp(name);

  names(): string[] {
    return [...new Set([...this.values.keys(), ...(this.parent?.names() ?? [])])];
  }
}

/**
 * The value of an attribute or variable: unquoted text is arithmetic, as in the front end
 * (`accelergy/parsing_utils.py`, `parse_expression_for_arithmetic`). What is none stays text, with a problem.
 */
export function attributeValue(node: YamlNode, scope: Scope, problems: Problem[]): AttributeValue {
  if (node.kind !== "scalar") return plain(node);
  if (typeof node.value !== "string" || (node.quoted && !node.block)) return node.value;
  const result = evaluateExpression(node.text, scope.lookUp);
  if ("value" in result) return result.value;
  problems.push(expressionProblem(node, result.failure, scope, problems));
  return node.text;
}

const codes = {
  syntax: "expression-syntax",
  name: "expression-name",
  function: "expression-function",
  value: "expression-value",
} as const;

function expressionProblem(
  node: YamlScalar,
  failure: ExpressionFailure,
  scope: Scope,
  problems: readonly Problem[],
): Problem {
  const { uri, start, end } = node.location;
  const asWritten = end - start === node.text.length;
  const location = asWritten ? { uri, start: start + failure.start, end: start + failure.end } : node.location;
  const quote = {
    title: "Quote the text",
    edits: [{ location: node.location, newText: JSON.stringify(node.text) }],
    safe: false,
  };
  const wholeName = failure.kind === "name" && failure.end - failure.start === node.text.length;
  const meantAsText = failure.kind === "syntax" || wholeName;
  const written = node.text.slice(failure.start, failure.end);
  // Proposals cost a comparison with every name: not where a file has very many of either.
  const names = failure.kind === "name" && problems.length < 100 ? scope.names() : [];
  const fixes = names.length < 500 ? renameFixes(written, names, location) : [];
  return {
    code: codes[failure.kind],
    severity: meantAsText ? "warning" : "error",
    message: meantAsText
      ? `“${node.text}” is read as text: as arithmetic, ${failure.message}. Timeloop's front end stops here; write quotes around a text.`
      : `“${node.text}” has no value: ${failure.message}.`,
    location,
    fixes: meantAsText ? [...fixes, quote] : fixes,
  };
}

/** A whole number ≥ 1, or null with a problem. `what` names the value in the message. */
export function positiveInteger(node: YamlNode, what: string, scope: Scope, problems: Problem[]): number | null {
  const value = attributeValue(node, scope, problems);
  if (typeof value === "number" && Number.isInteger(value) && value >= 1) return value;
  problems.push({
    code: "not-a-positive-integer",
    severity: "error",
    message: `${what} must be a whole number from 1; it is ${JSON.stringify(value)}.`,
    location: node.location,
  });
  return null;
}

/** The map with the arithmetic of its own entries worked out, each value in its place. `chosen` limits the keys. */
export function evaluateEntries(
  map: YamlMap,
  scope: Scope,
  problems: Problem[],
  chosen: (key: string) => boolean = () => true,
): YamlMap {
  let changed = false;
  const entries = map.entries.map((entry): YamlEntry => {
    const { value } = entry;
    const isText = value.kind === "scalar" && typeof value.value === "string" && (!value.quoted || value.block);
    if (!isText || !chosen(entry.key.text)) return entry;
    const result = attributeValue(value, scope, problems);
    if (typeof result !== "number") return entry;
    changed = true;
    return { ...entry, value: { ...value, value: result, text: String(result), quoted: false, block: false } };
  });
  return changed ? { ...map, entries, index: new EntryIndex(entries) } : map;
}
