import type { Problem } from "../../syntax/source.ts";
import type { YamlEntry, YamlMap, YamlNode } from "../../syntax/yaml.ts";
import type { Reading } from "../types.ts";
import { attributeValue, type Scope } from "./scope.ts";
import { type Variables, variableScope } from "./variables.ts";

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
  return changed ? withEntries(map, entries) : map;
}

function withEntries(map: YamlMap, entries: readonly YamlEntry[]): YamlMap {
  return { ...map, entries, index: new Map(entries.map((entry) => [entry.key.text, entry])) };
}

/**
 * A v0.4 `problem` with the expressions of its `instance` worked out: bounds and strides may use variables. The
 * shape is the same as in v0.3, so the result is read by the same reader.
 */
export function prepareProblemV04(node: YamlNode, variables: Variables): Reading<YamlNode> {
  const problems: Problem[] = [];
  const instance = node.kind === "map" ? node.index.get("instance") : undefined;
  if (node.kind !== "map" || instance?.value.kind !== "map") return { value: node, problems };
  const value = evaluateEntries(instance.value, variableScope(variables), problems);
  if (value === instance.value) return { value: node, problems };
  const entries = node.entries.map((entry) => (entry === instance ? { ...entry, value } : entry));
  return { value: withEntries(node, entries), problems };
}
