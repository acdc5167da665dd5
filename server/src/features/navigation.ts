/** Definition, references and highlights of component, dimension and data space names. */

import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type Position,
  type Location as ProtocolLocation,
} from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import { type FeatureContext, toProtocolLocation, toRange } from "./context.ts";
import { type Occurrence, occurrenceAt, sameName } from "./names.ts";

function at(context: FeatureContext, position: Position): Occurrence[] {
  const occurrence = occurrenceAt(context, lineIndex(context.file).offset(position));
  return occurrence === undefined ? [] : sameName(context.snapshot, occurrence);
}

export function definitions(context: FeatureContext, position: Position): ProtocolLocation[] {
  return at(context, position)
    .filter((occurrence) => occurrence.role === "definition")
    .map((occurrence) => toProtocolLocation(context, occurrence.location));
}

export function references(
  context: FeatureContext,
  position: Position,
  includeDeclaration: boolean,
): ProtocolLocation[] {
  return at(context, position)
    .filter((occurrence) => includeDeclaration || occurrence.role === "reference")
    .map((occurrence) => toProtocolLocation(context, occurrence.location));
}

export function highlights(context: FeatureContext, position: Position): DocumentHighlight[] {
  const index = lineIndex(context.file);
  return at(context, position)
    .filter((occurrence) => occurrence.location.uri === context.file.uri)
    .map((occurrence) => ({
      range: toRange(index, occurrence.location.start, occurrence.location.end),
      kind: occurrence.role === "definition" ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}
