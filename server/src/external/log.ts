/** The evaluations of one search as JSON lines, each on the disk before it is used: nothing is paid for twice. */

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import type { SourceObservations } from "../engine/search/bayes/optimiser.ts";

/** A log that cannot be used, with the reason in words. */
export class LogError extends Error {}

/** What makes two searches the same: a log only continues its own. */
export interface LogHeader {
  mapspaceLog: 1;
  /** Hash of architecture, layer, mapspace and constraints. */
  design: string;
  layer: string;
  command: string;
  /** Hash of the choices that the mapspace leaves: logs of other architectures with the same ones can be learned from. */
  choices: string;
}

export interface LoggedPoint {
  /** Coordinates, in the order of the encoder's variables. */
  point: number[];
}

export interface LoggedResult extends LoggedPoint {
  /** `null` where every attempt failed. */
  value: number | null;
  failure?: string;
  seconds: number;
  mapping: string;
  /** What the surrogate sees of the mapping. */
  features: number[];
}

export interface LogContents {
  results: LoggedResult[];
  /** Points that were asked for and never came back. */
  unfinished: LoggedPoint[];
}

export class EvaluationLog {
  private readonly file: number;

  private constructor(file: number) {
    this.file = file;
  }

  /** Opens or begins a log. A last line cut short by a kill is left behind; its point counts as unfinished. */
  static open(path: string, header: LogHeader): { log: EvaluationLog; contents: LogContents } {
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    const contents = text.trim() === "" ? { results: [], unfinished: [] } : readLog(path, text, header);
    let file: number;
    try {
      file = openSync(path, "a");
    } catch (error) {
      throw new LogError(`${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
    const log = new EvaluationLog(file);
    if (text.trim() === "") log.append(header);
    else if (!text.endsWith("\n")) writeSync(file, "\n");
    return { log, contents };
  }

  asked(entry: LoggedPoint): void {
    this.append({ asked: entry.point });
  }

  finished(entry: LoggedResult): void {
    this.append(entry);
  }

  close(): void {
    closeSync(this.file);
  }

  private append(value: unknown): void {
    writeSync(this.file, `${JSON.stringify(value)}\n`);
    fsyncSync(this.file);
  }
}

/** The results of a search elsewhere, for its knowledge to be used here. */
export function readSourceLog(path: string, text: string, choices: string): SourceObservations {
  const lines = parsedLines(text);
  const header = lines.find((line) => "mapspaceLog" in line);
  if (header === undefined) throw new LogError(`${path}: this is no log of evaluations`);
  if (header.choices !== choices) {
    throw new LogError(`${path}: its search chose other things (levels, dimensions, constraints or mapspace differ)`);
  }
  const found = lines.filter((line) => isPoint(line.features) && typeof line.value === "number" && line.value > 0);
  return {
    features: Float64Array.from(found.flatMap((line) => line.features as number[])),
    values: Float64Array.from(found, (line) => line.value as number),
  };
}

function readLog(path: string, text: string, header: LogHeader): LogContents {
  const lines = parsedLines(text);
  const found = lines.find((line) => "mapspaceLog" in line) as Partial<LogHeader> | undefined;
  if (found === undefined) throw new LogError(`${path}: this is no log of evaluations; name another file`);
  for (const key of ["mapspaceLog", "design", "layer", "command"] as const) {
    if (found[key] === header[key]) continue;
    const what = key === "design" ? "design (architecture, layer, constraints or mapspace)" : key;
    throw new LogError(
      `${path}: belongs to another ${what}${key === "design" ? "" : `: ${found[key]}`}; name another file`,
    );
  }
  const results: LoggedResult[] = [];
  const open = new Map<string, LoggedPoint>();
  for (const line of lines) {
    if (isPoint(line.asked)) open.set(line.asked.join(), { point: line.asked });
    else if (isPoint(line.point) && (line.value === null || typeof line.value === "number")) {
      results.push(line as unknown as LoggedResult);
      open.delete(line.point.join());
    }
  }
  return { results, unfinished: [...open.values()] };
}

const isPoint = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((x) => typeof x === "number");

function parsedLines(text: string): Record<string, unknown>[] {
  return text.split("\n").flatMap((line) => {
    const value = parsed(line);
    return value === undefined ? [] : [value];
  });
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
