/** The least traffic for a size of buffer, and where mappings stand. */

import type { CandidateView, TrafficCurve } from "../../../server/src/features/explorer/protocol.ts";
import type { Drawing, XY } from "../chart-card.ts";
import { count, large, short } from "../format.ts";
import type { Theme } from "../theme.ts";
import { around, axis, noLegend } from "./axes.ts";

/** What a mapping holds on the chip in all, and what it exchanges with the outermost level. */
function trafficOf({ levels }: CandidateView): XY {
  const [outermost, ...inner] = levels;
  const y = outermost.spaces.reduce((sum, { reads, fills, updates }) => sum + reads + fills + updates, 0);
  const x = inner.reduce((sum, { neededWords, usedInstances }) => sum + neededWords * usedInstances, 0);
  return { x: Math.max(1, x), y };
}

export function trafficAgainstSize(
  curve: TrafficCurve,
  before: CandidateView | null,
  after: CandidateView | null,
  theme: Theme,
): Drawing<"scatter"> | string {
  const line = curve.points.map(({ bufferWords, trafficWords }) => ({ x: bufferWords, y: trafficWords }));
  if (line.length === 0) return "There is nothing to tile here.";
  const marks = [
    { label: "in the file", view: before, hollow: true },
    { label: "selected", view: after, hollow: false },
  ].flatMap(({ label, view, hollow }) => (view === null ? [] : [{ label, hollow, at: trafficOf(view) }]));
  const color = theme.series[0];
  const xs = [...line, ...marks.map(({ at }) => at)].map(({ x }) => x);
  const ys = [...line, ...marks.map(({ at }) => at)].map(({ y }) => y);
  const least = line[line.length - 1];
  const chosen = marks[marks.length - 1];
  const floor = chosen && line.findLast(({ x }) => x <= chosen.at.x);
  const times = chosen && floor ? short(chosen.at.y / floor.y, 3) : "";
  const factor =
    chosen && floor
      ? ` The ${chosen.label === "selected" ? "selected mapping" : "mapping in the file"} moves ${times === "1" ? "" : `${times} × `}the least for what it holds on the chip.`
      : "";
  return {
    datasets: [
      ...marks.map(({ label, hollow, at }) => ({
        label,
        data: [at],
        pointRadius: 6,
        pointHoverRadius: 7,
        backgroundColor: hollow ? theme.background : theme.series[1],
        borderColor: hollow ? theme.foreground : theme.series[1],
        borderWidth: 2,
      })),
      {
        label: "least found",
        data: line,
        showLine: true,
        stepped: "before" as const,
        pointRadius: 0,
        pointHitRadius: 5,
        borderColor: color,
        borderWidth: 2,
      },
    ],
    options: {
      interaction: { mode: "nearest", intersect: true },
      scales: {
        x: { ...axis("words on the chip", xs, large, theme), ...around(xs) },
        y: { ...axis(`words to and from ${curve.outermost}`, ys, large, theme), ...around(ys) },
      },
      plugins: {
        ...noLegend,
        tooltip: {
          callbacks: {
            label: ({ dataset, parsed }) =>
              `${dataset.label}: ${count(parsed.x ?? 0)} words on the chip, ${count(parsed.y ?? 0)} moved`,
          },
        },
      },
    } as Drawing<"scatter">["options"],
    keys: [
      { label: `least found for one buffer${curve.complete ? "" : " (time ran out)"}`, color },
      ...marks.map(({ label, hollow }) => ({ label, hollow, color: hollow ? theme.foreground : theme.series[1] })),
    ],
    summary: `${count(least.y)} words at least, from ${count(least.x)} words of buffer on.${factor}`,
    table: {
      columns: ["Words on the chip", `Words to and from ${curve.outermost}`, "Mapping"],
      rows: [
        ...marks.map(({ label, at }): [number, number, string] => [at.x, at.y, label]),
        ...line.map(({ x, y }): [number, number, string] => [x, y, "least found"]),
      ],
    },
  };
}
