/** What a search makes small. */
export type Objective = "edp" | "energy" | "latency";

/** Value of an objective: pJ·cycles, pJ, or cycles. */
export function objectiveValue(objective: Objective, energyPj: number, cycles: number): number {
  if (objective === "edp") return energyPj * cycles;
  return objective === "energy" ? energyPj : cycles;
}
