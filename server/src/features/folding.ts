/** Folding ranges: every collection and every run of comments that spans lines. */

import { type FoldingRange, FoldingRangeKind } from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import type { YamlNode } from "../syntax/yaml.ts";
import type { FeatureContext } from "./context.ts";

export const maxFoldingRanges = 5000;

/** Members, or lines, looked at between two pauses. */
const perStep = 200;

export function* foldingRanges(
  { file, tree }: Pick<FeatureContext, "file" | "tree">,
  most = maxFoldingRanges,
): Generator<void, FoldingRange[]> {
  const index = lineIndex(file);
  const ranges: FoldingRange[] = [];
  const add = (start: number, end: number, kind?: FoldingRangeKind) => {
    const startLine = index.position(start).line;
    const endLine = index.position(end).line;
    if (endLine > startLine && ranges.length < most) ranges.push({ startLine, endLine, ...(kind ? { kind } : {}) });
  };
  let seen = 0;
  function* visit(node: YamlNode): Generator<void, void> {
    if (++seen % perStep === 0) yield;
    if (node.location.uri !== file.uri || ranges.length >= most) return;
    if (node.kind === "map") {
      for (const entry of node.entries) {
        if (entry.merged) continue;
        if (entry.value.kind !== "scalar")
          add(entry.key.location.start, lastCharacter(file.text, entry.value.location.end));
        yield* visit(entry.value);
      }
    } else if (node.kind === "sequence") {
      for (const item of node.items) {
        if (item.kind !== "scalar") add(item.location.start, lastCharacter(file.text, item.location.end));
        yield* visit(item);
      }
    }
  }
  for (const document of tree.documents) yield* visit(document);

  let comment = -1;
  for (let line = 0; line <= index.lineCount; line++) {
    if (line % perStep === 0) yield;
    const isComment =
      line < index.lineCount &&
      /^\ufeff?\s*#/.test(
        file.text.slice(index.lineStart(line), Math.min(index.lineEnd(line), index.lineStart(line) + 200)),
      );
    if (isComment && comment < 0) comment = line;
    else if (!isComment && comment >= 0) {
      if (line - 1 > comment && ranges.length < most) {
        ranges.push({ startLine: comment, endLine: line - 1, kind: FoldingRangeKind.Comment });
      }
      comment = -1;
    }
  }
  return ranges;
}

/** A block collection ends after its last line break: fold to the last line with text. */
function lastCharacter(text: string, end: number): number {
  let at = end;
  while (at > 0 && /\s/.test(text[at - 1])) at--;
  return at;
}
