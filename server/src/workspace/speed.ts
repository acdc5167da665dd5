/** Figures that need the clock of the design. */

import type { Architecture, Evaluation } from "../engine/model/types.ts";

export interface Speed {
  seconds: number;
  averagePowerWatts: number;
  /** Two operations (multiply and add) per MAC. */
  gops: number;
  topsPerWatt: number;
}

/** `null` where the architecture does not state `global_cycle_seconds`. */
export function speed(architecture: Architecture, evaluation: Evaluation): Speed | null {
  const cycleSeconds = architecture.globalCycleSeconds;
  if (cycleSeconds === null || !(cycleSeconds > 0) || evaluation.cycles === 0) return null;
  const seconds = evaluation.cycles * cycleSeconds;
  const joules = evaluation.energyPj * 1e-12;
  const operations = 2 * evaluation.macs;
  return {
    seconds,
    averagePowerWatts: joules / seconds,
    gops: operations / seconds / 1e9,
    topsPerWatt: joules > 0 ? operations / joules / 1e12 : 0,
  };
}
