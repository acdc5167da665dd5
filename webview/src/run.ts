/** How a run grows: the same for the editor, which keeps it, and the panel, which draws it. */

import type { Candidate, Cost, Objective, Run, RunProgress } from "../../server/src/features/explorer/protocol.ts";

/** Points of the cloud that are kept: the newest. */
export const mostPoints = 10_000;

export function withProgress(run: Run, progress: RunProgress): Run {
  const { state, message, evaluations, valid, elapsedMs, bound, best, curve, cloud, front } = progress;
  return {
    ...run,
    state,
    message: message ?? run.message,
    evaluations,
    valid,
    elapsedMs,
    bound: bound ?? run.bound,
    best: best ?? run.best,
    curve: curve === undefined ? run.curve : [...run.curve, ...curve],
    cloud: cloud === undefined ? run.cloud : [...run.cloud, ...cloud].slice(-2 * mostPoints),
    front: front ?? run.front,
  };
}

export function isLive({ state }: Pick<Run, "state">): boolean {
  return state === "waiting" || state === "running" || state === "paused";
}

export function objectiveOf(objective: Objective, { energyPj, cycles }: Pick<Cost, "energyPj" | "cycles">): number {
  if (objective === "energy") return energyPj;
  return objective === "latency" ? cycles : energyPj * cycles;
}

/** The mapping of a run that is looked at: its best, or one of its front. */
export function candidateOf(run: Run | undefined, front: number | null): Candidate | null {
  if (run === undefined) return null;
  return front === null ? run.best : (run.front[front] ?? run.best);
}
