/** What holds the array back: its own speed or the bandwidth of a level. */

import type { CandidateView } from "../../../server/src/features/explorer/protocol.ts";
import type { Drawing } from "../chart-card.ts";
import { count, percent, short } from "../format.ts";
import type { Theme } from "../theme.ts";
import { axis, noLegend } from "./axes.ts";

export function rooflineChart(
  before: CandidateView | null,
  after: CandidateView,
  theme: Theme,
): Drawing<"scatter"> | string {
  const peak = after.roofline.peakMacsPerCycle;
  const limited = after.roofline.levels.filter(({ wordsPerCycle }) => wordsPerCycle !== null);
  const attained = (view: CandidateView) => view.macs / view.cost.cycles;
  const intensities = [before, after].flatMap((view) => view?.roofline.levels.map(({ intensity }) => intensity) ?? []);
  const ridge = limited.map(({ wordsPerCycle }) => peak / wordsPerCycle!);
  const least = Math.min(...intensities, ...ridge) / 2;
  const most = Math.max(...intensities, ...ridge) * 2;
  const color = (index: number) => theme.series[index % theme.series.length];
  const line = { showLine: true, pointRadius: 0, pointHitRadius: 0, borderWidth: 1.5 };
  const lows = [...limited.map(({ wordsPerCycle }) => wordsPerCycle! * least), attained(after)];
  const datasets: Drawing<"scatter">["datasets"] = [
    {
      ...line,
      label: "All MACs busy",
      data: [
        { x: least, y: peak },
        { x: most, y: peak },
      ],
      borderColor: theme.foreground,
      borderWidth: 2,
    },
  ];
  limited.forEach(({ name, wordsPerCycle }, i) => {
    const knee = peak / wordsPerCycle!;
    datasets.push({
      ...line,
      label: `${name}: ${count(wordsPerCycle!)} words per cycle`,
      data: [
        { x: least, y: least * wordsPerCycle! },
        { x: knee, y: peak },
      ],
      borderColor: color(i),
      borderDash: [5, 3],
    });
  });
  for (const [view, hollow] of [
    [before, true],
    [after, false],
  ] as const) {
    if (view === null) continue;
    limited.forEach(({ name }, i) => {
      const own = view.roofline.levels.find((level) => level.name === name);
      if (own === undefined) return;
      datasets.push({
        label: hollow ? `${name}, in the file` : name,
        data: [{ x: own.intensity, y: attained(view) }],
        pointRadius: 6,
        pointHoverRadius: 7,
        backgroundColor: hollow ? theme.background : color(i),
        borderColor: color(i),
        borderWidth: 2,
      });
    });
  }
  const bound = after.boundBy === "compute" ? "bound by compute" : `bound by the bandwidth of ${after.boundBy}`;
  return {
    datasets,
    options: {
      interaction: { mode: "nearest", intersect: true },
      scales: {
        x: {
          ...axis("MACs per word moved", [least, most], (value) => short(value, 3), theme),
          type: "logarithmic",
          min: least,
          max: most,
        },
        y: {
          ...axis("MACs per cycle", [Math.min(...lows), peak * 1.5], (value) => short(value, 3), theme),
          type: "logarithmic",
          max: peak * 1.6,
        },
      },
      plugins: {
        ...noLegend,
        tooltip: {
          callbacks: {
            label: ({ dataset, parsed }) =>
              `${dataset.label}: ${short(parsed.x ?? 0, 3)} MACs per word, ${short(parsed.y ?? 0, 4)} MACs per cycle`,
          },
        },
      },
    } as Drawing<"scatter">["options"],
    keys: [
      { label: "all MACs busy", color: theme.foreground },
      ...limited.map(({ name }, i) => ({ label: name, color: color(i) })),
      ...(before === null ? [] : [{ label: "in the file", color: theme.foreground, hollow: true }]),
    ],
    summary: `${short(attained(after))} of ${count(peak)} MACs per cycle (${percent(after.cost.utilization)}), ${bound}.`,
    table: {
      columns: ["Level or limit", "MACs per word", "Words per cycle", "MACs per cycle", "MACs per word in the file"],
      rows: [
        ...after.roofline.levels.map(({ name, intensity, wordsPerCycle }) => [
          name,
          intensity,
          wordsPerCycle ?? "unlimited",
          attained(after),
          before?.roofline.levels.find((level) => level.name === name)?.intensity ?? "",
        ]),
        ["All MACs busy", "", "", peak, ""],
        ...(before === null ? [] : [["In the file", "", "", attained(before), ""]]),
      ],
    },
  };
}
