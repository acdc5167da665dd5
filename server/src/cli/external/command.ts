/** Runs a user's command for its one number, whatever else the command does. */

import { type ChildProcess, spawn } from "node:child_process";

export interface CommandLimits {
  /** Longest run, in milliseconds. */
  timeoutMs: number;
  /** Runs after the first that failed. */
  retries: number;
}

export type CommandResult = { value: number } | { failure: string };

/** Only the end of what a command prints can hold its number. */
const mostOutput = 1 << 16;

const running = new Set<ChildProcess>();

/** The command template with `{name}` replaced by quoted paths. */
export function fillTemplate(template: string, paths: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => (name in paths ? quoted(paths[name]) : whole));
}

function quoted(path: string): string {
  if (process.platform === "win32") return `"${path}"`;
  return /^[\w./:@=+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** The number a command means: the last line it prints that is not blank must be one above 0. */
export function readNumber(output: string): CommandResult {
  const line = output.trimEnd().split(/\r?\n/).at(-1)?.trim() ?? "";
  if (line === "") return { failure: "it printed nothing" };
  const value = Number(line);
  const shown = line.length > 60 ? `${line.slice(0, 60)}…` : line;
  if (!Number.isFinite(value)) return { failure: `its last line is no number: ${shown}` };
  return value > 0 ? { value } : { failure: `its number is ${shown}; costs are above 0` };
}

export async function runCommand(command: string, { timeoutMs, retries }: CommandLimits): Promise<CommandResult> {
  let result: CommandResult = { failure: "it was never run" };
  for (let attempt = 0; attempt <= retries; attempt++) {
    result = await runOnce(command, timeoutMs);
    if ("value" in result) break;
  }
  return result;
}

function runOnce(command: string, timeoutMs: number): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      // A process group of its own: what the shell started ends with it.
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    running.add(child);
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out = (out + text).slice(-mostOutput);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err = (err + text).slice(-mostOutput);
    });
    let settled = false;
    const settle = (result: CommandResult) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      running.delete(child);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => {
      end(child);
      settle({ failure: `it took more than ${timeoutMs / 1000} s` });
    }, timeoutMs);
    child.on("error", (error) => settle({ failure: error.message }));
    child.on("exit", (code, signal) => {
      // Children that outlive the shell may hold its pipes open: what was printed until now counts.
      setImmediate(() => {
        end(child);
        if (code === 0) settle(readNumber(out));
        else settle({ failure: `${signal === null ? `exit status ${code}` : signal}${said(err)}` });
      });
    });
  });
}

function said(err: string): string {
  const line = err.trim().split(/\r?\n/).at(-1)?.trim() ?? "";
  return line === "" ? "" : `: ${line.slice(0, 200)}`;
}

function end(child: ChildProcess): void {
  try {
    if (process.platform === "win32" || child.pid === undefined) child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Ends every command that still runs. */
export function endCommands(): void {
  for (const child of running) end(child);
}
