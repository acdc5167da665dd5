/** One handler per feature: context in, neutral answer where there is none or where something goes wrong. */

import {
  type CancellationToken,
  type Connection,
  LSPErrorCodes,
  type Position,
  ResponseError,
} from "vscode-languageserver";
import { codeActions } from "../features/code-actions.ts";
import { codeLenses, withActions } from "../features/code-lens.ts";
import type { FeatureContext } from "../features/context.ts";
import { isConvertible } from "../features/convert.ts";
import { foldingRanges } from "../features/folding.ts";
import { inlayHints } from "../features/inlay-hints.ts";
import { documentLinks } from "../features/links.ts";
import { definitions, highlights, references } from "../features/navigation.ts";
import { optimizeActions, optimizeLenses } from "../features/optimize.ts";
import { prepareRename, rename } from "../features/rename.ts";
import { selectionRanges } from "../features/selection.ts";
import { semanticTokens } from "../features/semantic-tokens.ts";
import { documentSymbols } from "../features/symbols.ts";
import { type Designs, overtaken } from "./designs.ts";
import type { OnDemand } from "./host.ts";
import type { LastGood } from "./last-good.ts";
import { type ReportParams, reportRequest } from "./protocol.ts";
import { type Log, runSafe } from "./run-safe.ts";
import type { Settings } from "./settings.ts";

export const allFeatures = {
  codeActions,
  codeLenses,
  completions: ({ completions }: OnDemand, context: FeatureContext, position: Position) =>
    completions(context, position),
  definitions,
  documentLinks,
  documentSymbols,
  foldingRanges,
  formatting: ({ formatting }: OnDemand, context: FeatureContext) => formatting(context),
  highlights,
  hover: ({ hover }: OnDemand, context: FeatureContext, position: Position) => hover(context, position),
  inlayHints,
  isConvertible,
  optimizeActions,
  optimizeLenses,
  prepareRename,
  references,
  rename,
  designReport: ({ designReport }: OnDemand, context: FeatureContext) => designReport(context),
  selectionRanges,
  semanticTokens,
};
export type Features = typeof allFeatures;

export interface Surroundings {
  designs: Designs;
  lastGood: LastGood;
  settings: () => Settings;
  /** Can the client show an action that is offered but cannot be taken? */
  showsDisabled: () => boolean;
  log: Log;
  onDemand: () => Promise<OnDemand>;
}

export function registerFeatures(
  connection: Connection,
  { designs, lastGood, settings, showsDisabled, log, onDemand }: Surroundings,
  features: Features,
): void {
  const whole = (uri: string) => designs.context(uri);
  const early = (uri: string) => designs.earlyContext(uri);

  /** What shows numbers or changes other files: waits until all of the design has been read. */
  function answer<T>(
    name: string,
    uri: string,
    token: CancellationToken,
    neutral: T,
    work: (context: FeatureContext) => T,
    contextOf: (uri: string) => Promise<FeatureContext | null> = whole,
  ) {
    return runSafe(name, token, log, neutral, async () => {
      const context = await contextOf(uri);
      return context === null || token.isCancellationRequested ? neutral : work(context);
    });
  }

  /** For what takes long in long documents, all of it about the text itself. */
  function answerInSteps<T>(
    name: string,
    uri: string,
    token: CancellationToken,
    neutral: T,
    work: (context: FeatureContext) => Generator<void, T>,
  ) {
    return runSafe(name, token, log, neutral, async () => {
      for (;;) {
        const context = await early(uri);
        if (context === null || token.isCancellationRequested) return neutral;
        const result = await designs.run(work(context));
        if (result !== overtaken) return result;
      }
    });
  }

  connection.onHover(async ({ textDocument: { uri }, position }, token) => {
    const loaded = await onDemand();
    return answer("hover", uri, token, null, (c) => features.hover(loaded, c, position));
  });
  connection.onCompletion(async ({ textDocument: { uri }, position }, token) => {
    const loaded = await onDemand();
    return answer("completion", uri, token, [], (c) => features.completions(loaded, c, position), early);
  });
  connection.onCodeLens(({ textDocument: { uri } }, token) =>
    answer("code lens", uri, token, [], (c) =>
      lastGood.lenses(
        c,
        withActions(settings().estimates.codeLens ? features.codeLenses(c) : [], features.optimizeLenses(c)),
      ),
    ),
  );
  connection.languages.inlayHint.on(({ textDocument: { uri }, range }, token) =>
    answer("inlay hints", uri, token, [], (c) =>
      lastGood.hints(c, range, (whole) => features.inlayHints(c, whole, settings().inlayHints)),
    ),
  );
  connection.onCodeAction(({ textDocument: { uri }, range, context: request }, token) =>
    runSafe("code actions", token, log, [], async () => {
      const context = await designs.checked(uri);
      if (context === null || token.isCancellationRequested) return [];
      const convert = features.isConvertible(context, range, request) ? (await onDemand()).convertActions(context) : [];
      const fixes = features.codeActions(context, range, request, settings());
      const offered = features.optimizeActions(context, range, request, settings().search);
      return [
        ...fixes,
        ...offered.filter(({ title }) => fixes.every((fix) => fix.title !== title)),
        ...convert.filter((action) => showsDisabled() || !action.disabled),
      ];
    }),
  );
  connection.onDefinition(({ textDocument: { uri }, position }, token) =>
    answer("definition", uri, token, [], (c) => features.definitions(c, position), early),
  );
  connection.onReferences(({ textDocument: { uri }, position, context: { includeDeclaration } }, token) =>
    answer("references", uri, token, [], (c) => features.references(c, position, includeDeclaration)),
  );
  connection.onDocumentHighlight(({ textDocument: { uri }, position }, token) =>
    answer("highlights", uri, token, [], (c) => features.highlights(c, position), early),
  );
  connection.onPrepareRename(({ textDocument: { uri }, position }, token) =>
    answer("prepare rename", uri, token, null, (c) => features.prepareRename(c, position)),
  );
  connection.onRenameRequest(({ textDocument: { uri }, position, newName }, token) =>
    answer("rename", uri, token, null, (c) => {
      const result = features.rename(c, position, newName);
      if (typeof result === "string") throw new ResponseError(LSPErrorCodes.RequestFailed, result);
      return result;
    }),
  );
  connection.onDocumentSymbol(({ textDocument: { uri } }, token) =>
    answerInSteps("outline", uri, token, [], features.documentSymbols),
  );
  connection.onFoldingRanges(({ textDocument: { uri } }, token) =>
    answerInSteps("folding", uri, token, [], features.foldingRanges),
  );
  connection.onSelectionRanges(({ textDocument: { uri }, positions }, token) =>
    answer("selection", uri, token, [], (c) => features.selectionRanges(c, positions), early),
  );
  connection.onDocumentLinks(({ textDocument: { uri } }, token) =>
    answer("links", uri, token, [], features.documentLinks, early),
  );
  connection.onDocumentFormatting(async ({ textDocument: { uri } }, token) => {
    const loaded = await onDemand();
    return answerInSteps("formatting", uri, token, [], (c) => features.formatting(loaded, c));
  });
  connection.languages.semanticTokens.on(({ textDocument: { uri } }, token) =>
    answerInSteps("semantic tokens", uri, token, { data: [] as number[] }, features.semanticTokens),
  );
  connection.onRequest(reportRequest, async ({ uri }: ReportParams, token) => {
    const loaded = await onDemand();
    return answer("report", uri, token, "", (c) => features.designReport(loaded, c));
  });
}
