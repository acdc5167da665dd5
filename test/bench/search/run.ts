import type { Search, SearchProgress } from "../../../server/src/engine/search/progress.ts";

export interface Outcome {
  progress: SearchProgress;
  seconds: number;
}

export function cpuSeconds(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

/** To ask for the CPU time takes some itself. */
const everyMs = 20;

/** Runs a search to its end, or for so many CPU seconds. */
export function run(search: Search, limit: number): Outcome {
  const start = process.cpuUsage();
  let progress: SearchProgress | undefined;
  let asked = performance.now();
  for (progress of search) {
    const now = performance.now();
    if (now - asked < everyMs) continue;
    asked = now;
    if (cpuSeconds(start) > limit) break;
  }
  return { progress: progress!, seconds: cpuSeconds(start) };
}
