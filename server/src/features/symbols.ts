/** The outline: top-level keys, components as their hierarchy, layers, directives, tables. */

import { type DocumentSymbol, SymbolKind } from "vscode-languageserver-types";
import { type LineIndex, lineIndex } from "../syntax/position.ts";
import { child, type YamlEntry, type YamlMap, type YamlNode } from "../syntax/yaml.ts";
import { type FeatureContext, toRange } from "./context.ts";

export const maxSymbols = 5000;

/** Symbols made between two pauses. */
const symbolsPerStep = 100;

export function* documentSymbols({
  file,
  tree,
}: Pick<FeatureContext, "file" | "tree">): Generator<void, DocumentSymbol[]> {
  const index = lineIndex(file);
  let count = 0;
  function* symbols(node: YamlNode): Generator<void, DocumentSymbol[]> {
    const found: DocumentSymbol[] = [];
    if (node.kind === "scalar" || node.location.uri !== file.uri) return found;
    for (const member of node.kind === "map" ? node.entries : node.items) {
      const value = "key" in member ? member.value : member;
      if ("key" in member ? member.merged : member.kind !== "map" || member.location.uri !== file.uri) continue;
      // A parent counts before its children: the limit cuts the end off, not the root.
      if (count++ >= maxSymbols) break;
      if (count % symbolsPerStep === 0) yield;
      const symbol = "key" in member ? entrySymbol(member, index) : itemSymbol(member as YamlMap, index);
      found.push({ ...symbol, children: yield* symbols(value) });
    }
    return found;
  }
  const all: DocumentSymbol[] = [];
  for (const document of tree.documents) all.push(...(yield* symbols(document)));
  return all;
}

/** True where the outline leaves something out. */
export function isOutlineCut({ file, tree }: Pick<FeatureContext, "file" | "tree">): boolean {
  let count = 0;
  const visit = (node: YamlNode): void => {
    if (count > maxSymbols || node.location.uri !== file.uri) return;
    if (node.kind === "map") {
      for (const { value, merged } of node.entries) {
        if (merged) continue;
        count++;
        visit(value);
      }
    } else if (node.kind === "sequence") {
      for (const item of node.items) {
        if (item.kind !== "map" || item.location.uri !== file.uri) continue;
        count++;
        visit(item);
      }
    }
  };
  tree.documents.forEach(visit);
  return count > maxSymbols;
}

function entrySymbol(entry: YamlEntry, index: LineIndex): DocumentSymbol {
  const { key, value } = entry;
  return {
    name: key.text || "(empty key)",
    detail: value.kind === "scalar" ? value.text.slice(0, 80) : "",
    kind: value.kind === "scalar" ? SymbolKind.Property : value.kind === "map" ? SymbolKind.Module : SymbolKind.Array,
    range: toRange(index, entry.location.start, entry.location.end),
    selectionRange: toRange(index, key.location.start, key.location.end),
  };
}

/** A list item is called by what identifies it: its name, or the target and type of a directive. */
function itemSymbol(item: YamlMap, index: LineIndex): DocumentSymbol {
  const text = (key: string) => {
    const node = child(item, key);
    return node?.kind === "scalar" && node.text !== "" ? node.text : undefined;
  };
  const target = text("target");
  const name = text("name") ?? target ?? item.entries[0]?.key.text ?? "(empty)";
  const nameNode = child(item, "name") ?? child(item, "target") ?? item.entries[0]?.key ?? item;
  const within = nameNode.location.start >= item.location.start && nameNode.location.end <= item.location.end;
  const at = within ? nameNode.location : item.location;
  return {
    name: name || "(unnamed)",
    detail:
      target === undefined
        ? (text("class") ?? item.tag ?? "")
        : [text("type"), text("factors")].filter(Boolean).join(" "),
    kind: target === undefined ? SymbolKind.Object : SymbolKind.Function,
    range: toRange(index, item.location.start, item.location.end),
    selectionRange: toRange(index, at.start, at.end),
  };
}
