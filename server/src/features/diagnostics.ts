/** Problems of one document as diagnostics, each with its code, documentation and related places. */

import { type Diagnostic, DiagnosticSeverity } from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import type { Problem, Severity } from "../syntax/source.ts";
import { type FeatureContext, toProtocolLocation, toRange } from "./context.ts";

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** Where the codes are explained. */
export const problemsPage = "https://github.com/mapspace/mapspace/blob/main/docs/problems.md";

/** More would only slow the editor down; the worst come first. */
export const maxDiagnostics = 1000;

export interface DiagnosticSettings {
  estimates: { diagnostics: boolean };
  buffers: { diagnostics: boolean };
}

/** Codes that a setting switches off. */
export const estimateCode = "estimate";
export const minimalBufferCode = "minimal-buffer";

export function documentDiagnostics(context: FeatureContext, settings: DiagnosticSettings): Diagnostic[] {
  const { uri } = context.file;
  return context.problems
    .filter((problem) => problem.location.uri === uri)
    .filter(({ code }) => settings.estimates.diagnostics || code !== estimateCode)
    .filter(({ code }) => settings.buffers.diagnostics || code !== minimalBufferCode)
    .slice(0, maxDiagnostics)
    .map((problem) => toDiagnostic(context, problem));
}

export function toDiagnostic(context: FeatureContext, problem: Problem): Diagnostic {
  const { start, end } = problem.location;
  return {
    range: toRange(lineIndex(context.file), start, end),
    severity: severities[problem.severity],
    code: problem.code,
    codeDescription: { href: `${problemsPage}#${problem.code}` },
    source: "mapspace",
    message: problem.message,
    ...(problem.related
      ? {
          relatedInformation: problem.related.map(({ message, location }) => ({
            message,
            location: toProtocolLocation(context, location),
          })),
        }
      : {}),
  };
}
