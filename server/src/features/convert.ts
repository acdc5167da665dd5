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
const kind = CodeActionKind.RefactorRewrite;
const parts =
  /^(architecture|arch|problem|mapping|constraints|architecture_constraints|arch_constraints|mapspace_constraints|mapspace)$/;

/** Can it be asked for here? Cheap: what it comes to is worked out by `convertActions`. */
export function isConvertible(
  { file, tree, snapshot }: FeatureContext,
  range: Range,
  request: Pick<CodeActionContext, "only" | "triggerKind">,
): boolean {
  // Reading the converted design and costing it is more than every move of the cursor is worth.
  if (request.triggerKind === CodeActionTriggerKind.Automatic) return false;
  const wanted = request.only?.some((only) => only === "" || kind === only || kind.startsWith(`${only}.`)) ?? true;
  if (!wanted || !isOlderThanV04(snapshot.specification) || tree.root?.kind !== "map") return false;
  const index = lineIndex(file);
  return tree.root.entries.some(({ key }) => {
    const { line } = index.position(key.location.start);
    return parts.test(key.text) && range.start.line <= line && line <= range.end.line;
  });
}

export function convertActions(context: FeatureContext): CodeAction[] {
  const { analysis, design, files } = context.snapshot;
  const templates = design.parts.some(({ uri }) => /\.jinja2?$/.test(uri));
  const conversion = templates ? { reason: "the design is a template" } : conversionToV04(analysis, files);
  if ("reason" in conversion)
    return [{ title, kind, disabled: { reason: `No v0.4 equivalent: ${conversion.reason}.` } }];
  return [{ title, kind, edit: toWorkspaceEdit(context, conversion.edits) }];
}
