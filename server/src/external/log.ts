/** The evaluations of one search as JSON lines, each on the disk before it is used: nothing is paid for twice. */

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
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

/** What the command said of the mapping that the results are compared with. */
export interface LoggedGiven {
  /** Compact form. */
  given: string;
  value: number;
}

export interface LogContents {
  /** One for each point, its last. */
  results: LoggedResult[];
  /** Points to run: those that never came back, and failures that nothing came after, whose cause may be gone. */
  unfinished: LoggedPoint[];
  /** How many of them had failed. */
  failedLast: number;
  /** Figures of given mappings, by their compact form. */
  given: ReadonlyMap<string, number>;
}

const unwritable = (path: string, error: unknown) =>
  new LogError(`${path}: cannot be written (${(error as NodeJS.ErrnoException).code ?? error})`);

/** Takes the log for this process, by a file beside it; gives what ends that. */
function lockLog(path: string): () => void {
  const lock = `${path}.lock`;
  const own = `${process.pid} ${hostname()}\n`;
  for (;;) {
    try {
      writeFileSync(lock, own, { flag: "wx" });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw unwritable(lock, error);
    }
    const [pid, host] = readLock(lock).trim().split(" ");
    if (host !== undefined && (host !== hostname() || runs(Number(pid)))) {
      const where = host === hostname() ? "" : ` on ${host}`;
      throw new LogError(
        `${path}: another search is writing to it (process ${pid}${where}); wait for its end, name another file, or delete ${lock} if it has ended`,
      );
    }
    rmSync(lock, { force: true });
  }
}

function readLock(lock: string): string {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return "";
  }
}

/** Is there another process of this number? A thread of this one that was ended has left its lock behind. */
function runs(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export class EvaluationLog {
  private readonly file: number;
  private readonly unlock: () => void;

  private constructor(file: number, unlock: () => void) {
    this.file = file;
    this.unlock = unlock;
  }

  /**
   * Opens or begins a log, for one search at a time. A last line cut short by a kill is left behind; its point counts as
   * unfinished.
   */
  static open(path: string, header: LogHeader): { log: EvaluationLog; contents: LogContents } {
    const unlock = lockLog(path);
    try {
      const text = existsSync(path) ? readFileSync(path, "utf8") : "";
      const contents = readLog(path, text, header);
      const file = openSync(path, "a");
      const log = new EvaluationLog(file, unlock);
      if (text.trim() === "") log.append(header);
      else if (!text.endsWith("\n")) writeSync(file, "\n");
      return { log, contents };
    } catch (error) {
      unlock();
      throw error instanceof LogError ? error : unwritable(path, error);
    }
  }

  asked(entry: LoggedPoint): void {
    this.append({ asked: entry.point });
  }

  finished(entry: LoggedResult): void {
    this.append(entry);
  }

  given(entry: LoggedGiven): void {
    this.append(entry);
  }

  close(): void {
    closeSync(this.file);
    this.unlock();
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
  if (text.trim() === "") return { results: [], unfinished: [], failedLast: 0, given: new Map() };
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
  const results = new Map<string, LoggedResult>();
  const open = new Map<string, LoggedPoint>();
  const given = new Map<string, number>();
  for (const line of lines) {
    if (isPoint(line.asked)) open.set(line.asked.join(), { point: line.asked });
    else if (isPoint(line.point) && (line.value === null || typeof line.value === "number")) {
      const key = line.point.join();
      // In the order in which they came last.
      results.delete(key);
      results.set(key, line as unknown as LoggedResult);
      open.delete(key);
    } else if (typeof line.given === "string" && typeof line.value === "number") given.set(line.given, line.value);
  }
  const all = [...results.values()];
  const kept = all.slice(0, 1 + all.findLastIndex(({ value }) => value !== null));
  const failed = all.slice(kept.length).map(({ point }) => ({ point }));
  return { results: kept, unfinished: [...open.values(), ...failed], failedLast: failed.length, given };
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
