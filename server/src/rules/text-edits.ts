/** Edits of entries, list items and words that only a look at the text can make. */

import { NodeEdits } from "../spec/node-edits.ts";
import { type PathStep, pathAt } from "../syntax/path.ts";
import type { Location, SourceEdit, SourceFile } from "../syntax/source.ts";
import { parseYaml, type YamlMap } from "../syntax/yaml.ts";

export type Files = readonly SourceFile[];

/** The file of a place, if its text is the very one that was parsed (a template renders to another). */
export function textFile(files: Files, location: Location): SourceFile | undefined {
  const file = files.find(({ uri }) => uri === location.uri);
  if (file === undefined || location.end > file.text.length) return undefined;
  const first = parseYaml(file).root;
  const key = first?.kind === "map" ? first.entries[0]?.key : undefined;
  const asWritten = key === undefined || key.quoted || file.text.startsWith(key.text, key.location.start);
  return asWritten ? file : undefined;
}

/** The nodes around a place, outermost first. */
export function around(files: Files, location: Location): PathStep[] {
  const file = textFile(files, location);
  return file === undefined ? [] : pathAt(parseYaml(file), location.start);
}

/** The innermost map that begins where a place begins, or holds it. */
export function mapAt(files: Files, location: Location): YamlMap | undefined {
  const maps = around(files, location).flatMap(({ node }) => (node.kind === "map" ? [node] : []));
  return maps.find((map) => map.location.start === location.start) ?? maps.at(-1);
}

/** Gives the map at a place a key, or its key another value. */
export function setEntry(files: Files, location: Location, key: string, value: string): SourceEdit[] {
  const file = textFile(files, location);
  const map = mapAt(files, location);
  if (file === undefined || map === undefined || map.entries.length === 0) return [];
  const edits = new NodeEdits(file);
  const entry = map.index.get(key);
  if (entry === undefined) edits.addEntry(map, key, value);
  else edits.setValue(entry, value, edits.isFlow(map));
  return edits.edits;
}

/** Takes the map entry whose key or value stands at a place out of its map. */
export function removeEntry(files: Files, location: Location): SourceEdit[] {
  const file = textFile(files, location);
  const steps = around(files, location);
  const at = steps.findLastIndex(({ entry }) => entry !== undefined);
  const entry = steps[at]?.entry;
  const map = steps[at - 1]?.node;
  if (file === undefined || entry === undefined || map?.kind !== "map" || map.entries.length < 2) return [];
  return removal(file, entry.location, isFlow(file, map.location), false);
}

/** Takes a list item out of its list, with its dash. */
export function removeItem(files: Files, location: Location): SourceEdit[] {
  const file = textFile(files, location);
  const list = around(files, location).findLast(
    ({ node }) => node.kind === "sequence" && node.items.some((item) => item.location.start === location.start),
  )?.node;
  if (file === undefined || list === undefined) return [];
  return removal(file, location, isFlow(file, list.location), true);
}

function isFlow({ text }: SourceFile, { start }: Location): boolean {
  return text[start] === "{" || text[start] === "[";
}

/** In flow style with the comma before (or after) it; in block style with its whole lines. */
function removal(file: SourceFile, { uri, start, end }: Location, flow: boolean, item: boolean): SourceEdit[] {
  const { text } = file;
  if (flow) {
    const before = /,\s*$/.exec(text.slice(0, start));
    const after = /^\s*,\s*/.exec(text.slice(end));
    const from = before === null ? start : before.index;
    const to = before === null && after !== null ? end + after[0].length : end;
    return [{ location: { uri, start: from, end: to }, newText: "" }];
  }
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const newline = text.indexOf("\n", Math.max(start, end - 1));
  const lineEnd = newline < 0 ? text.length : newline + 1;
  // The first entry of a list item shares its line with the dash, which must stay.
  const alone = (item ? /^[ \t]*-[ \t]+$/ : /^[ \t]*$/).test(text.slice(lineStart, start));
  if (!alone || !/^\s*(#.*)?\n?$/.test(text.slice(end, Math.max(end, lineEnd)))) return [];
  return [{ location: { uri, start: lineStart, end: Math.max(end, lineEnd) }, newText: "" }];
}

/** Takes a word out of a text of words, with the space or comma before or after it. */
export function removeWord(files: Files, location: Location): SourceEdit[] {
  const file = textFile(files, location);
  if (file === undefined) return [];
  const { uri, start, end } = location;
  const before = /[ ,]+$/.exec(file.text.slice(0, start));
  const after = /^[ ,]+/.exec(file.text.slice(end));
  const from = before === null || /[:[{]\s*$/.test(file.text.slice(0, before.index + 1)) ? start : before.index;
  const to = from === start && after !== null ? end + after[0].length : end;
  return [{ location: { uri, start: from, end: to }, newText: "" }];
}

/** Another text for a part of a scalar: quotes go around the scalar where a comma would end it. */
export function withComma(files: Files, location: Location, newText: string): SourceEdit[] {
  const edit = { location, newText };
  const file = textFile(files, location);
  const steps = around(files, location);
  const scalar = steps.at(-1)?.node;
  if (file === undefined || scalar?.kind !== "scalar" || scalar.quoted || !newText.includes(",")) return [edit];
  if (!steps.some(({ node }) => node.kind !== "scalar" && isFlow(file, node.location))) return [edit];
  const quote = (at: number) => ({ location: { ...location, start: at, end: at }, newText: '"' });
  return [quote(scalar.location.start), edit, quote(scalar.location.end)];
}
