/** While a text is broken, the lenses and hints of its last good version stay, marked stale: nothing jumps. */

import type { CodeLens, InlayHint, Range } from "vscode-languageserver-types";
import type { FeatureContext } from "../features/context.ts";
import { lineIndex } from "../syntax/position.ts";

const staleMark = "(before the error) ";

interface Kept {
  lenses?: CodeLens[];
  /** By the range asked for. */
  hints: Map<string, InlayHint[]>;
}

export class LastGood {
  private readonly kept = new Map<string, Kept>();

  lenses(context: FeatureContext, fresh: CodeLens[]): CodeLens[] {
    const entry = this.entry(context.file.uri);
    if (isWhole(context)) {
      entry.lenses = fresh;
      return fresh;
    }
    const lastLine = lineIndex(context.file).lineCount - 1;
    return (entry.lenses ?? fresh)
      .filter((lens) => lens.range.start.line <= lastLine)
      .map((lens) =>
        lens.command === undefined
          ? lens
          : { ...lens, command: { ...lens.command, title: staleMark + lens.command.title } },
      );
  }

  hints(context: FeatureContext, range: Range, fresh: InlayHint[]): InlayHint[] {
    const entry = this.entry(context.file.uri);
    const key = `${range.start.line}`;
    if (isWhole(context)) {
      entry.hints.clear();
      entry.hints.set(key, fresh);
      return fresh;
    }
    const kept = entry.hints.get(key);
    if (kept === undefined) return fresh;
    const index = lineIndex(context.file);
    return kept
      .filter((hint) => hint.position.line < index.lineCount)
      .map((hint) => {
        const end = index.position(index.lineEnd(hint.position.line));
        return {
          ...hint,
          position: hint.position.character > end.character ? end : hint.position,
          label: `${hint.label} (stale)`,
        };
      });
  }

  forget(uri: string): void {
    this.kept.delete(uri);
  }

  private entry(uri: string): Kept {
    let entry = this.kept.get(uri);
    if (entry === undefined) {
      entry = { hints: new Map() };
      this.kept.set(uri, entry);
    }
    return entry;
  }
}

/** Every layer that can be costed is costed, and the text itself is sound. */
function isWhole({ tree, snapshot }: FeatureContext): boolean {
  const { layers } = snapshot.analysis;
  return (
    tree.problems.length === 0 && layers.length > 0 && layers.every((layer) => layer.outcome?.evaluation !== undefined)
  );
}
