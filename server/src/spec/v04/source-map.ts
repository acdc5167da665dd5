import type { Location } from "../../syntax/source.ts";
import { EntryIndex, type YamlEntry, type YamlNode } from "../../syntax/yaml.ts";
import { type Segment, splitMarkers } from "./template-scan.ts";

/** Places of a rendered text in the files it was made from. */
export type Locate = (start: number, end: number) => Location;

interface Piece {
  /** Offset in the rendered text. */
  start: number;
  segment: Segment;
}

/**
 * Replaces the numbers of segments by their texts. Text keeps its exact place; what a tag put out has the place of
 * the tag. `maximum` bounds the length; `null` when the text would be longer.
 */
export function expandMarkers(
  output: string,
  segments: readonly Segment[],
  uri: string,
  maximum: number,
): { text: string; locate: Locate } | null {
  const pieces: Piece[] = [];
  const parts: string[] = [];
  let length = 0;
  let origin: Segment = { kind: "output", uri, start: 0, end: 0, text: "" };
  for (const part of splitMarkers(output)) {
    if (typeof part === "number") {
      origin = segments[part] ?? origin;
      if (origin.kind !== "text") continue;
    }
    const text = typeof part === "number" ? origin.text : part;
    // Characters after a text that stand for themselves: no tag made them, so they belong to that place.
    const segment =
      typeof part === "number" || origin.kind !== "text" ? origin : { ...origin, kind: "output" as const };
    pieces.push({ start: length, segment });
    parts.push(text);
    length += text.length;
    if (length > maximum) return null;
  }
  return { text: parts.join(""), locate: (start, end) => locate(pieces, uri, start, end) };
}

function locate(pieces: readonly Piece[], uri: string, start: number, end: number): Location {
  const first = pieceAt(pieces, start);
  const last = pieceAt(pieces, Math.max(start, end - 1));
  if (first === undefined || last === undefined) return { uri, start: 0, end: 0 };
  const from = place(first, start);
  const to = place(last, end);
  if (first.segment.uri !== last.segment.uri)
    return { uri: first.segment.uri, start: from.start, end: first.segment.end };
  return { uri: first.segment.uri, start: from.start, end: Math.max(from.start, to.end) };
}

/** Exact in copied text, the whole tag elsewhere. */
function place({ start, segment }: Piece, at: number): { start: number; end: number } {
  if (segment.kind !== "text") return segment;
  const offset = Math.min(segment.end, segment.start + at - start);
  return { start: offset, end: offset };
}

function pieceAt(pieces: readonly Piece[], at: number): Piece | undefined {
  let [low, high] = [0, pieces.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle] as Piece).start <= at) low = middle;
    else high = middle - 1;
  }
  return pieces[low];
}

/** The tree with the places of its source files. Shared nodes stay shared. */
export function relocate(root: YamlNode, locate: Locate): YamlNode {
  const done = new Map<YamlNode, YamlNode>();
  const moved = ({ start, end }: Location): Location => locate(start, end);
  const visitEntry = (entry: YamlEntry): YamlEntry => ({
    ...entry,
    key: { ...entry.key, location: moved(entry.key.location) },
    value: visit(entry.value),
    location: moved(entry.location),
  });
  const visit = (node: YamlNode): YamlNode => {
    const before = done.get(node);
    if (before !== undefined) return before;
    const location = moved(node.location);
    let result: YamlNode;
    if (node.kind === "scalar") result = { ...node, location };
    else if (node.kind === "sequence") result = { ...node, items: node.items.map(visit), location };
    else {
      const entries = node.entries.map(visitEntry);
      result = { ...node, entries, index: new EntryIndex(entries), location };
    }
    done.set(node, result);
    return result;
  };
  return visit(root);
}
