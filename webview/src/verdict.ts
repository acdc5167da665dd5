/** How a run ended, where that says how far its result can be trusted. */

import type { Run, StrategyChoice } from "../../server/src/features/explorer/protocol.ts";
import { count, isProven, provenText, seconds } from "./format.ts";

type Ended = Pick<Run, "state" | "options" | "evaluations" | "elapsedMs" | "bound">;

/** The limit that stopped a search before it was through with what it works through. */
function limitThatStopped({ state, options, evaluations, elapsedMs }: Ended): string | null {
  if (state !== "done" || options === null) return null;
  const { evaluations: most, seconds: time } = options;
  if (most !== null && evaluations >= most) return `${count(most)} tries`;
  return time !== null && elapsedMs >= 1000 * time ? seconds(1000 * time) : null;
}

/**
 * @param value of the best mapping, by the goal of the run
 * @param strategy the run's, as the design offers it
 */
export function verdict(run: Ended, value: number | null, strategy: StrategyChoice | undefined): string {
  const gap = value !== null && run.bound !== null && run.bound > 0 ? provenText(run.bound, value) : "";
  if (value !== null && run.bound !== null && isProven(run.bound, value)) return gap;
  const ends = strategy !== undefined && !strategy.cosearch && (strategy.ends || strategy.proves);
  const limit = ends ? limitThatStopped(run) : null;
  if (limit === null) return gap;
  const stopped = `Stopped by the limit of ${limit}`;
  if (gap !== "") return `${stopped}. ${gap}`;
  return strategy?.proves ? `${stopped}: nothing is proven.` : `${stopped}.`;
}
