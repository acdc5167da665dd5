/** Selection ranges: from the word outwards through values, entries and collections. */

import type { Position, SelectionRange } from "vscode-languageserver-types";
import { pathAt } from "../syntax/path.ts";
import { lineIndex } from "../syntax/position.ts";
import { type FeatureContext, toRange } from "./context.ts";

export function selectionRanges(
  { file, tree }: Pick<FeatureContext, "file" | "tree">,
  positions: readonly Position[],
): SelectionRange[] {
  const index = lineIndex(file);
  return positions.map((position) => {
    const offset = index.offset(position);
    const spans: [number, number][] = [[0, file.text.length]];
    const push = (start: number, end: number) => {
      const [outerStart, outerEnd] = spans[spans.length - 1];
      const inside = start >= outerStart && end <= outerEnd && (start !== outerStart || end !== outerEnd);
      if (inside && start <= offset && offset <= end) spans.push([start, end]);
    };
    for (const { node, entry, onKey } of pathAt(tree, offset)) {
      if (entry) push(entry.location.start, entry.location.end);
      if (entry && onKey) push(entry.key.location.start, entry.key.location.end);
      else push(node.location.start, node.location.end);
    }
    const word = wordAt(file.text, offset);
    push(word[0], word[1]);
    return spans.reduce<SelectionRange | undefined>(
      (parent, [start, end]) => ({ range: toRange(index, start, end), ...(parent ? { parent } : {}) }),
      undefined,
    )!;
  });
}

/** Start and end of the run of letters, digits and underscores around an offset. */
export function wordAt(text: string, offset: number): [number, number] {
  const isWord = (at: number) => /[\w]/.test(text[at] ?? "");
  let start = offset;
  let end = offset;
  while (start > 0 && isWord(start - 1)) start--;
  while (end < text.length && isWord(end)) end++;
  return [start, end];
}
