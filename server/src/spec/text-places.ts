import type { Location } from "../syntax/source.ts";
import type { YamlScalar } from "../syntax/yaml.ts";

/**
 * Place of `[start, end)` of a scalar's text in the file. Exact where the text stands in the file as it is;
 * the whole scalar where escapes or line folding changed it.
 */
export function placeInScalar(node: YamlScalar, start: number, end: number): Location {
  const { uri, start: from, end: to } = node.location;
  const quotes = to - from - node.text.length;
  if (quotes === 0) return { uri, start: from + start, end: from + end };
  if (quotes === 2 && node.quoted && !node.text.includes("\n")) {
    return { uri, start: from + 1 + start, end: from + 1 + end };
  }
  return node.location;
}
