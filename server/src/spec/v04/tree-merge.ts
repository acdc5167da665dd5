import type { Problem } from "../../syntax/source.ts";
import { EntryIndex, type YamlEntry, type YamlMap, type YamlNode } from "../../syntax/yaml.ts";

/** What stands for the value of another file: its tree, or `undefined` for an ordinary node. */
export type Resolve = (node: YamlNode) => YamlNode | undefined;

/** Nodes made by merging; more are refused, since merges of merges can grow without bound. */
const maximumNodes = 500_000;

/**
 * Puts in what `resolve` finds and merges hierarchically under `<<<`: maps are joined key by key, lists are
 * appended, `!nomerge` keeps its own (cheatsheet 1 of the Timeloop exercises).
 */
export function resolveTree(root: YamlNode, resolve: Resolve, problems: Problem[]): YamlNode {
  const done = new Map<YamlNode, YamlNode>();
  let merged = 0;
  const visit = (node: YamlNode): YamlNode => {
    const before = done.get(node);
    if (before !== undefined) return before;
    const result = make(node);
    done.set(node, result);
    return result;
  };
  const make = (node: YamlNode): YamlNode => {
    const replacement = resolve(node);
    if (replacement !== undefined) return replacement;
    if (node.kind === "scalar") return node;
    if (node.kind === "sequence") {
      const items = node.items.map(visit);
      return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
    }
    const entries = node.entries.map((entry) => ({ ...entry, value: visit(entry.value) }));
    const bringing = entries.find(({ key }) => key.text === "<<<");
    const own = entries.filter((entry) => entry !== bringing);
    if (bringing === undefined)
      return own.every((entry, index) => entry.value === node.entries[index]?.value) ? node : withEntries(node, own);
    if (bringing.value.kind === "map") return join(withEntries(node, own), bringing.value);
    problems.push({
      code: "yaml-merge",
      severity: "error",
      message: "A hierarchical merge key <<< takes one map.",
      location: bringing.key.location,
    });
    return withEntries(node, own);
  };
  const join = (own: YamlMap, more: YamlMap): YamlMap => {
    merged += more.entries.length + 1;
    if (merged > maximumNodes) return own;
    const entries = own.entries.map((entry): YamlEntry => {
      const other = more.index.get(entry.key.text)?.value;
      if (other === undefined || entry.value.tag === "!nomerge") return entry;
      if (entry.value.kind === "map" && other.kind === "map") return { ...entry, value: join(entry.value, other) };
      if (entry.value.kind === "sequence" && other.kind === "sequence") {
        merged += other.items.length;
        if (merged > maximumNodes) return entry;
        return { ...entry, value: { ...entry.value, items: [...entry.value.items, ...other.items] } };
      }
      return entry;
    });
    for (const entry of more.entries) if (!own.index.has(entry.key.text)) entries.push({ ...entry, merged: true });
    return withEntries(own, entries);
  };
  return visit(root);
}

function withEntries(map: YamlMap, entries: readonly YamlEntry[]): YamlMap {
  return { ...map, entries, index: new EntryIndex(entries) };
}
