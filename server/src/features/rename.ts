/** Rename of components, dimensions and data spaces through all files of a design. */

import type { Position, Range, TextEdit, WorkspaceEdit } from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import { type FeatureContext, toProtocolLocation, toRange } from "./context.ts";
import { type Occurrence, occurrenceAt, occurrences, sameName } from "./names.ts";

/** The name that would be renamed, or `null` where nothing can be. */
export function prepareRename(
  context: FeatureContext,
  position: Position,
): { range: Range; placeholder: string } | null {
  const occurrence = occurrenceAt(context, lineIndex(context.file).offset(position));
  if (occurrence === undefined) return null;
  const { location, name } = occurrence;
  return { range: toRange(lineIndex(context.file), location.start, location.end), placeholder: name };
}

/** The edit, or the reason against it in a sentence. */
export function rename(context: FeatureContext, position: Position, newName: string): WorkspaceEdit | string {
  const occurrence = occurrenceAt(context, lineIndex(context.file).offset(position));
  if (occurrence === undefined) return "There is no component, dimension or data space here to rename.";
  const objection = objectionTo(context, occurrence, newName);
  if (objection !== null) return objection;
  const changes: Record<string, TextEdit[]> = {};
  for (const { location } of sameName(context.snapshot, occurrence)) {
    const { uri, range } = toProtocolLocation(context, location);
    changes[uri] ??= [];
    changes[uri].push({ range, newText: newName });
  }
  return { changes };
}

function objectionTo(context: FeatureContext, { kind, name }: Occurrence, newName: string): string | null {
  if (newName === name) return null;
  if (kind === "dimension" && !/^[A-Za-z]$/.test(newName)) {
    return `Timeloop's dimensions are single letters; "${newName}" cannot name one.`;
  }
  if (!/^[A-Za-z_]\w*$/.test(newName)) {
    return `A ${kind} is named by letters, digits and underscores; "${newName}" cannot name one.`;
  }
  if (occurrences(context.snapshot).some((other) => other.kind === kind && other.name === newName)) {
    return `There is already a ${kind} called ${newName}; renaming would join the two.`;
  }
  return null;
}
