/**
 * Parsing after an edit: only the list item or top-level entry that the edit lies in is parsed anew, as a text of its
 * own; the trees before it stay, those after it are shifted. Wherever it is not certain that a whole parse would give
 * the same, `null` says that one is due.
 *
 * The reason why it is the same: block collections end at a line that is indented less. Such a piece begins at the
 * start of a line and ends before one that is indented no more than it, so nothing of it reaches beyond unless a quote
 * or bracket is open or text stands too far left, and either is seen in the piece itself.
 */

import { maxFileLength, maxProblems, maxTokens } from "./limits.ts";
import { type Parsed, parsing } from "./parse.ts";
import { pieceLength } from "./pieces.ts";
import type { Location, Problem, SourceFile } from "./source.ts";
import { finish } from "./steps.ts";
import { EntryIndex, type YamlEntry, type YamlMap, type YamlNode, type YamlScalar, type YamlSequence } from "./tree.ts";

/** Shorter texts are parsed whole: that is quicker than it matters. */
const shortText = 2_000;

/** A piece of the old text that is parsed on its own: `[start, end)` from line start to line start. */
interface Piece {
  start: number;
  end: number;
  /** Columns that its first line is indented by. */
  indent: number;
  kind: "item" | "entry";
  /** Comments follow, which a collection that ends in a mistake may swallow. */
  commented: boolean;
  /** From the root to the collection that holds it: position in each collection on the way. */
  path: readonly number[];
}

export function reparse(before: SourceFile, known: Parsed, after: SourceFile): Parsed | null {
  return finish(reparsing(before, known, after));
}

/** The same in steps. */
export function* reparsing(before: SourceFile, known: Parsed, after: SourceFile): Generator<void, Parsed | null> {
  const { tree } = known;
  const tooLong = after.text.length > maxFileLength;
  if (known.anchored || tooLong || after.text.length < shortText || after.uri !== before.uri) return null;
  if (tree.documents.length !== 1 || tree.root?.kind !== "map") return null;
  if (!tree.problems.every(isLocal) || tree.problems.length >= maxProblems) return null;
  const found = pieceChanged(before.text, after.text, tree.root);
  if (found === null) return null;
  const { piece, text } = found;
  const grown = after.text.length - before.text.length;

  const fresh = yield* parsing({ uri: after.uri, text });
  const tokens = known.tokens + fresh.tokens;
  const [root] = fresh.tree.documents;
  const errors =
    !fresh.tree.problems.every(isLocal) || tree.problems.length + fresh.tree.problems.length >= maxProblems;
  if (piece.commented && fresh.tree.problems.some((problem) => problem.severity === "error")) return null;
  if (fresh.anchored || errors || fresh.tree.documents.length !== 1 || tokens > maxTokens) return null;
  const content = contentOf(root, piece);
  if (content === null) return null;
  const shift = shifter(piece.end, grown);
  const into = shifter(0, piece.start);
  const newRoot = yield* replacing(tree.root, piece, 0, content, into, shift);
  if (newRoot === null) return null;
  const problems = problemsAfter(tree.problems, piece, shift, fresh.tree.problems, into);
  return { tree: { documents: [newRoot], root: newRoot, problems }, tokens, anchored: false };
}

/** A mistake that says nothing about the text after it: a key whose colon is still to be typed. */
function isLocal({ severity, message }: Problem): boolean {
  return severity !== "error" || message.startsWith("Implicit map keys need to be followed by map values");
}

/** The piece of the old text that the change lies in, with its new text; `null` where none can be parsed alone. */
function pieceChanged(before: string, after: string, root: YamlMap): { piece: Piece; text: string } | null {
  for (const { start, end } of changesBetween(before, after)) {
    const piece = pieceAround(before, root, start, end);
    if (piece === null) continue;
    const text = after.slice(piece.start, piece.end + after.length - before.length);
    if (piece.end < before.length && !text.endsWith("\n")) continue;
    if (!standsAlone(text, piece) || !standsAlone(before.slice(piece.start, piece.end), piece)) continue;
    // Where a value is missing is told by the comments that follow as well.
    if (piece.commented && (endsEmpty(text) || endsEmpty(before.slice(piece.start, piece.end)))) continue;
    // A comment at the end belongs to whatever the parser is in there.
    if (withoutTrailingComments(text, 0, text.length, piece.indent) === text.length) return { piece, text };
  }
  return null;
}

/**
 * The part of the old text that the new one has instead of it: `[start, end)`. What was typed between equal characters
 * may be seen at several places: at the last one and, a line break behind a line for one, at the first.
 */
function changesBetween(before: string, after: string): { start: number; end: number }[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  const last = (at: number) => before.charCodeAt(before.length - 1 - at) === after.charCodeAt(after.length - 1 - at);
  while (same < shorter - start && last(same)) same++;
  const late = { start, end: before.length - same };
  while (same < shorter && last(same)) same++;
  const end = before.length - same;
  return end === late.end ? [late] : [late, { start: Math.min(start, end, after.length - same), end }];
}

/** The innermost item of a block list, else the top-level entry, whose lines hold the whole change. */
function pieceAround(text: string, root: YamlMap, start: number, end: number): Piece | null {
  let best: Piece | null = null;
  let node: YamlNode = root;
  let limit = text.length;
  const path: number[] = [];
  let commented = false;
  for (;;) {
    const places: readonly Location[] =
      node.kind === "map"
        ? node.entries.map((entry) => entry.location)
        : node.kind === "sequence"
          ? node.items.map((item) => item.location)
          : [];
    if (places.length === 0) return best;
    // Flow collections and items on the line of their parent are no pieces, nor is anything inside them.
    const starts: number[] | null = lineStarts(text, node, places);
    if (starts === null) return best;
    let at = starts.length - 1;
    while (at >= 0 && starts[at] > start) at--;
    if (at < 0) return best;
    const indent = indentAt(text, starts[at]);
    const whole = at + 1 < starts.length ? starts[at + 1] : limit;
    const pieceEnd = withoutTrailingComments(text, starts[at], whole, indent);
    if (pieceEnd === null || places[at].end > pieceEnd) return best;
    // The last member of a collection is followed by what follows that.
    commented = pieceEnd < whole || (commented && whole === limit);
    // A change at the very end of the piece belongs to it, but not one that reaches into the next.
    if (end > pieceEnd || (end === pieceEnd && start === end && pieceEnd < text.length)) return best;
    limit = pieceEnd;
    if (node.kind === "sequence" || path.length === 0) {
      best = {
        start: starts[at],
        end: pieceEnd,
        indent,
        kind: node.kind === "sequence" ? "item" : "entry",
        commented: commented,
        path: [...path, at],
      };
    }
    path.push(at);
    node = node.kind === "map" ? node.entries[at].value : (node as YamlSequence).items[at];
  }
}

/** Comments before what follows stay outside, if they stand no further right; `null` where one of them does. */
function withoutTrailingComments(text: string, start: number, end: number, indent: number): number | null {
  let cut = end;
  for (let at = end; at > start; ) {
    const line = lineStart(text, at - 1);
    const own = indentAt(text, line);
    const first = text[line + own];
    if (first === "#") {
      if (own > indent) return null;
      cut = line;
    } else if (line + own < at && !/[\r\n]/.test(first)) return cut;
    at = line;
  }
  return cut;
}

/** Where the lines of the members begin; `null` unless each begins a line of its own, all at one column. */
function lineStarts(text: string, node: YamlNode, places: readonly Location[]): number[] | null {
  const starts: number[] = [];
  let column = -1;
  for (const { start } of places) {
    let at = start;
    if (node.kind === "sequence") {
      while (at > 0 && text[at - 1] === " ") at--;
      if (text[at - 1] !== "-") return null;
      at--;
    }
    const line = lineStart(text, at);
    for (let i = line; i < at; i++) if (text[i] !== " ") return null;
    if (column < 0) column = at - line;
    // A first entry may stand after the dash of its item.
    else if (column !== at - line) return null;
    if (starts.length > 0 && line <= starts[starts.length - 1]) return null;
    starts.push(line);
  }
  return starts;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

function indentAt(text: string, start: number): number {
  let at = start;
  while (text[at] === " ") at++;
  return at - start;
}

/** Lines that a piece may consist of: its own first one, and others that are indented more. */
function standsAlone(text: string, { indent, kind }: Piece): boolean {
  if (text.includes("\r") && /\r(?!\n)/.test(text)) return false;
  const lines = text.split("\n");
  const first = lines[0].slice(indent);
  if (indentAt(lines[0], 0) !== indent) return false;
  if (kind === "item" ? !/^-(?: *\r?$| *[^\s#&*!|>?:-])/.test(first) : !/^[A-Za-z_][\w-]*:(?=\s|$)/.test(first))
    return false;
  if (kind === "item" && /^- *- /.test(first)) return false;
  return lines.slice(1).every((line) => {
    if (/^\s*$/.test(line)) return !line.includes("\t");
    const own = indentAt(line, 0);
    if (line[own] === "#") return true;
    if (/^[\t?:%]/.test(line.slice(own)) || /^(---|\.\.\.)(\s|$)/.test(line)) return false;
    // Another item; and a list may stand as far left as the key it belongs to.
    return own > indent || (own === indent && /^-(?=\s|$)/.test(line.slice(own)));
  });
}

/** The last line with more than a comment ends in a key or dash that its value may still be wanting. */
function endsEmpty(text: string): boolean {
  const last = text.split("\n").findLast((line) => !/^\s*(#|$)/.test(line));
  return last !== undefined && /[:-]\s*(#.*)?$/.test(last);
}

/** The members that a piece parsed to; `null` if it came out as something else. */
function contentOf(root: YamlNode, piece: Piece): readonly YamlNode[] | readonly YamlEntry[] | null {
  if (piece.kind === "item") return root.kind === "sequence" && root.items.length > 0 ? root.items : null;
  if (root.kind !== "map" || root.entries.length !== 1 || root.entries[0].merged) return null;
  return root.entries;
}

type Shift = (location: Location) => Location;

const unmoved: Shift = (location) => location;

function shifter(from: number, by: number): Shift {
  if (by === 0) return unmoved;
  return (location) =>
    location.start >= from ? { uri: location.uri, start: location.start + by, end: location.end + by } : location;
}

/** The collection with one member replaced; `null` where its own extent cannot be told. */
function* replacing(
  node: YamlNode,
  piece: Piece,
  depth: number,
  content: readonly YamlNode[] | readonly YamlEntry[],
  into: Shift,
  shift: Shift,
): Generator<void, YamlMap | YamlSequence | null> {
  const at = piece.path[depth];
  const last = depth === piece.path.length - 1;
  if (node.kind === "map") {
    const old = node.entries[at];
    let entry: YamlEntry;
    if (last) {
      entry = yield* movingEntry(content[0] as YamlEntry, into);
      if (entry.key.text !== old.key.text) return null;
    } else {
      const value = yield* replacing(old.value, piece, depth + 1, content, into, shift);
      if (value === null) return null;
      const end = endAfter(old.location.end, old.value.location.end, value.location.end);
      if (end === null) return null;
      entry = { ...old, value, location: { ...old.location, end } };
    }
    const entries = [...node.entries.slice(0, at), entry];
    for (const other of node.entries.slice(at + 1)) entries.push(yield* movingEntry(other, shift));
    const end = collectionEnd(
      node.location,
      entries.map((e) => e.location),
      at,
      old.location,
      entry.location,
      shift,
      piece,
    );
    if (end === null) return null;
    const location = { ...node.location, end };
    return { ...node, location, entries, index: new EntryIndex(entries) };
  }
  if (node.kind !== "sequence") return null;
  const old = node.items[at];
  const inner = last ? null : yield* replacing(old, piece, depth + 1, content, into, shift);
  const fresh = last ? yield* movingAll(content as readonly YamlNode[], into) : inner && [inner];
  if (fresh === null) return null;
  const items = [...node.items.slice(0, at), ...fresh, ...(yield* movingAll(node.items.slice(at + 1), shift))];
  const members = node.items.map((item) => item.location);
  const end = collectionEnd(node.location, members, at, old.location, fresh[fresh.length - 1].location, shift, piece);
  return end === null ? null : { ...node, location: { ...node.location, end }, items };
}

/** A collection ends where its last member ends; one that ends elsewhere holds something the tree does not show. */
function collectionEnd(
  old: Location,
  members: readonly Location[],
  at: number,
  before: Location,
  after: Location,
  shift: Shift,
  piece: Piece,
): number | null {
  if (at === members.length - 1) return old.end === before.end ? after.end : null;
  return old.end >= piece.end ? old.end + shift({ ...old, start: piece.end, end: piece.end }).end - piece.end : null;
}

function endAfter(whole: number, old: number, fresh: number): number | null {
  return whole === old ? fresh : null;
}

/** As `move`, with pauses in long ones. */
function* moving(node: YamlNode, shift: Shift): Generator<void, YamlNode> {
  if (shift === unmoved) return node;
  if (node.kind === "scalar" || node.location.end - node.location.start < pieceLength) return move(node, shift);
  yield;
  const location = shift(node.location);
  if (node.kind === "sequence") return { ...node, location, items: yield* movingAll(node.items, shift) };
  const entries: YamlEntry[] = [];
  for (const entry of node.entries) entries.push(yield* movingEntry(entry, shift));
  return { ...node, location, entries, index: new EntryIndex(entries) };
}

function* movingAll(nodes: readonly YamlNode[], shift: Shift): Generator<void, YamlNode[]> {
  const moved: YamlNode[] = [];
  let length = 0;
  for (const node of nodes) {
    moved.push(yield* moving(node, shift));
    length += node.location.end - node.location.start;
    if (length < pieceLength) continue;
    length = 0;
    yield;
  }
  return moved;
}

function* movingEntry(entry: YamlEntry, shift: Shift): Generator<void, YamlEntry> {
  const key = move(entry.key, shift) as YamlScalar;
  const value = yield* moving(entry.value, shift);
  return { ...entry, location: shift(entry.location), key, value };
}

/** Made as the builder makes them, one by one: behind an edit there are many. */
function move(node: YamlNode, shift: Shift): YamlNode {
  const location = shift(node.location);
  if (node.kind === "scalar") {
    if (location === node.location) return node;
    const { kind, text, value, quoted, block, tag } = node;
    return { kind, text, value, quoted, block, tag, location };
  }
  if (node.kind === "sequence") {
    const items = node.items.map((item) => move(item, shift));
    const moved = location !== node.location || items.some((item, i) => item !== node.items[i]);
    return moved ? { kind: node.kind, items, tag: node.tag, location } : node;
  }
  const entries = node.entries.map((entry) => moveEntry(entry, shift));
  const moved = location !== node.location || entries.some((entry, i) => entry !== node.entries[i]);
  return moved ? { kind: node.kind, entries, index: new EntryIndex(entries), tag: node.tag, location } : node;
}

function moveEntry(entry: YamlEntry, shift: Shift): YamlEntry {
  const location = shift(entry.location);
  const key = move(entry.key, shift) as YamlScalar;
  const value = move(entry.value, shift);
  const moved = location !== entry.location || key !== entry.key || value !== entry.value;
  return moved ? { key, value, merged: entry.merged, location } : entry;
}

/** Problems in the order of the text, those of the piece replaced. */
function problemsAfter(
  old: readonly Problem[],
  piece: Piece,
  shift: Shift,
  fresh: readonly Problem[],
  into: Shift,
): readonly Problem[] {
  if (old.length === 0 && fresh.length === 0) return old;
  const moved = (problems: readonly Problem[], by: Shift) =>
    problems.map((problem) => ({ ...problem, location: by(problem.location) }));
  return [
    ...old.filter(({ location }) => location.start < piece.start),
    ...moved(fresh, into),
    ...moved(
      old.filter(({ location }) => location.start >= piece.end),
      shift,
    ),
  ];
}
