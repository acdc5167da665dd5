/** What each level of a mapping costs, as its inlay hint says it: energy, its share of all, cycles at its bandwidth. */

import type { LayerAnalysis } from "../workspace/analysis.ts";
import { formatCount, formatEnergy, formatPercent } from "../workspace/quantities.ts";
import { hoverTable } from "./context.ts";

export interface LevelCost {
  label: string;
  /** Markdown. */
  tooltip: string;
}

/** Null where nothing has a cost. A level of a network: every layer as often as it occurs. */
export function levelCost(layers: readonly LayerAnalysis[], level: number): LevelCost | null {
  const costed = layers.flatMap(({ layer: { count, workload }, outcome }) =>
    outcome?.evaluation === undefined ? [] : [{ count, workload, evaluation: outcome.evaluation }],
  );
  if (costed.length === 0) return null;
  const sum = (pick: (entry: (typeof costed)[number]) => number) =>
    costed.reduce((total, entry) => total + entry.count * pick(entry), 0);
  const energyPj = sum(({ evaluation }) => evaluation.levels[level].energyPj);
  const allPj = sum(({ evaluation }) => evaluation.energyPj);
  const cycles = sum(({ evaluation }) => evaluation.levels[level].bandwidthCycles ?? 0);
  const allCycles = sum(({ evaluation }) => evaluation.cycles);
  const parts = [
    ...(allPj === 0 ? [] : [`${formatEnergy(energyPj)}, ${formatPercent(energyPj / allPj)}`]),
    ...(cycles === 0 ? [] : [`${formatCount(cycles)} cycles at its bandwidth`]),
  ];
  if (parts.length === 0) return null;
  const { name } = costed[0].evaluation.levels[level];
  const rows = new Map<string, number>();
  for (const { count, workload, evaluation } of costed) {
    evaluation.levels[level].dataSpaces.forEach(({ kept, total }, d) => {
      const space = workload.dataSpaces[d].name;
      if (kept) rows.set(space, (rows.get(space) ?? 0) + count * total.energyPj);
    });
  }
  const rest = energyPj - [...rows.values()].reduce((total, pj) => total + pj, 0);
  if (rest > 1e-9 * energyPj) rows.set("leakage and addresses", rest);
  const of = costed.length > 1 ? ` over ${formatCount(costed.length)} layers` : "";
  const pace =
    cycles === 0
      ? "It has no bandwidth that could slow the array down."
      : `Its bandwidth alone takes ${formatCount(cycles)} of the ${formatCount(allCycles)} cycles.`;
  return {
    label: parts.join(" · "),
    tooltip: [
      `**${name}**${of} takes ${formatEnergy(energyPj)} of ${formatEnergy(allPj)}:`,
      hoverTable(
        ["", "energy"],
        [...rows].map(([space, pj]) => [space, formatEnergy(pj)]),
        1,
      ),
      pace,
    ].join("\n\n"),
  };
}
