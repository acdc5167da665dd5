/** Runs a user's command for its one number, whatever else the command does. */

import { spawn } from "node:child_process";
import { endTree } from "./end-tree.ts";

export interface CommandLimits {
  /** Longest run, in milliseconds. */
  timeoutMs: number;
  /** Runs after the first that failed. */
  retries: number;
  /** Folder it runs in; that of this process where none is named. */
  cwd?: string;
}

export interface CommandHooks {
  /** Ends what runs; nothing is tried again. */
  signal?: AbortSignal;
  /** Hears of every process that starts (true) and ends. */
  onProcess?: (pid: number, runs: boolean) => void;
}

export type CommandResult = { value: number } | { failure: string };

/** Only the end of what a command prints can hold its number. */
const mostOutput = 1 << 16;

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

export async function runCommand(
  command: string,
  limits: CommandLimits,
  hooks: CommandHooks = {},
): Promise<CommandResult> {
  let result: CommandResult = { failure: "it was never run" };
  for (let attempt = 0; attempt <= limits.retries && !hooks.signal?.aborted; attempt++) {
    result = await runOnce(command, limits, hooks);
    if ("value" in result) break;
  }
  return result;
}

function runOnce(
  command: string,
  { timeoutMs, cwd }: CommandLimits,
  { signal, onProcess }: CommandHooks,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      cwd,
      // A process group of its own: what the shell started ends with it.
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    const { pid } = child;
    const end = () => {
      if (pid !== undefined) endTree(pid);
    };
    if (pid !== undefined) onProcess?.(pid, true);
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
      signal?.removeEventListener("abort", stop);
      if (pid !== undefined) onProcess?.(pid, false);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(result);
    };
    const stop = () => {
      end();
      settle({ failure: "it was stopped" });
    };
    signal?.addEventListener("abort", stop);
    const timer = setTimeout(() => {
      end();
      settle({ failure: `it took more than ${timeoutMs / 1000} s` });
    }, timeoutMs);
    child.on("error", (error) => settle({ failure: error.message }));
    child.on("exit", (code, signal) => {
      // Children that outlive the shell may hold its pipes open: what was printed until now counts.
      setImmediate(() => {
        // On Windows only a process that still runs leads to those it started.
        if (process.platform !== "win32") end();
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
