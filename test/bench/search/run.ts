import type { Search, SearchProgress } from "../../../server/src/engine/search/progress.ts";

export interface Outcome {
  progress: SearchProgress;
  seconds: number;
}

export function cpuSeconds(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

/** Runs a search to its end, or for so many CPU seconds. */
export function run(search: Search, limit: number): Outcome {
  const start = process.cpuUsage();
  let progress: SearchProgress | undefined;
  let steps = 0;
  for (progress of search) if ((++steps & 7) === 0 && cpuSeconds(start) > limit) break;
  return { progress: progress!, seconds: cpuSeconds(start) };
}
