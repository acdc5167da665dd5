/** Texts that are something else than they look like to a parser: what else they say is not looked at. */

import type { Problem, SourceFile } from "../syntax/source.ts";
import { parseYaml } from "../syntax/yaml.ts";

/** Why a file cannot be read: its merge conflicts, else its first tab. */
export function whyUnreadable(file: SourceFile): Problem[] {
  const conflicts = mergeConflicts(file);
  if (conflicts.length > 0) return conflicts;
  const tab = parseYaml(file).problems.find(({ code }) => code === "yaml-tab");
  return tab === undefined ? [] : [tab];
}

/** Is this a reason why a file cannot be read? */
export const isUnreadable = ({ code }: Problem): boolean => code === "merge-conflict" || code === "yaml-tab";

/** The lines that a merge leaves around the two sides of what it could not decide; some tools add the third text. */
const marker = /^(?:(<{7}) .*|(={7})|(>{7}) .*)(?=\r?$)/gm;

/** `merge-conflict`: told once for each conflict, in place of what the parser makes of its lines. */
function mergeConflicts({ uri, text }: SourceFile): Problem[] {
  if (!text.includes("<<<<<<< ")) return [];
  const problems: Problem[] = [];
  let begin: { start: number; end: number } | null = null;
  let divided = false;
  for (const { index, 0: line, 1: opens, 2: divides } of text.matchAll(marker)) {
    if (opens) {
      begin = { start: index, end: index + line.length };
      divided = false;
    } else if (divides) divided = true;
    else {
      if (begin !== null && divided) problems.push(problemAt(uri, begin));
      begin = null;
    }
  }
  return problems;
}

function problemAt(uri: string, place: { start: number; end: number }): Problem {
  return {
    code: "merge-conflict",
    severity: "error",
    message:
      "A merge left this conflict. Keep one of its two sides and remove the lines with <<<<<<<, ======= and >>>>>>>.",
    location: { uri, ...place },
  };
}
