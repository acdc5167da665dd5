import type { Location, Problem, Severity } from "../syntax/source.ts";

type Extra = Pick<Problem, "related" | "fixes">;

/** Collects the problems of one reading. */
export class Report {
  readonly problems: Problem[] = [];

  error(code: string, message: string, location: Location, extra: Extra = {}): void {
    this.add("error", code, message, location, extra);
  }

  warning(code: string, message: string, location: Location, extra: Extra = {}): void {
    this.add("warning", code, message, location, extra);
  }

  information(code: string, message: string, location: Location, extra: Extra = {}): void {
    this.add("information", code, message, location, extra);
  }

  private add(severity: Severity, code: string, message: string, location: Location, extra: Extra): void {
    this.problems.push({ code, severity, message, location, ...extra });
  }
}
