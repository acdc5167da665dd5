/** Horizontal bars, stacked. */

import type { Drawing } from "../chart-card.ts";
import { type Theme, withAlpha } from "../theme.ts";
import { noLegend } from "./axes.ts";

/** `Level: choice` where the whole would leave no room for bars. */
const longest = 18;

function inLines(this: { getLabelForValue(value: number): string }, value: string | number): string | string[] {
  const label = this.getLabelForValue(Number(value));
  return label.length > longest ? label.split(/(?<=:) /) : label;
}

/** Bars for every level (or choice), before and after, stacked by data space (or part). */
export function levelBars(
  rows: readonly string[],
  parts: readonly { label: string; color: string; before: number[]; after: number[] }[],
  both: boolean,
  x: { title: string; format: (value: number) => string; max?: number },
  theme: Theme,
): Pick<Drawing<"bar">, "datasets" | "labels" | "options" | "keys"> {
  const look = { borderWidth: 1, barPercentage: 0.86, categoryPercentage: 0.78 };
  const datasets = parts.flatMap(({ label, color, before, after }) => [
    ...(both
      ? [
          {
            ...look,
            label: `${label}, in the file`,
            data: before,
            stack: "before",
            backgroundColor: withAlpha(color, 0.28),
            borderColor: color,
          },
        ]
      : []),
    { ...look, label, data: after, stack: "after", backgroundColor: color, borderColor: color },
  ]);
  return {
    labels: [...rows],
    datasets,
    options: {
      indexAxis: "y",
      scales: {
        x: {
          stacked: true,
          max: x.max,
          title: { display: true, text: x.title, color: theme.muted },
          ticks: {
            maxTicksLimit: 6,
            color: theme.muted,
            callback: (value: string | number) => x.format(Number(value)),
          },
          grid: { color: theme.grid, drawTicks: false },
          border: { color: theme.grid },
        },
        y: {
          stacked: true,
          ticks: { color: theme.foreground, autoSkip: false, callback: inLines },
          grid: { display: false },
          border: { color: theme.grid },
        },
      },
      plugins: {
        ...noLegend,
        tooltip: { callbacks: { label: ({ dataset, parsed }) => `${dataset.label}: ${x.format(parsed.x ?? 0)}` } },
      },
    } as Drawing<"bar">["options"],
    keys: [
      ...parts.map(({ label, color }) => ({ label, color })),
      ...(both ? [{ label: "paler: in the file", color: withAlpha(theme.foreground, 0.3), hollow: true }] : []),
    ],
  };
}
