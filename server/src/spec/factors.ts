import type { Problem } from "../syntax/source.ts";
import { describe, type YamlNode, type YamlScalar } from "../syntax/yaml.ts";
import { writeFixes } from "./nearest.ts";
import { placeInScalar } from "./text-places.ts";
import type { FactorSource } from "./types.ts";

/** Timeloop keeps factors in 32-bit integers and stops on larger ones. */
const maxFactor = 2 ** 31 - 1;

/**
 * Factors in one text: `K=4 C2 P = 7,6 R<=3`, anything between them is skipped and `#` ends the text (Timeloop
 * `mapping/parser.cpp`, `ParseUserFactors`; `mapping/constraints.cpp`, `ParseFactors` and its siblings).
 */
export function readFactorText(node: YamlScalar, problems: Problem[]): FactorSource[] {
  const text = node.text.split("#", 1)[0];
  const factors: FactorSource[] = [];
  let read = 0;
  for (const match of text.matchAll(/([A-Za-z]+)(\s*)(<=|>=|=*)(\s*)([0-9]+)(?:,([0-9]+))?/g)) {
    reportSkipped(node, text, read, match.index, problems);
    read = match.index + match[0].length;
    const [, name, , relation, , end, residual] = match;
    const nameEnd = match.index + name.length;
    const endAt = match[0].length - (residual === undefined ? 0 : residual.length + 1) - end.length + match.index;
    const location = placeInScalar(node, match.index, read);
    const last = residual === undefined ? null : placeInScalar(node, read - residual.length, read);
    if (Number(end) > maxFactor || Number(residual ?? 0) > maxFactor) {
      problems.push({
        code: "factor-too-large",
        severity: "error",
        message: `A factor can be at most ${maxFactor}.`,
        location,
      });
    }
    factors.push({
      dimension: { value: name, location: placeInScalar(node, match.index, nameEnd) },
      relation: relation === "<=" || relation === ">=" ? relation : "=",
      end: { value: Number(end), location: placeInScalar(node, endAt, endAt + end.length) },
      residual: last === null ? null : { value: Number(residual), location: last },
      location,
    });
  }
  reportSkipped(node, text, read, text.length, problems);
  return factors;
}

/** One factor per item of a list, as v0.4 writes them. */
export function readFactorList(items: readonly YamlNode[], problems: Problem[]): FactorSource[] {
  return items.flatMap((item) => {
    if (item.kind === "scalar") return readFactorText(item, problems);
    problems.push({
      code: "factor-ignored",
      severity: "warning",
      message: `A factor is written like K=4; ${describe(item)} counts for nothing.`,
      location: item.location,
    });
    return [];
  });
}

/** `Q:56` as `Q=56`; `null` where anything else stands between or beside the factors. */
function withEqualsSign(text: string): string | null {
  const factor = /([A-Za-z]+)\s*:\s*([0-9]+(?:,[0-9]+)?)/g;
  return /^[\s,;]*$/.test(text.replace(factor, "")) ? text.replace(factor, "$1=$2") : null;
}

function reportSkipped(node: YamlScalar, text: string, start: number, end: number, problems: Problem[]): void {
  const skipped = text.slice(start, end);
  const word = /[^\s,;](?:.*[^\s,;])?/.exec(skipped);
  if (word === null) return;
  const from = start + word.index;
  const meant = withEqualsSign(word[0]);
  const advice = meant === null ? "a dimension and a whole number, like K=4, or K=4,2 with a residual" : `“${meant}”`;
  const location = placeInScalar(node, from, from + word[0].length);
  problems.push({
    code: "factor-ignored",
    severity: "warning",
    message: `“${word[0]}” is no factor and counts for nothing. Write ${advice}.`,
    location,
    fixes: meant === null ? [] : writeFixes([meant], location),
  });
}
