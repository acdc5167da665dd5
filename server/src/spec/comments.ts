/** The comments of a piece of YAML, to be set again where the text is written anew. */

export interface Comment {
  start: number;
  end: number;
  text: string;
  /** Nothing else stands on its line. */
  alone: boolean;
}

/** Comments in `[from, to)` of a text: `#` after a space or at the start of a line, outside quotes. */
export function commentsIn(text: string, from: number, to: number): Comment[] {
  const comments: Comment[] = [];
  let quote = "";
  let lineStart = text.lastIndexOf("\n", from - 1) + 1;
  for (let i = from; i < to; i++) {
    const character = text[i];
    if (character === "\n") {
      lineStart = i + 1;
    } else if (quote !== "") {
      if (character === quote) quote = "";
    } else if ((character === '"' || character === "'") && /[\s[{,:]/.test(text[i - 1] ?? " ")) quote = character;
    else if (character === "#" && (i === 0 || /\s/.test(text[i - 1]))) {
      const newline = text.indexOf("\n", i);
      const end = newline < 0 ? text.length : newline - (text[newline - 1] === "\r" ? 1 : 0);
      comments.push({
        start: i,
        end,
        text: text.slice(i, end).trimEnd(),
        alone: text.slice(lineStart, i).trim() === "",
      });
      i = end - 1;
    }
  }
  return comments;
}

/** The text without its comments but those that are `kept`. */
export function withoutComments(text: string, kept: (comment: string) => boolean): string {
  return commentsIn(text, 0, text.length)
    .filter((comment) => !kept(comment.text))
    .reverse()
    .reduce((left, { start, end, alone }) => {
      const before = left.slice(0, start).trimEnd();
      const line = left.slice(0, start).replace(/[ \t]+$/, "");
      // A comment with a line to itself takes the line along.
      const from = alone ? line.length : before.length;
      const newline = left.startsWith("\r\n", end) ? 2 : left.startsWith("\n", end) ? 1 : 0;
      return left.slice(0, from) + left.slice(alone ? end + newline : end);
    }, text);
}
