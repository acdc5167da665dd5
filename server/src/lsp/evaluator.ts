/** `mapspace.evaluator.*`: a command of the user that says what a mapping costs, and when it may run. */

import type { EvaluatorOffer } from "../features/explorer/protocol.ts";

export interface EvaluatorSettings {
  /** Empty: none. */
  command: string;
  timeoutMs: number;
  retries: number;
  /** Commands that run at a time. */
  jobs: number;
}

export const defaultEvaluator: EvaluatorSettings = { command: "", timeoutMs: 3_600_000, retries: 1, jobs: 1 };

/** Longest wait that a timer can be set to. */
const longestSeconds = 2_000_000;
const mostJobs = 256;

export function readEvaluator(section: unknown): EvaluatorSettings {
  const stated = (typeof section === "object" && section !== null ? section : {}) as Record<string, unknown>;
  const whole = (value: unknown, least: number, most: number, fallback: number) =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most ? value : fallback;
  const { timeout } = stated;
  const seconds = typeof timeout === "number" && timeout > 0 && timeout <= longestSeconds ? timeout : null;
  return {
    command: typeof stated.command === "string" ? stated.command.trim() : "",
    timeoutMs: seconds === null ? defaultEvaluator.timeoutMs : 1000 * seconds,
    retries: whole(stated.retries, 0, 100, defaultEvaluator.retries),
    jobs: whole(stated.jobs, 1, mostJobs, defaultEvaluator.jobs),
  };
}

/**
 * @param possible processes can be started where the server runs
 * @param trusted the user trusts the workspace
 */
export function evaluatorOffer({ command }: EvaluatorSettings, possible: boolean, trusted: boolean): EvaluatorOffer {
  return { command, obstacle: obstacleTo(command, possible, trusted) };
}

function obstacleTo(command: string, possible: boolean, trusted: boolean): string | null {
  if (!possible) return "Commands cannot be run in a browser.";
  if (!trusted) return "Commands are run in trusted workspaces only.";
  if (command === "") return "Set “mapspace.evaluator.command” to measure mappings by a command of your own.";
  if (!/\{(mapping|design)\}/.test(command)) {
    return "“mapspace.evaluator.command” names no {mapping} and no {design}: every mapping would cost the same.";
  }
  return null;
}
