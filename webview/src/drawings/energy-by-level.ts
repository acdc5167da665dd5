/** Where the energy goes. */

import type { CandidateView, LevelView } from "../../../server/src/features/explorer/protocol.ts";
import type { Drawing } from "../chart-card.ts";
import { change, energy, percent } from "../format.ts";
import { type Theme, withAlpha } from "../theme.ts";
import { levelBars } from "./level-bars.ts";

export function energyByLevel(before: CandidateView | null, after: CandidateView, theme: Theme): Drawing<"bar"> {
  const rows = [...after.levels.map(({ name }) => name), "Network", after.computeName];
  const of = (view: CandidateView | null, pick: (level: LevelView) => number, network: number, compute: number) =>
    view === null ? rows.map(() => 0) : [...view.levels.map(pick), network, compute];
  const spaces = after.dataSpaces.map((label, v) => ({
    label,
    color: theme.series[v % theme.series.length],
    before: of(before, (level) => level.spaces[v].energyPj, 0, 0),
    after: of(after, (level) => level.spaces[v].energyPj, 0, 0),
  }));
  const other = {
    label: "Arithmetic, network, leakage",
    color: theme.contrast ? theme.foreground : withAlpha(theme.foreground, 0.55),
    before: of(before, (level) => level.otherEnergyPj, before?.networkEnergyPj ?? 0, before?.computeEnergyPj ?? 0),
    after: of(after, (level) => level.otherEnergyPj, after.networkEnergyPj, after.computeEnergyPj),
  };
  const used = (i: number) => [...spaces, other].some((part) => part.before[i] + part.after[i] > 0);
  const kept = rows.map((_, i) => i).filter(used);
  const only = <T extends { before: number[]; after: number[] }>(part: T): T => ({
    ...part,
    before: kept.map((i) => part.before[i]),
    after: kept.map((i) => part.after[i]),
  });
  const totals = after.levels.map((level) => ({ name: level.name, energyPj: level.energyPj }));
  totals.push({ name: after.computeName, energyPj: after.computeEnergyPj });
  const largest = totals.reduce((a, b) => (b.energyPj > a.energyPj ? b : a));
  const gained =
    before === null
      ? ""
      : ` ${energy(before.cost.energyPj)} in the file (${change(before.cost.energyPj, after.cost.energyPj)}).`;
  return {
    ...levelBars(
      kept.map((i) => rows[i]),
      [...spaces, other].map(only),
      before !== null,
      { title: "energy", format: energy },
      theme,
    ),
    summary: `${energy(after.cost.energyPj)} in all, ${percent(largest.energyPj / after.cost.energyPj)} of it in ${largest.name}.${gained}`,
    table: {
      columns: ["Level", "Data space", "In the file (pJ)", "Selected (pJ)"],
      rows: kept.flatMap((i) =>
        [...spaces, other]
          .filter((part) => part.before[i] + part.after[i] > 0)
          .map((part) => [rows[i], part.label, part.before[i], part.after[i]]),
      ),
    },
  };
}
