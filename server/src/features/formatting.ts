/**
 * Formatting that cannot change meaning: trailing spaces, runs of blank lines, the end of the file, and the spacing
 * inside one-line flow lists and maps. Every result is parsed again; where it reads differently nothing is changed.
 */

import type { TextEdit } from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import { parseYaml, type YamlFile, type YamlNode, type YamlScalar } from "../syntax/yaml.ts";
import { type FeatureContext, toRange } from "./context.ts";

interface Replacement {
  start: number;
  end: number;
  text: string;
}

export function formatting({ file, tree }: Pick<FeatureContext, "file" | "tree">): TextEdit[] {
  if (tree.problems.length > 0) return [];
  const replacements = [...blankEdits(file.text, tree), ...flowEdits(file.text, tree)].sort(
    (a, b) => a.start - b.start,
  );
  if (replacements.length === 0) return [];
  const formatted = apply(file.text, replacements);
  const again = parseYaml({ uri: file.uri, text: formatted });
  if (again.problems.length > 0 || meaning(again) !== meaning(tree)) return [];
  const index = lineIndex(file);
  return replacements.map(({ start, end, text }) => ({ range: toRange(index, start, end), newText: text }));
}

/** Text whose white space matters: scalars that span lines. */
function protectedSpans(tree: YamlFile): YamlScalar[] {
  const spans: YamlScalar[] = [];
  visit(tree, (node) => {
    if (node.kind === "scalar" && node.location.end > node.location.start) spans.push(node);
  });
  return spans;
}

function blankEdits(text: string, tree: YamlFile): Replacement[] {
  const spans = protectedSpans(tree).filter(({ location }) => text.slice(location.start, location.end).includes("\n"));
  const inSpan = (at: number) => spans.some(({ location }) => location.start < at && at <= location.end);
  const edits: Replacement[] = [];
  for (const match of text.matchAll(/[ \t]+(?=\r?\n|$)/g)) {
    if (!inSpan(match.index)) edits.push({ start: match.index, end: match.index + match[0].length, text: "" });
  }
  for (const match of text.matchAll(/(\r?\n)((?:[ \t]*\r?\n){3,})/g)) {
    if (inSpan(match.index)) continue;
    // Keep one blank line; the trailing spaces of the others are edits of their own that this one replaces.
    const start = match.index + match[1].length;
    const end = match.index + match[0].length;
    for (let i = edits.length - 1; i >= 0; i--) if (edits[i].start >= start && edits[i].end <= end) edits.splice(i, 1);
    edits.push({ start, end, text: match[1] });
  }
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const trailing = /(?:[ \t]*\r?\n)*[ \t]*$/.exec(text)!;
  if (text.trim() !== "" && !inSpan(text.length - trailing[0].length) && trailing[0] !== eol) {
    const start = text.length - trailing[0].length;
    for (let i = edits.length - 1; i >= 0; i--) if (edits[i].end > start) edits.splice(i, 1);
    edits.push({ start, end: text.length, text: eol });
  }
  return edits;
}

/** `[ A,B ]` and `{a: 1,b: 2 }` on one line become `[A, B]` and `{a: 1, b: 2}`. */
function flowEdits(text: string, tree: YamlFile): Replacement[] {
  const edits: Replacement[] = [];
  const scalars = protectedSpans(tree);
  visit(tree, (node) => {
    if (node.kind === "scalar" || !/^[[{]/.test(text.slice(node.location.start, node.location.start + 1))) return;
    const { start, end } = node.location;
    const source = text.slice(start, end);
    if (/[\r\n#]/.test(source)) return;
    const inner = scalars.filter(({ location }) => location.start >= start && location.end <= end);
    const free = (at: number) => !inner.some(({ location }) => location.start <= at && at < location.end);
    const put = (from: number, to: number, wanted: string) => {
      if (text.slice(from, to) !== wanted && !edits.some((edit) => edit.start === from && edit.end === to)) {
        edits.push({ start: from, end: to, text: wanted });
      }
    };
    for (const match of source.matchAll(/ *, */g)) {
      const comma = start + match.index + match[0].indexOf(",");
      if (free(comma) && !/[\]}]/.test(text[start + match.index + match[0].length] ?? "")) {
        put(start + match.index, start + match.index + match[0].length, ", ");
      }
    }
    const opening = /^[[{]( *)/.exec(source)!;
    const closing = /( *)[\]}]$/.exec(source);
    if (opening[1] !== "" && source.trim().length > opening[0].length + 1)
      put(start + 1, start + 1 + opening[1].length, "");
    if (closing !== null && closing[1] !== "" && !/^[[{] *[\]}]$/.test(source))
      put(end - 1 - closing[1].length, end - 1, "");
  });
  return edits;
}

function visit(tree: YamlFile, action: (node: YamlNode) => void): void {
  const walk = (node: YamlNode, uri: string) => {
    if (node.location.uri !== uri) return;
    action(node);
    if (node.kind === "sequence") for (const item of node.items) walk(item, uri);
    if (node.kind === "map") {
      for (const { key, value, merged } of node.entries) {
        if (merged) continue;
        action(key);
        walk(value, uri);
      }
    }
  };
  for (const document of tree.documents) walk(document, document.location.uri);
}

function apply(text: string, replacements: readonly Replacement[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, text: wanted } of replacements) {
    result += text.slice(at, start) + wanted;
    at = end;
  }
  return result + text.slice(at);
}

/** What the file says, without places: equal texts mean the same to every reader. */
function meaning(tree: YamlFile): string {
  const plain = (node: YamlNode): unknown => {
    if (node.kind === "scalar") return [node.tag, node.text, node.quoted];
    if (node.kind === "sequence") return [node.tag, "list", node.items.map(plain)];
    return [node.tag, "map", node.entries.map(({ key, value }) => [plain(key), plain(value)])];
  };
  return JSON.stringify(tree.documents.map(plain));
}
