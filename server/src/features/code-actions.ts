/** Quick fixes of the problems in a range, and “fix all” for the safe ones. */

import {
  type CodeAction,
  type CodeActionContext,
  CodeActionKind,
  type Range,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import type { Fix, Problem, SourceEdit, SourceFile } from "../syntax/source.ts";
import { type CheckedContext, type FeatureContext, toProtocolLocation } from "./context.ts";
import { type DiagnosticSettings, inForce, toDiagnostic } from "./diagnostics.ts";
import { estimateActions } from "./optimize.ts";

export const fixAllKind = `${CodeActionKind.SourceFixAll}.mapspace`;

export function codeActions(
  context: CheckedContext,
  range: Range,
  request: Pick<CodeActionContext, "only">,
  settings: DiagnosticSettings,
): CodeAction[] {
  const wants = (kind: string) =>
    request.only === undefined || request.only.some((only) => kind === only || kind.startsWith(`${only}.`));
  const index = lineIndex(context.file);
  const from = index.offset(range.start);
  const to = index.offset(range.end);
  const actions: CodeAction[] = [];
  const silenced: (CodeAction & { edits: SourceEdit[] })[] = [];
  if (wants(CodeActionKind.QuickFix)) {
    for (const problem of inForce(context, settings)) {
      const { start, end } = problem.location;
      if (start > to || end < from) continue;
      const diagnostics = [toDiagnostic(context, problem)];
      const silence = silencing(context.file, problem);
      if (silence !== null) silenced.push({ ...silence, diagnostics });
      if (problem.code === "estimate") {
        actions.push(
          ...estimateActions(context).map((action) => ({ ...action, kind: CodeActionKind.QuickFix, diagnostics })),
        );
      }
      problem.fixes?.forEach((fix, position) => {
        actions.push({
          title: fix.title,
          kind: CodeActionKind.QuickFix,
          diagnostics,
          isPreferred: position === 0 && problem.fixes?.length === 1,
          edit: toWorkspaceEdit(context, fix.edits),
        });
      });
    }
    // What cures comes before what hides.
    actions.push(...silenced.map(({ edits, ...action }) => ({ ...action, edit: toWorkspaceEdit(context, edits) })));
  }
  if (request.only !== undefined && wants(fixAllKind)) {
    const edits = safeEdits(context, settings);
    if (edits.length > 0) {
      actions.push({ title: "Fix all that is safe to fix", kind: fixAllKind, edit: toWorkspaceEdit(context, edits) });
    }
  }
  return actions;
}

/** A comment above the line that silences what is no error there. */
function silencing(
  { uri, text }: SourceFile,
  { code, severity, location }: Problem,
): (CodeAction & { edits: SourceEdit[] }) | null {
  if (severity === "error" || code.startsWith("yaml-") || /\.jinja2?$/.test(uri)) return null;
  const lineStart = text.lastIndexOf("\n", location.start - 1) + 1;
  const start = lineStart === 0 && text.startsWith("\ufeff") ? 1 : lineStart;
  const indent = /^[ ]*/.exec(text.slice(start))![0];
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const newText = `${indent}# mapspace-disable-next-line ${code}${lineEnd}`;
  return {
    title: `Silence ${code} on this line`,
    kind: CodeActionKind.QuickFix,
    edits: [{ location: { uri, start, end: start }, newText }],
  };
}

/** Safe fixes of problems in force that do not touch each other; what is left comes with the next round. */
function safeEdits(context: CheckedContext, settings: DiagnosticSettings): SourceEdit[] {
  const { uri } = context.file;
  const fixes: Fix[] = inForce(context, settings).flatMap(
    (problem) => problem.fixes?.filter((fix) => fix.safe).slice(0, 1) ?? [],
  );
  const taken: SourceEdit[] = [];
  for (const { edits } of fixes) {
    const free = edits.every(
      ({ location }) =>
        location.uri === uri &&
        taken.every((other) => location.end <= other.location.start || location.start >= other.location.end),
    );
    if (free) taken.push(...edits);
  }
  return taken;
}

export function toWorkspaceEdit(context: FeatureContext, edits: readonly SourceEdit[]): WorkspaceEdit {
  const changes: Record<string, TextEdit[]> = {};
  for (const { location, newText } of edits) {
    const { uri, range } = toProtocolLocation(context, location);
    changes[uri] ??= [];
    changes[uri].push({ range, newText });
  }
  return { changes };
}
