/**
 * Comments that silence problems: `# mapspace-disable-next-line CODE, CODE`, `# mapspace-disable-line CODE` and, for
 * a whole file, `# mapspace-disable CODE`. Without a code everything is meant.
 */

import { lineIndex } from "../syntax/position.ts";
import type { Problem, SourceFile } from "../syntax/source.ts";

interface Suppressions {
  file: (code: string) => boolean;
  line: (line: number, code: string) => boolean;
}

const comment = /#[ \t]*mapspace-disable(-next-line|-line)?(?![\w-])([^\n#]*)/g;
const known = new WeakMap<SourceFile, Suppressions | null>();

/** The problems that no comment silences. */
export function unsuppressed(problems: readonly Problem[], files: readonly SourceFile[]): Problem[] {
  const byUri = new Map(files.map((file) => [file.uri, file]));
  return problems.filter(({ code, location }) => {
    const file = byUri.get(location.uri);
    const suppressions = file && suppressionsOf(file);
    if (!file || !suppressions) return true;
    return !suppressions.file(code) && !suppressions.line(lineIndex(file).position(location.start).line, code);
  });
}

function suppressionsOf(file: SourceFile): Suppressions | null {
  let found = known.get(file);
  if (found === undefined) {
    found = read(file);
    known.set(file, found);
  }
  return found;
}

function read(file: SourceFile): Suppressions | null {
  if (!file.text.includes("mapspace-disable")) return null;
  const index = lineIndex(file);
  const whole = new Set<string>();
  const lines = new Map<number, Set<string>>();
  for (const { 1: kind, 2: codes, index: at } of file.text.matchAll(comment)) {
    const line = index.position(at).line + (kind === "-next-line" ? 1 : 0);
    let target = whole;
    if (kind !== undefined) {
      target = lines.get(line) ?? new Set();
      lines.set(line, target);
    }
    const named = codes.match(/[a-z][a-z0-9-]*/g) ?? ["*"];
    for (const code of named) target.add(code);
  }
  const has = (codes: ReadonlySet<string> | undefined, code: string) => codes?.has(code) || codes?.has("*") || false;
  return { file: (code) => has(whole, code), line: (line, code) => has(lines.get(line), code) };
}
