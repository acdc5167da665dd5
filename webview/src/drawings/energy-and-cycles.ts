/** Every mapping seen, by what it costs. */

import type { Candidate, Cost, Run } from "../../../server/src/features/explorer/protocol.ts";
import type { Drawing, XY } from "../chart-card.ts";
import { count, energy, large } from "../format.ts";
import type { Key } from "../picture.ts";
import { type Theme, withAlpha } from "../theme.ts";
import { around, axis, noLegend } from "./axes.ts";
import type { ShownRun } from "./shown-run.ts";

export interface ScatterPick {
  run: string;
  front: Candidate | null;
}

/** Of the tries, so many may leave the picture where they would squeeze the others… */
const quantile = 0.95;
/** …by lying so much further out. */
const far = 4;
/** Tries that the quantile is taken of. */
const mostSorted = 4000;

/** Least and most of every second value that a picture should show: a few far out may leave it. */
function extent(clouds: readonly (readonly number[])[], from: number): number[] {
  let [least, most, count] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const values of clouds) {
    for (let i = from; i < values.length; i += 2) {
      if (values[i] < least) least = values[i];
      if (values[i] > most) most = values[i];
      count++;
    }
  }
  if (count === 0) return [];
  const step = 2 * Math.ceil(count / mostSorted);
  const some: number[] = [];
  for (const values of clouds) for (let i = from; i < values.length; i += step) some.push(values[i]);
  some.sort((a, b) => a - b);
  const usual = some[Math.floor(quantile * (some.length - 1))];
  return [least, most > far * usual ? Math.max(least, usual) : most];
}

/** Those that no other dominates, by ascending energy; one that several runs found is one. */
function pareto(costs: readonly Cost[]): Cost[] {
  const points = [...new Map(costs.map((cost) => [`${cost.energyPj} ${cost.cycles}`, cost])).values()];
  return points
    .filter(
      (point) =>
        !points.some((other) => other !== point && other.energyPj <= point.energyPj && other.cycles <= point.cycles),
    )
    .sort((a, b) => a.energyPj - b.energyPj);
}

const commonFront = "Pareto front of all";

/** How many points cost more than either limit. */
function beyond(values: readonly number[], energyPj: number, cycles: number): number {
  let outside = 0;
  for (let i = 0; i < values.length; i += 2) if (values[i] > energyPj || values[i + 1] > cycles) outside++;
  return outside;
}

/** Energy against cycles. `picks[dataset][index]` says which mapping a point is, `choices[row]` a row of the table. */
export function energyAndCycles(
  shown: readonly ShownRun[],
  before: Candidate | null,
  selected: Candidate | null,
  theme: Theme,
): { drawing: Drawing<"scatter"> | string; picks: (ScatterPick | null)[][]; choices: (ScatterPick | null)[] } {
  const drawn = shown.filter(({ run }) => run.best !== null);
  if (drawn.length === 0 && before === null) return { drawing: "No mapping yet.", picks: [], choices: [] };
  const at = ({ cost }: Candidate): XY => ({ x: cost.cycles, y: cost.energyPj });
  const datasets: Drawing<"scatter">["datasets"] = [];
  const picks: (ScatterPick | null)[][] = [];
  const keys: Key[] = [];
  const xs: number[] = [];
  const ys: number[] = [];
  const add = (dataset: (typeof datasets)[number], meaning: (ScatterPick | null)[]) => {
    datasets.push(dataset);
    picks.push(meaning);
    for (const { x, y } of dataset.data) {
      xs.push(x);
      ys.push(y);
    }
  };
  if (selected !== null) {
    add(
      {
        label: "Selected",
        data: [at(selected)],
        pointRadius: 10,
        pointStyle: "circle",
        backgroundColor: "transparent",
        borderColor: theme.focus,
        borderWidth: 2,
      },
      [null],
    );
  }
  if (before !== null) {
    add(
      {
        label: "In the file",
        data: [at(before)],
        pointRadius: 6,
        pointStyle: "rectRot",
        backgroundColor: theme.background,
        borderColor: theme.foreground,
        borderWidth: 2,
      },
      [null],
    );
    keys.push({ label: "in the file", color: theme.foreground, hollow: true });
  }
  for (const { run, color, dash, shape } of drawn) {
    const front = run.front.length > 0 ? run.front : [run.best!];
    add(
      {
        label: run.label,
        data: front.map(at),
        showLine: true,
        stepped: "before",
        borderColor: color,
        backgroundColor: color,
        borderWidth: 1.5,
        borderDash: [...dash],
        pointStyle: shape,
        pointRadius: 4.5,
        pointHoverRadius: 6,
      },
      front.map((point) => ({ run: run.id, front: run.front.length > 0 ? point : null })),
    );
    const alone = drawn.length === 1 && run.front.length > 0;
    keys.push({ label: alone ? `${run.label}: Pareto front` : run.label, color, shape });
  }
  const layers = drawn.map(({ run, color }) => {
    return { color: withAlpha(color, theme.contrast ? 0.9 : 0.7), values: run.cloud };
  });
  const clouds = layers.map(({ values }) => values);
  ys.push(...extent(clouds, 0));
  xs.push(...extent(clouds, 1));
  const [xLimits, yLimits] = [around(xs), around(ys)];
  const outside = clouds.reduce((sum, values) => sum + beyond(values, yLimits.max, xLimits.max), 0);
  const rows = drawn.flatMap(({ run }): { run: Run; candidate: Candidate; front: Candidate | null }[] =>
    run.front.length === 0
      ? [{ run, candidate: run.best!, front: null }]
      : run.front.map((candidate) => ({ run, candidate, front: candidate })),
  );
  const common = pareto(rows.map(({ candidate }) => candidate.cost));
  const onFront = common.length;
  if (drawn.length > 1) {
    add(
      {
        label: commonFront,
        data: common.map(({ cycles, energyPj }) => ({ x: cycles, y: energyPj })),
        showLine: true,
        stepped: "before",
        borderColor: theme.foreground,
        borderWidth: 2.5,
        pointRadius: 0,
        pointHitRadius: 0,
      },
      common.map(() => null),
    );
    keys.push({ label: commonFront, color: theme.foreground, line: "solid" });
  }
  const left =
    outside === 0
      ? ""
      : ` ${count(outside)} of the mappings tried cost${outside === 1 ? "s" : ""} more than the picture shows.`;
  const summary = rows.some(({ front }) => front !== null)
    ? `${onFront} mapping${onFront === 1 ? "" : "s"} on the Pareto front: none has both less energy and fewer cycles.${left}`
    : rows.length === 0
      ? "Only the mapping in the file so far."
      : rows
          .map(
            ({ run, candidate: { cost } }) => `${run.label}: ${energy(cost.energyPj)}, ${count(cost.cycles)} cycles.`,
          )
          .join(" ");
  return {
    picks,
    choices: [...rows.map(({ run, front }) => ({ run: run.id, front })), ...(before === null ? [] : [null])],
    drawing: {
      datasets,
      options: {
        interaction: { mode: "nearest", intersect: true },
        scales: {
          x: { ...axis("cycles", xs, large, theme), ...xLimits },
          y: { ...axis("energy", ys, energy, theme), ...yLimits },
        },
        plugins: {
          ...noLegend,
          cloud: { layers },
          tooltip: {
            filter: ({ dataset: { label } }) => label !== "Selected" && label !== commonFront,
            callbacks: {
              label: ({ dataset, parsed }) =>
                `${dataset.label}: ${energy(parsed.y ?? 0)}, ${count(parsed.x ?? 0)} cycles`,
            },
          },
        },
      } as Drawing<"scatter">["options"],
      keys,
      summary,
      table: {
        columns: ["Run", "Cycles", "Energy (pJ)", "EDP (pJ·cycles)"],
        rows: [
          ...rows.map(({ run, candidate }) => ({ label: run.label, candidate })),
          ...(before === null ? [] : [{ label: "In the file", candidate: before }]),
        ].map(({ label, candidate: { cost } }) => [label, cost.cycles, cost.energyPj, cost.energyPj * cost.cycles]),
      },
    },
  };
}
