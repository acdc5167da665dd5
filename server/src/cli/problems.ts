/** Problems as a terminal shows them: `file:line:col: severity code: message`. */

import { existsSync, readFileSync } from "node:fs";
import { lineAndColumn } from "../syntax/position.ts";
import type { Problem, Severity, SourceFile } from "../syntax/source.ts";

const order: readonly Severity[] = ["error", "warning", "information", "hint"];

export function renderProblem(problem: Problem, fileOf: (uri: string) => SourceFile): string {
  const { line, column } = lineAndColumn(fileOf(problem.location.uri), problem.location.start);
  return `${problem.location.uri}:${line}:${column}: ${problem.severity} ${problem.code}: ${problem.message}`;
}

/** Worst first; of one severity in the order they were found, which puts causes before what follows from them. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === "error");
}

/** Files of the design by name; others (included by a template) are read when a problem lies in them. */
export function fileLookup(files: readonly SourceFile[]): (uri: string) => SourceFile {
  const known = new Map(files.map((file) => [file.uri, file]));
  return (uri) => {
    let file = known.get(uri);
    if (file === undefined) {
      file = { uri, text: existsSync(uri) ? readFileSync(uri, "utf8") : "" };
      known.set(uri, file);
    }
    return file;
  };
}
