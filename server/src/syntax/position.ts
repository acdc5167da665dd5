/** Offsets to lines and columns, and back. Lines end at `\n`, `\r\n` or `\r`, as editors count them. */

import type { SourceFile } from "./source.ts";

/** From 0, in UTF-16 code units. */
export interface Position {
  line: number;
  character: number;
}

/** From 1, as terminals show them. */
export interface LineColumn {
  line: number;
  column: number;
}

export class LineIndex {
  private readonly starts: number[];

  constructor(private readonly text: string) {
    const starts = [0];
    if (text.includes("\r")) {
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
      }
    } else {
      for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    }
    this.starts = starts;
  }

  get lineCount(): number {
    return this.starts.length;
  }

  position(offset: number): Position {
    const at = Math.min(Math.max(offset, 0), this.text.length);
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: at - this.starts[low] };
  }

  /** Positions beyond a line or the text mean its end. */
  offset(position: Position): number {
    if (position.line < 0) return 0;
    if (position.line >= this.starts.length) return this.text.length;
    return Math.min(this.starts[position.line] + Math.max(position.character, 0), this.lineEnd(position.line));
  }

  lineStart(line: number): number {
    return this.starts[line] ?? this.text.length;
  }

  /** Offset after the last character of the line, before its line break. */
  lineEnd(line: number): number {
    let end = line + 1 < this.starts.length ? this.starts[line + 1] : this.text.length;
    while (end > this.starts[line] && (this.text[end - 1] === "\n" || this.text[end - 1] === "\r")) end--;
    return end;
  }
}

const indices = new WeakMap<SourceFile, LineIndex>();

/** Built once per `SourceFile` object. */
export function lineIndex(file: SourceFile): LineIndex {
  let index = indices.get(file);
  if (index === undefined) {
    index = new LineIndex(file.text);
    indices.set(file, index);
  }
  return index;
}

export function lineAndColumn(file: SourceFile, offset: number): LineColumn {
  const { line, character } = lineIndex(file).position(offset);
  return { line: line + 1, column: character + 1 };
}
