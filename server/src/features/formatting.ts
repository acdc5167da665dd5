/**
 * Formatting that cannot change meaning: trailing spaces, runs of blank lines, the end of the file, and the spacing
 * inside one-line flow lists and maps. Every result is parsed again; where it reads differently nothing is changed.
 */

import type { TextEdit } from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import { parsingYaml, type YamlFile, type YamlNode, type YamlScalar } from "../syntax/yaml.ts";
import { type FeatureContext, toRange } from "./context.ts";

/** Nodes looked at between two pauses. */
const nodesPerStep = 500;

interface Replacement {
  start: number;
  end: number;
  text: string;
}

export function* formatting({ file, tree }: Pick<FeatureContext, "file" | "tree">): Generator<void, TextEdit[]> {
  if (tree.problems.length > 0) return [];
  const blanks = blankEdits(file.text, tree);
  yield;
  const replacements = [...blanks, ...(yield* flowEdits(file.text, tree))].sort((a, b) => a.start - b.start);
  if (replacements.length === 0) return [];
  const formatted = apply(file.text, replacements);
  const again = yield* parsingYaml({ uri: file.uri, text: formatted });
  if (again.problems.length > 0 || again.documents.length !== tree.documents.length) return [];
  for (const [i, document] of tree.documents.entries())
    if (!(yield* sameMeaning(document, again.documents[i]))) return [];
  const index = lineIndex(file);
  return replacements.map(({ start, end, text }) => ({ range: toRange(index, start, end), newText: text }));
}

function blankEdits(text: string, tree: YamlFile): Replacement[] {
  /** Text whose white space matters: scalars that span lines. */
  const spans: YamlScalar[] = [];
  for (const node of nodesOf(tree)) {
    if (node.kind === "scalar" && text.slice(node.location.start, node.location.end).includes("\n")) spans.push(node);
  }
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
function* flowEdits(text: string, tree: YamlFile): Generator<void, Replacement[]> {
  const edits: Replacement[] = [];
  const taken = new Set<string>();
  let seen = 0;
  for (const node of nodesOf(tree)) {
    if (++seen % nodesPerStep === 0) yield;
    const { start, end } = node.location;
    if (node.kind === "scalar" || !"[{".includes(text[start] ?? " ")) continue;
    const source = text.slice(start, end);
    if (/[\r\n#]/.test(source)) continue;
    const inner = [...within(node)].filter(({ kind, location }) => kind === "scalar" && location.end > location.start);
    const free = (at: number) => !inner.some(({ location }) => location.start <= at && at < location.end);
    const put = (from: number, to: number, wanted: string) => {
      if (text.slice(from, to) === wanted || taken.has(`${from} ${to}`)) return;
      taken.add(`${from} ${to}`);
      edits.push({ start: from, end: to, text: wanted });
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
  }
  return edits;
}

function* nodesOf(tree: YamlFile): Generator<YamlNode, void> {
  for (const document of tree.documents) yield* within(document);
}

/** A node and all that is written in it. */
function* within(node: YamlNode): Generator<YamlNode, void> {
  yield node;
  const { uri } = node.location;
  if (node.kind === "sequence") {
    for (const item of node.items) if (item.location.uri === uri) yield* within(item);
  } else if (node.kind === "map") {
    for (const { key, value, merged } of node.entries) {
      if (merged) continue;
      yield key;
      if (value.location.uri === uri) yield* within(value);
    }
  }
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

/** Do both say the same, whatever the places? */
function* sameMeaning(a: YamlNode, b: YamlNode): Generator<void, boolean> {
  if (a.tag !== b.tag) return false;
  if (a.kind === "scalar") return b.kind === "scalar" && a.text === b.text && a.quoted === b.quoted;
  if (a.kind === "sequence") {
    if (b.kind !== "sequence" || a.items.length !== b.items.length) return false;
    for (const [i, item] of a.items.entries()) if (!(yield* sameMeaning(item, b.items[i]))) return false;
    yield;
    return true;
  }
  if (b.kind !== "map" || a.entries.length !== b.entries.length) return false;
  for (const [i, { key, value }] of a.entries.entries()) {
    const other = b.entries[i];
    if (!(yield* sameMeaning(key, other.key)) || !(yield* sameMeaning(value, other.value))) return false;
  }
  return true;
}
