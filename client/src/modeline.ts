/** The comment that names the other files of a design: `# mapspace: architecture=../arch.yaml problem=conv.yaml`. */

export interface Replacement {
  start: number;
  end: number;
  text: string;
}

/** Adds `key=value` to the file's modeline, replaces the key's entry there, or begins a modeline. */
export function withModelineEntry(text: string, key: string, value: string): Replacement {
  const entry = `${key}=${/\s/.test(value) ? `"${value}"` : value}`;
  const line = /^[ \t]*#[ \t]*mapspace:[^\r\n]*/m.exec(text.split("\n", 20).join("\n"));
  if (!line) {
    const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    const newline = /\r\n/.test(text) ? "\r\n" : "\n";
    return { start, end: start, text: `# mapspace: ${entry}${newline}` };
  }
  const end = line.index + line[0].length;
  const old = new RegExp(`(?<=\\s)${key}=(?:"[^"]*"|'[^']*'|\\S+)`).exec(line[0]);
  if (!old) return { start: end, end, text: ` ${entry}` };
  return { start: line.index + old.index, end: line.index + old.index + old[0].length, text: entry };
}

/** Path of `to` as seen from the folder of `from`; both with `/`. */
export function relativePath(from: string, to: string): string {
  const a = from.split("/").slice(0, -1);
  const b = to.split("/");
  let common = 0;
  while (common < a.length && common < b.length - 1 && a[common] === b[common]) common++;
  return [...a.slice(common).map(() => ".."), ...b.slice(common)].join("/");
}
