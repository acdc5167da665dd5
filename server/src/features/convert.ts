/** “Convert to v0.4” on the parts of a design written for an older version; disabled, with the reason, where it cannot be. */

import {
  type CodeAction,
  type CodeActionContext,
  CodeActionKind,
  CodeActionTriggerKind,
  type Range,
} from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import { conversionToV04, isOlderThanV04 } from "../workspace/convert.ts";
import { toWorkspaceEdit } from "./code-actions.ts";
import type { FeatureContext } from "./context.ts";

const title = "Convert the design to v0.4";
const parts =
  /^(architecture|arch|problem|mapping|constraints|architecture_constraints|arch_constraints|mapspace_constraints|mapspace)$/;

export function convertActions(
  context: FeatureContext,
  range: Range,
  request: Pick<CodeActionContext, "only" | "triggerKind">,
): CodeAction[] {
  // Reading the converted design and costing it is more than every move of the cursor is worth.
  if (request.triggerKind === CodeActionTriggerKind.Automatic) return [];
  const kind = CodeActionKind.RefactorRewrite;
  const wanted = request.only?.some((only) => only === "" || kind === only || kind.startsWith(`${only}.`)) ?? true;
  const { file, tree, snapshot } = context;
  const { analysis, design } = snapshot;
  if (!wanted || !isOlderThanV04(analysis.specification) || tree.root?.kind !== "map") return [];
  const index = lineIndex(file);
  const onKey = tree.root.entries.some(({ key }) => {
    const { line } = index.position(key.location.start);
    return parts.test(key.text) && range.start.line <= line && line <= range.end.line;
  });
  if (!onKey) return [];
  const templates = design.parts.some(({ uri }) => /\.jinja2?$/.test(uri));
  const conversion = templates ? { reason: "the design is a template" } : conversionToV04(analysis, snapshot.files);
  if ("reason" in conversion)
    return [{ title, kind, disabled: { reason: `No v0.4 equivalent: ${conversion.reason}.` } }];
  return [{ title, kind, edit: toWorkspaceEdit(context, conversion.edits) }];
}
