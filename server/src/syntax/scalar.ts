/** Types of plain scalars: YAML 1.2 numbers and nulls, and the booleans that yaml-cpp takes. */

import type { ScalarValue } from "./tree.ts";

const numberPattern = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;
const hexPattern = /^[-+]?0[xX][0-9a-fA-F]+$/;
const octalPattern = /^0o[0-7]+$/;
const infinityPattern = /^([-+]?)\.(?:inf|Inf|INF)$/;
const words = new Map<string, boolean>();
for (const [yes, no] of [
  ["true", "false"],
  ["yes", "no"],
  ["on", "off"],
] as const) {
  for (const spell of [
    (word: string) => word,
    (word: string) => word[0]!.toUpperCase() + word.slice(1),
    (word: string) => word.toUpperCase(),
  ]) {
    words.set(spell(yes), true);
    words.set(spell(no), false);
  }
}

/**
 * The value of an unquoted scalar. `y` and `n` stay text: they are names of dimensions.
 * A reader that expects a name uses the text, so a dimension called `no` works too.
 */
export function scalarValue(text: string): ScalarValue {
  if (text === "" || text === "~" || text === "null" || text === "Null" || text === "NULL") return null;
  if (text.length <= 5) {
    const word = words.get(text);
    if (word !== undefined) return word;
  }
  const first = text.charCodeAt(0);
  // Only digits, signs and dots can begin a number.
  if (first > 57 || first < 43) return text;
  return text.length > 400 ? text : (numberValue(text) ?? text);
}

/** The number a text stands for, or null. Hexadecimal numbers are read as Timeloop reads them. */
export function numberValue(text: string): number | null {
  if (numberPattern.test(text)) return Number(text);
  if (hexPattern.test(text)) {
    const negative = text[0] === "-";
    const value = Number(text.replace(/^[-+]/, ""));
    return negative ? -value : value;
  }
  if (octalPattern.test(text)) return Number(text);
  const infinity = infinityPattern.exec(text);
  if (infinity) return infinity[1] === "-" ? -Infinity : Infinity;
  return text === ".nan" || text === ".NaN" || text === ".NAN" ? Number.NaN : null;
}
