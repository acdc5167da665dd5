/** Where a cursor is in a text that may be broken anywhere: told by indentation alone, line by line. */

export interface CompletionPlace {
  /** Keys around the cursor, outermost first, hyphens read as underscores. */
  path: readonly string[];
  /** Keys that the map at the cursor has already, on other lines. */
  siblings: ReadonlySet<string>;
  /** The cursor is in an item of a list, or where one may begin. */
  item: boolean;
}

interface Line {
  /** Column of the first dash; `null` without one. */
  dash: number | null;
  /** Column of what follows the dashes. */
  column: number;
  key: string | null;
}

/** Lines looked at above the cursor. */
const reach = 5_000;

export function placeAt(text: string, lineStart: number, offset: number): CompletionPlace {
  const before = text.slice(lineStart, offset);
  const current = readLine(before) ?? { dash: null, column: before.length, key: null };
  const path: string[] = [];
  const siblings = new Set<string>();
  let column = current.column;
  let sibling = current.dash === null;
  let dash = current.dash;
  let item = dash !== null;
  let end = lineStart - 1;
  if (dash !== null) column = dash + 1;
  for (let count = 0; end > 0 && column > 0 && count < reach; count++) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    const line = readLine(text.slice(start, end));
    end = start - 1;
    if (line === null || line.key === null) {
      if (line?.dash != null && line.dash < column) item ||= path.length === 0;
      continue;
    }
    if (line.column === column && dash === null) {
      if (sibling) siblings.add(line.key);
      if (line.dash !== null) {
        // The first key of the item that the cursor is in.
        item ||= path.length === 0;
        sibling = false;
        column = line.dash + 1;
        dash = line.dash;
      }
    } else if (line.column < column && !(dash !== null && line.dash === dash)) {
      if (line.dash === null || line.column <= column) {
        path.unshift(line.key);
        sibling = false;
        column = line.column;
        dash = null;
        if (line.dash !== null) {
          column = line.dash + 1;
          dash = line.dash;
        }
      }
    }
  }
  const own = current.column;
  let next = text.indexOf("\n", offset);
  while (next >= 0) {
    const start = next + 1;
    next = text.indexOf("\n", start);
    const line = readLine(text.slice(start, next < 0 ? text.length : next));
    if (line === null) continue;
    if (line.dash !== null || line.column < own) break;
    if (line.column === own && line.key !== null) siblings.add(line.key);
  }
  return { path, siblings, item };
}

const linePattern = /^(\ufeff?[ ]*)((?:-[ ]+|-$)*)(?:(?:"([^"]*)"|'([^']*)'|([A-Za-z_][\w-]*))[ \t]*:(?=\s|$))?/;

/** `null` for blank lines and comments. */
function readLine(text: string): Line | null {
  const line = text.replace(/\r$/, "");
  if (/^\ufeff?[ \t]*(#.*)?$/.test(line)) return null;
  const match = linePattern.exec(line)!;
  const spaces = match[1].replace("\ufeff", "").length;
  const key = match[3] ?? match[4] ?? match[5];
  return {
    dash: match[2] === "" ? null : spaces,
    column: spaces + match[2].length,
    key: key === undefined ? null : key.replaceAll("-", "_"),
  };
}
