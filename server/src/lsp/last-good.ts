/** While a text is broken, the lenses and hints of its last good version stay, marked stale: nothing jumps. */

import type { CodeLens, InlayHint, Position, Range } from "vscode-languageserver-types";
import { showReportCommand } from "../features/code-lens.ts";
import type { FeatureContext } from "../features/context.ts";
import { lineIndex } from "../syntax/position.ts";
import type { SourceFile } from "../syntax/source.ts";

const staleMark = "(before the error) ";

interface Kept {
  /** The version that the places are of. */
  lenses?: { file: SourceFile; items: CodeLens[] };
  hints?: { file: SourceFile; items: InlayHint[] };
}

export class LastGood {
  private readonly kept = new Map<string, Kept>();

  lenses(context: FeatureContext, fresh: CodeLens[]): CodeLens[] {
    const entry = this.entry(context.file.uri);
    if (isWhole(context)) {
      entry.lenses = { file: context.file, items: fresh };
      return fresh;
    }
    if (entry.lenses === undefined) return fresh;
    const move = movedLines(entry.lenses.file, context.file);
    const items = entry.lenses.items.map((lens) => ({
      ...lens,
      range: { start: move(lens.range.start), end: move(lens.range.end) },
    }));
    // From version to version the changes are small enough to follow.
    entry.lenses = { file: context.file, items };
    const marked = new Set<number>();
    return items.map((lens) => {
      const { command, range } = lens;
      // Once a line, and on costs alone: what an action does is not of an earlier text.
      if (command?.command !== showReportCommand || marked.has(range.start.line)) return lens;
      marked.add(range.start.line);
      return { ...lens, command: { ...command, title: staleMark + command.title } };
    });
  }

  /** @param make the hints of a range of the document */
  hints(context: FeatureContext, range: Range, make: (range: Range) => InlayHint[]): InlayHint[] {
    const entry = this.entry(context.file.uri);
    const within = ({ position }: InlayHint) => position.line >= range.start.line && position.line <= range.end.line;
    if (isWhole(context)) {
      const last = lineIndex(context.file).position(context.file.text.length);
      entry.hints = { file: context.file, items: make({ start: { line: 0, character: 0 }, end: last }) };
      return entry.hints.items.filter(within);
    }
    if (entry.hints === undefined) return make(range);
    const move = movedLines(entry.hints.file, context.file);
    const items = entry.hints.items.map((hint) => ({ ...hint, position: move(hint.position) }));
    entry.hints = { file: context.file, items };
    return items.map((hint) => ({ ...hint, label: `${hint.label} (stale)` })).filter(within);
  }

  forget(uri: string): void {
    this.kept.delete(uri);
  }

  private entry(uri: string): Kept {
    let entry = this.kept.get(uri);
    if (entry === undefined) {
      entry = {};
      this.kept.set(uri, entry);
    }
    return entry;
  }
}

/** Where a place of one version of a text is in another: what stands after the change moves with its line. */
function movedLines(from: SourceFile, to: SourceFile): (position: Position) => Position {
  const before = lineIndex(from);
  const after = lineIndex(to);
  const shorter = Math.min(from.text.length, to.text.length);
  let same = 0;
  while (same < shorter && from.text[same] === to.text[same]) same++;
  let tail = 0;
  while (tail < shorter - same && from.text[from.text.length - 1 - tail] === to.text[to.text.length - 1 - tail]) tail++;
  const firstChanged = before.position(same).line;
  const firstAfter = before.position(from.text.length - tail).line;
  const added = after.lineCount - before.lineCount;
  return ({ line, character }) => {
    const moved = line > firstChanged && line >= firstAfter ? line + added : line;
    const within = Math.min(Math.max(moved, 0), after.lineCount - 1);
    const end = after.position(after.lineEnd(within)).character;
    return { line: within, character: Math.min(character, end) };
  };
}

/** Every layer that can be costed is costed, and the text itself is sound. */
function isWhole({ tree, snapshot }: FeatureContext): boolean {
  const { layers } = snapshot.analysis;
  return (
    tree.problems.length === 0 && layers.length > 0 && layers.every((layer) => layer.outcome?.evaluation !== undefined)
  );
}
