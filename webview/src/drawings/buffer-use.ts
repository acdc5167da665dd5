/** How full the buffers are. */

import type { CandidateView, LevelView } from "../../../server/src/features/explorer/protocol.ts";
import type { Drawing } from "../chart-card.ts";
import { count, percent } from "../format.ts";
import type { Theme } from "../theme.ts";
import { levelBars } from "./level-bars.ts";

export function bufferUse(before: CandidateView | null, after: CandidateView, theme: Theme): Drawing<"bar"> | string {
  const limited = after.levels.filter(({ capacityWords }) => capacityWords !== null && capacityWords > 0);
  if (limited.length === 0) return "No level has a limited capacity.";
  const share = (view: CandidateView | null, level: LevelView, v: number) => {
    const own = view?.levels.find(({ name }) => name === level.name);
    if (own === undefined || !own.spaces[v].kept) return 0;
    const tiles = own.spaces.reduce((sum, space) => sum + (space.kept ? space.tileWords : 0), 0);
    return tiles === 0 ? 0 : ((own.spaces[v].tileWords / tiles) * own.neededWords) / (own.capacityWords ?? 1);
  };
  const parts = after.dataSpaces.map((label, v) => ({
    label,
    color: theme.series[v % theme.series.length],
    before: limited.map((level) => share(before, level, v)),
    after: limited.map((level) => share(after, level, v)),
  }));
  const fullest = limited.reduce((a, b) =>
    b.neededWords / b.capacityWords! > a.neededWords / a.capacityWords! ? b : a,
  );
  return {
    ...levelBars(
      limited.map(({ name }) => name),
      parts,
      before !== null,
      {
        title: "share of the capacity",
        format: percent,
        max: Math.max(1, fullest.neededWords / fullest.capacityWords!),
      },
      theme,
    ),
    summary: `${fullest.name} is the fullest: ${count(fullest.neededWords)} of ${count(fullest.capacityWords!)} words (${percent(fullest.neededWords / fullest.capacityWords!)}).`,
    table: {
      columns: [
        ...["Level", "Needed (words)", "Capacity (words)", "Used", "In the file (words)"],
        ...parts.map(({ label }) => `${label} (share)`),
        ...(before === null ? [] : parts.map(({ label }) => `${label} in the file (share)`)),
      ],
      rows: limited.map((level, i) => [
        level.name,
        level.neededWords,
        level.capacityWords!,
        percent(level.neededWords / level.capacityWords!),
        before?.levels.find(({ name }) => name === level.name)?.neededWords ?? "",
        ...parts.map((part) => part.after[i]),
        ...(before === null ? [] : parts.map((part) => part.before[i])),
      ]),
    },
  };
}
