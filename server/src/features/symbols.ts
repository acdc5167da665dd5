/** The outline: top-level keys, components as their hierarchy, layers, directives, tables. */

import { type DocumentSymbol, SymbolKind } from "vscode-languageserver-types";
import { type LineIndex, lineIndex } from "../syntax/position.ts";
import { child, type YamlEntry, type YamlMap, type YamlNode } from "../syntax/yaml.ts";
import { type FeatureContext, toRange } from "./context.ts";

export const maxSymbols = 5000;

export function documentSymbols({ file, tree }: Pick<FeatureContext, "file" | "tree">): DocumentSymbol[] {
  const index = lineIndex(file);
  let count = 0;
  const symbols = (node: YamlNode): DocumentSymbol[] => {
    if (node.location.uri !== file.uri) return [];
    const found: DocumentSymbol[] = [];
    /** A parent counts before its children: the limit cuts the end off, not the root. */
    const add = (make: () => DocumentSymbol) => {
      if (count++ < maxSymbols) found.push(make());
    };
    if (node.kind === "map") {
      for (const entry of node.entries) if (!entry.merged) add(() => entrySymbol(entry, index, symbols));
    } else if (node.kind === "sequence") {
      node.items.forEach((item) => {
        if (item.kind === "map" && item.location.uri === file.uri) add(() => itemSymbol(item, index, symbols));
      });
    }
    return found;
  };
  return tree.documents.flatMap(symbols);
}

type Children = (node: YamlNode) => DocumentSymbol[];

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

function entrySymbol(entry: YamlEntry, index: LineIndex, symbols: Children): DocumentSymbol {
  const { key, value } = entry;
  return {
    name: key.text || "(empty key)",
    detail: value.kind === "scalar" ? value.text.slice(0, 80) : "",
    kind: value.kind === "scalar" ? SymbolKind.Property : value.kind === "map" ? SymbolKind.Module : SymbolKind.Array,
    range: toRange(index, entry.location.start, entry.location.end),
    selectionRange: toRange(index, key.location.start, key.location.end),
    children: value.kind === "scalar" ? [] : symbols(value),
  };
}

/** A list item is called by what identifies it: its name, or the target and type of a directive. */
function itemSymbol(item: YamlMap, index: LineIndex, symbols: Children): DocumentSymbol {
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
    children: symbols(item),
  };
}
