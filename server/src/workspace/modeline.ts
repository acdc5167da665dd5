/**
 * `# mapspace: architecture=../arch.yaml problem=layers/conv3.yaml layer=conv3_1` within the first lines of a
 * file names the other files of its design, relative to the file itself. Values with spaces are quoted.
 */

import type { Location, SourceEdit, SourceFile } from "../syntax/source.ts";

export interface ModelineEntry {
  key: string;
  value: string;
  location: Location;
}

const modelinePattern = /^\ufeff?[ \t]*#[ \t]*mapspace:[ \t]*(.*)$/;
const entryPattern = /([\w-]+)=(?:"([^"]*)"|'([^']*)'|(\S+))/g;
const linesSearched = 20;

export function readModeline(file: SourceFile): ModelineEntry[] {
  const entries: ModelineEntry[] = [];
  let start = 0;
  for (let line = 0; line < linesSearched && start < file.text.length; line++) {
    const newline = file.text.indexOf("\n", start);
    const end = newline < 0 ? file.text.length : newline;
    const text = file.text.slice(start, Math.min(end, start + 1000)).replace(/\r$/, "");
    const match = modelinePattern.exec(text);
    if (match) {
      const offset = start + text.length - match[1].length;
      for (const entry of match[1].matchAll(entryPattern)) {
        const at = offset + entry.index;
        entries.push({
          key: entry[1],
          value: entry[2] ?? entry[3] ?? entry[4],
          location: { uri: file.uri, start: at, end: at + entry[0].length },
        });
      }
    }
    start = end + 1;
  }
  return entries;
}

/** `key=value` as a modeline has it. */
export function modelineEntry(key: string, value: string): string {
  return `${key}=${/\s/.test(value) ? `"${value}"` : value}`;
}

/** Adds entries to the modeline of a file, or begins one. */
export function withModelineEntries(file: SourceFile, entries: readonly (readonly [string, string])[]): SourceEdit {
  const { uri, text } = file;
  const written = entries.map(([key, value]) => modelineEntry(key, value)).join(" ");
  const last = readModeline(file).at(-1)?.location.end;
  if (last !== undefined) return { location: { uri, start: last, end: last }, newText: ` ${written}` };
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  return {
    location: { uri, start, end: start },
    newText: `# mapspace: ${written}${text.includes("\r\n") ? "\r\n" : "\n"}`,
  };
}
