/** Text and places in it. Offsets count UTF-16 code units, as editors do. */

export interface SourceFile {
  /** A URI in the editor, the path as given on the command line. */
  uri: string;
  text: string;
}

export interface Location {
  uri: string;
  start: number;
  end: number;
}

export interface Located<T> {
  value: T;
  location: Location;
}

export type Severity = "error" | "warning" | "information" | "hint";

/** One replacement of `[location.start, location.end)` by `newText`. */
export interface SourceEdit {
  location: Location;
  newText: string;
}

/** A cure for a problem that one action applies. */
export interface Fix {
  title: string;
  edits: readonly SourceEdit[];
  /** Applied by “fix all”: never changes what the files mean to Timeloop. */
  safe: boolean;
}

/** Something to tell the user about a place in a file. `code` is stable and documented in `docs/problems.md`. */
export interface Problem {
  code: string;
  severity: Severity;
  message: string;
  location: Location;
  related?: readonly { message: string; location: Location }[];
  fixes?: readonly Fix[];
  /** The text has no effect: editors fade it. */
  unused?: boolean;
}
