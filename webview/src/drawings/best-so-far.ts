/** The best value that searches have found, as they go on. */

import type { Cell } from "../card.ts";
import type { Drawing, XY } from "../chart-card.ts";
import { count, energy, large, objectiveName, objectiveValue, provenText, seconds, short } from "../format.ts";
import { gained, inFile } from "../held.ts";
import type { Key } from "../picture.ts";
import { goalOf, goalValue } from "../run.ts";
import type { Theme } from "../theme.ts";
import { around, axis, noLegend } from "./axes.ts";
import type { ShownRun } from "./shown-run.ts";

const hover = { interaction: { mode: "nearest" as const, intersect: false, axis: "xy" as const } };

/** Value of the best mapping against mappings tried or time. */
export function bestSoFar(
  shown: readonly ShownRun[],
  objective: string,
  against: "evaluations" | "time",
  theme: Theme,
): Drawing<"line"> | string {
  const searched = shown.filter(
    ({ run }) => run.options !== null && goalOf(run.options) === objective && run.curve.length > 0,
  );
  if (searched.length === 0) return "Run a search to see how it gets on.";
  const offset = against === "time" ? 1 : 0;
  const all: number[] = [];
  let last = 0;
  let first = Number.POSITIVE_INFINITY;
  const lines = searched.map(({ run, color, dash, shape, selected }) => {
    const points: XY[] = [];
    for (let i = 0; i < run.curve.length; i += 3) points.push({ x: run.curve[i + offset], y: run.curve[i + 2] });
    const end = against === "time" ? run.elapsedMs : run.evaluations;
    if (points.length > 0) points.push({ x: Math.max(end, points.at(-1)!.x), y: points.at(-1)!.y });
    for (const { y } of points) all.push(y);
    last = Math.max(last, end);
    first = Math.min(first, Math.max(1, points[0]?.x ?? 1));
    return {
      label: run.label,
      data: points,
      borderColor: color,
      borderWidth: selected ? 2.5 : 1.5,
      stepped: true as const,
      borderDash: [...dash],
      // Lines in one colour are told apart by their ends.
      pointRadius: points.map((_, i) => (shape !== "circle" && i === points.length - 1 ? 4 : 0)),
      pointStyle: shape,
      backgroundColor: color,
      pointHitRadius: 6,
    };
  });
  const main = searched.find(({ selected }) => selected) ?? searched[0];
  // Most is found early: a wide range is shown by its magnitude, and the first tries may leave the picture.
  const wide = last / first > 30;
  const rules: typeof lines = [];
  const rule = (label: string, y: number, dash: number[]) => {
    all.push(y);
    const data = [
      { x: wide ? first : 0, y },
      { x: last, y },
    ];
    rules.push({ label, data, borderColor: theme.muted, borderWidth: 1.5, borderDash: dash, pointRadius: 0 } as never);
  };
  const { bound } = main.run;
  const keys: Key[] = searched.map(({ run, color, shape }) => ({ label: run.label, color, shape }));
  const fileValue = main.held === null ? null : goalValue(goalOf(main.run.options), main.held);
  if (fileValue !== null) {
    rule("The mapping in the file", fileValue, [6, 4]);
    keys.push({ label: inFile, color: theme.muted, line: "dashed" });
  }
  if (bound !== null && bound > 0) {
    rule("Proven bound", bound, [2, 3]);
    keys.push({ label: "proven bound", color: theme.muted, line: "dotted" });
  }
  const x = axis(
    against === "time" ? "time" : "mappings tried",
    wide ? [first, last] : [],
    against === "time" ? seconds : large,
    theme,
  );
  const least = Math.min(...all);
  // First tries may leave the picture; what was best for half of it, where a search ends and what it is held against
  // may not.
  const middle = wide ? Math.sqrt(first * last) : last / 2;
  const held = lines.flatMap(({ data }) => data.findLast(({ x: at }) => at <= middle)?.y ?? []);
  const ends = [...lines, ...rules].flatMap(({ data }) => data.at(-1)?.y ?? []);
  const most = Math.min(Math.max(...all), Math.max(4 * least, ...held, ...ends));
  const y = axis(
    objectiveName(objective),
    [least, most],
    (value) => (objective === "energy" ? energy(value) : short(value, 3)),
    theme,
  );
  return {
    datasets: [...lines, ...rules],
    options: {
      ...hover,
      scales: { x: wide ? { ...x, min: first, max: last } : { ...x, min: 0 }, y: { ...y, ...around([least, most]) } },
      plugins: {
        ...noLegend,
        tooltip: {
          callbacks: {
            title: ([item]: { parsed: { x: number } }[]) =>
              against === "time" ? seconds(item.parsed.x) : `${count(item.parsed.x)} mappings tried`,
            label: ({ dataset, parsed }) => `${dataset.label}: ${objectiveValue(objective, parsed.y ?? 0)}`,
          },
        },
      },
    } as Drawing<"line">["options"],
    keys,
    summary: curveSummary(main, objective),
    table: {
      columns: ["Run", "Mappings tried", "Time (ms)", objectiveName(objective)],
      rows: [
        ...searched.flatMap(({ run }) => {
          const rows: Cell[][] = [];
          for (let i = 0; i < run.curve.length; i += 3) {
            rows.push([run.label, run.curve[i], Math.round(run.curve[i + 1]), run.curve[i + 2]]);
          }
          return rows;
        }),
        ...rules.map(({ label, data: [{ y: value }] }): Cell[] => [label, "", "", value]),
      ],
    },
  };
}

function curveSummary({ run, held }: ShownRun, objective: string): string {
  const value = run.best === null ? null : goalValue(goalOf(run.options), run.best);
  if (value === null) return `${run.label}: nothing found yet in ${count(run.evaluations)} mappings.`;
  const gain = gained(run, held);
  const compared = gain === "" || gain === inFile ? gain && `, ${inFile}` : `, ${gain} against the file`;
  const gap = run.bound !== null && run.bound > 0 ? ` ${provenText(run.bound, value)}` : "";
  return `${run.label}: ${objectiveValue(objective, value)}${compared}, after ${count(run.evaluations)} mappings in ${seconds(run.elapsedMs)}.${gap}`;
}
