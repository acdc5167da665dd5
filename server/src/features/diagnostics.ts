/** Problems of one document as diagnostics, each with its code and related places. */

import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import type { Problem, Severity } from "../syntax/source.ts";
import { type CheckedContext, type FeatureContext, toProtocolLocation, toRange } from "./context.ts";

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** More would only slow the editor down; the worst come first. */
export const maxDiagnostics = 1000;

export interface DiagnosticSettings {
  estimates: { diagnostics: boolean };
  buffers: { diagnostics: boolean };
  /** By code: another severity, or none at all. */
  severities: Readonly<Record<string, Severity | "off">>;
}

/** Codes that a setting of their own switches off. */
const estimateCode = "estimate";
const minimalBufferCode = "minimal-buffer";

/** @param language in plain `yaml` documents another extension tells about the syntax */
export function documentDiagnostics(
  context: CheckedContext,
  settings: DiagnosticSettings,
  language = "timeloop",
): Diagnostic[] {
  return problemsToTell(context, settings, language)
    .slice(0, maxDiagnostics)
    .map((problem) => toDiagnostic(context, problem));
}

export function problemsToTell(context: CheckedContext, settings: DiagnosticSettings, language: string): Problem[] {
  return inForce(context, settings).filter(({ code }) => language === "timeloop" || !code.startsWith("yaml-"));
}

const order: readonly Severity[] = ["error", "warning", "information", "hint"];

/** Problems of the document at the severities the user wants, the worst first. */
export function inForce({ problems, file }: CheckedContext, settings: DiagnosticSettings): Problem[] {
  return problems
    .filter((problem) => problem.location.uri === file.uri)
    .filter(({ code }) => settings.estimates.diagnostics || code !== estimateCode)
    .filter(({ code }) => settings.buffers.diagnostics || code !== minimalBufferCode)
    .flatMap((problem) => {
      const severity = settings.severities[problem.code] ?? problem.severity;
      return severity === "off" ? [] : [{ ...problem, severity }];
    })
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

export function toDiagnostic(context: FeatureContext, problem: Problem): Diagnostic {
  const { start, end } = problem.location;
  return {
    range: toRange(lineIndex(context.file), start, end),
    severity: severities[problem.severity],
    code: problem.code,
    source: "mapspace",
    message: problem.message,
    ...(problem.unused ? { tags: [DiagnosticTag.Unnecessary] } : {}),
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
