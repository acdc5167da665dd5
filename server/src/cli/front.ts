import type { FrontPoint } from "../engine/search/progress.ts";
import { formatCount, formatEnergy } from "../workspace/quantities.ts";

/** The ends of a Pareto front in a line; nothing where energy and cycles are least in one mapping. */
export function frontLine(front: readonly FrontPoint[] = []): string {
  if (front.length < 2) return "";
  const end = ({ energyPj, cycles }: FrontPoint) => `${formatEnergy(energyPj)} in ${formatCount(cycles)} cycles`;
  return `  Pareto front: ${front.length} mappings, from ${end(front[0])} to ${end(front.at(-1)!)}\n`;
}
