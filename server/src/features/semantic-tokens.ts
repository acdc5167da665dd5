/** Semantic tokens: names the grammar cannot know, coloured by what they mean in this design. */

import { type SemanticTokens, type SemanticTokensLegend, SemanticTokenTypes } from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import type { FeatureContext } from "./context.ts";
import { collectingOccurrences, type NameKind } from "./names.ts";

const typeOf: Readonly<Record<NameKind, SemanticTokenTypes>> = {
  component: SemanticTokenTypes.class,
  dimension: SemanticTokenTypes.variable,
  "data space": SemanticTokenTypes.parameter,
};

export const semanticTokenLegend: SemanticTokensLegend = {
  tokenTypes: Object.values(typeOf),
  tokenModifiers: ["declaration"],
};

export const maxTokens = 20_000;
/** Numbers that stand for one token. */
export const tokenLength = 5;

export function* semanticTokens(
  { file, snapshot }: Pick<FeatureContext, "file" | "snapshot">,
  most = maxTokens,
): Generator<void, SemanticTokens> {
  const index = lineIndex(file);
  const all = yield* collectingOccurrences(snapshot);
  yield;
  const here = all
    .filter(({ location }) => location.uri === file.uri)
    .sort((a, b) => a.location.start - b.location.start);
  const data: number[] = [];
  let line = 0;
  let character = 0;
  let end = 0;
  for (const { kind, role, location } of here) {
    if (location.start < end) continue;
    if (data.length >= tokenLength * most) break;
    end = location.end;
    const start = index.position(location.start);
    data.push(
      start.line - line,
      start.line === line ? start.character - character : start.character,
      location.end - location.start,
      semanticTokenLegend.tokenTypes.indexOf(typeOf[kind]),
      role === "definition" ? 1 : 0,
    );
    line = start.line;
    character = start.character;
  }
  return { data };
}
