/**
 * `# mapspace: architecture=../arch.yaml problem=layers/conv3.yaml layer=conv3_1` within the first lines of a
 * file names the other files of its design, relative to the file itself. Values with spaces are quoted.
 */

import type { Location, SourceFile } from "../syntax/source.ts";

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
