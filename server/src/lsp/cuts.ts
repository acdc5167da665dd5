/** What of a large file editors are not told: where the outline, the folding, the colours and the problems end. */

import type { CheckedContext } from "../features/context.ts";
import { type DiagnosticSettings, maxDiagnostics, problemsToTell } from "../features/diagnostics.ts";
import { foldingRanges, maxFoldingRanges } from "../features/folding.ts";
import { maxTokens, semanticTokens, tokenLength } from "../features/semantic-tokens.ts";
import { isOutlineCut, maxSymbols } from "../features/symbols.ts";
import type { StatusParams } from "./protocol.ts";

/** Characters that each range and each name takes at least: shorter files need no counting. */
const shortest = 2;

export function* cutsOf(
  context: CheckedContext,
  settings: DiagnosticSettings,
  language: string,
): Generator<void, StatusParams["cut"]> {
  const { length } = context.file.text;
  const cut: StatusParams["cut"] = [];
  if (isOutlineCut(context)) cut.push({ what: "outline", after: maxSymbols });
  if (length > shortest * maxFoldingRanges) {
    const ranges = yield* foldingRanges(context, maxFoldingRanges + 1);
    if (ranges.length > maxFoldingRanges) cut.push({ what: "folding", after: maxFoldingRanges });
  }
  if (length > shortest * maxTokens) {
    const { data } = yield* semanticTokens(context, maxTokens + 1);
    if (data.length > tokenLength * maxTokens) cut.push({ what: "colours", after: maxTokens });
  }
  if (problemsToTell(context, settings, language).length > maxDiagnostics) {
    cut.push({ what: "problems", after: maxDiagnostics });
  }
  return cut;
}
