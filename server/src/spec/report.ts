import type { Location, Problem, Severity } from "../syntax/source.ts";

type Extra = Pick<Problem, "related" | "fixes" | "unused">;

/** Of one kind; more than these nobody reads. */
const maxPerCode = 200;

/** Collects the problems of one reading. */
export class Report {
  private readonly counts = new Map<string, number>();
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

  /** Something that nobody reads. */
  unused(code: string, message: string, location: Location): void {
    this.add("hint", code, message, location, { unused: true });
  }

  private add(severity: Severity, code: string, message: string, location: Location, extra: Extra): void {
    const count = (this.counts.get(code) ?? 0) + 1;
    this.counts.set(code, count);
    if (count <= maxPerCode) this.problems.push({ code, severity, message, location, ...extra });
  }
}
