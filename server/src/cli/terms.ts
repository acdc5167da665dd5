/**
 * `--terms`: the derivation of every number, in sentences (of all instances) and then term by term, indented; each term
 * says whether it is about one instance or all of them.
 */

import type { Evaluation, Term, TermLoop } from "../engine/model/types.ts";
import { explanations } from "../features/explain-level.ts";
import type { Explained } from "../features/explain-loops.ts";
import { formatCount, formatNumber } from "../workspace/quantities.ts";

/** Terms that count all instances; the others are about one of them (on the average, where they differ). */
const sums: ReadonlySet<string> = new Set(["sent", "received"]);

export function renderTerms(explained: Explained, evaluation: Evaluation): string {
  const { architecture, workload } = explained;
  const lines = ["How the numbers come about"];
  const loopName = ({ level, kind, dimension, factor, residual }: TermLoop) =>
    `${workload.dimensions[dimension].name}${factor}${residual === factor ? "" : `,${residual}`}@${architecture.storage[level].name}${kind === "temporal" ? "" : ` ${kind.slice(-1).toUpperCase()}`}`;
  const write = (name: string, term: Term, depth: number) => {
    const inputs = Object.entries(term.inputs)
      .map(([key, value]) => `${key}=${Number.isInteger(value) ? formatCount(value) : formatNumber(value)}`)
      .join(" ");
    const loops = term.loops?.length ? `  over ${term.loops.map(loopName).join(" ")}` : "";
    const value = Number.isInteger(term.value) ? formatCount(term.value) : formatNumber(term.value);
    lines.push(
      `${"  ".repeat(depth)}${name} = ${value}  [${term.formula}${inputs === "" ? "" : `: ${inputs}`}]${loops}`,
    );
    for (const part of term.parts ?? []) write(part.formula, part, depth + 1);
  };
  for (const [name, term] of Object.entries(evaluation.terms ?? {})) write(name, term, 1);
  for (const level of [...evaluation.levels].reverse()) {
    lines.push(`  ${level.name}`);
    const index = evaluation.levels.indexOf(level);
    for (const text of explanations(explained, evaluation, index).flatMap((block) => block.split("\n"))) {
      lines.push(`    ${text.replaceAll("**", "")}`);
    }
    for (const [name, term] of Object.entries(level.terms ?? {})) write(`${name} of the level`, term, 2);
    level.dataSpaces.forEach((result, index) => {
      if (!result.kept || result.terms === undefined) return;
      const { name, used } = { name: workload.dataSpaces[index].name, used: result.utilizedInstances };
      const [one, all] = ["of one instance", `of all ${formatNumber(used)} instances in use`];
      lines.push(`    ${name}`);
      for (const [field, term] of Object.entries(result.terms))
        write(`${field} ${sums.has(field) ? all : one}`, term, 3);
    });
  }
  return lines.join("\n");
}
