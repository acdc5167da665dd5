/** From runs and views to charts: nothing here touches the page. */

import type {
  Candidate,
  CandidateView,
  InfluenceView,
  LevelView,
  Run,
  TrafficCurve,
} from "../../server/src/features/explorer/protocol.ts";
import { axis, type Drawing, type XY } from "./chart-card.ts";
import { change, count, energy, large, objectiveName, objectiveValue, percent, seconds, short } from "./format.ts";
import { goalOf, goalValue } from "./run.ts";
import { type Theme, withAlpha } from "./theme.ts";

export interface ShownRun {
  run: Run;
  color: string;
  selected: boolean;
}

const hover = { interaction: { mode: "nearest" as const, intersect: false, axis: "xy" as const } };
const noLegend = { legend: { display: false } };

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
  const lines = searched.map(({ run, color, selected }) => {
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
      pointRadius: 0,
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
  const { before, bound } = main.run;
  const keys = searched.map(({ run, color }) => ({ label: run.label, color }));
  const inFile = before === null ? null : goalValue(goalOf(main.run.options), before);
  if (inFile !== null) {
    rule("The mapping in the file", inFile, [6, 4]);
    keys.push({ label: "in the file", color: theme.muted, dashed: true } as never);
  }
  if (bound !== null && bound > 0) {
    rule("Proven bound", bound, [2, 3]);
    keys.push({ label: "proven bound", color: theme.muted, dashed: true } as never);
  }
  const x = axis(
    against === "time" ? "time" : "mappings tried",
    wide ? [first, last] : [],
    against === "time" ? seconds : large,
    theme,
  );
  const least = Math.min(...all);
  const most = Math.min(Math.max(...all), 4 * least);
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
            label: ({ dataset, parsed }) => `${dataset.label}: ${objectiveValue(objective, parsed.y ?? 0)}`,
          },
        },
      },
    } as Drawing<"line">["options"],
    keys,
    summary: curveSummary(main.run, objective),
    table: {
      columns: ["Run", "Mappings tried", "Time (ms)", objectiveName(objective)],
      rows: searched.flatMap(({ run }) => {
        const rows: [string, number, number, number][] = [];
        for (let i = 0; i < run.curve.length; i += 3) {
          rows.push([run.label, run.curve[i], Math.round(run.curve[i + 1]), run.curve[i + 2]]);
        }
        return rows;
      }),
    },
  };
}

function curveSummary(run: Run, objective: string): string {
  const value = run.best === null ? null : goalValue(goalOf(run.options), run.best);
  if (value === null) return `${run.label}: nothing found yet in ${count(run.evaluations)} mappings.`;
  const before = run.before === null ? null : goalValue(goalOf(run.options), run.before);
  const gained = before === null ? "" : `, ${change(before, value)} against the file`;
  const gap = run.bound !== null && run.bound > 0 ? ` ${provenText(run.bound, value)}` : "";
  return `${run.label}: ${objectiveValue(objective, value)}${gained}, after ${count(run.evaluations)} mappings in ${seconds(run.elapsedMs)}.${gap}`;
}

export function provenText(bound: number, value: number): string {
  if (bound >= value * (1 - 1e-6)) return "Proven best.";
  return `At most ${percent(1 - bound / value)} better is possible.`;
}

/** Limits of an axis that leave a little room around all values. */
function around(values: readonly number[]): { min: number; max: number } {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most / least > 8 ? { min: least / 1.3, max: most * 1.3 } : { min: least * 0.9, max: most * 1.06 };
}

export interface ScatterPick {
  run: string;
  front: number | null;
}

/** Energy against cycles. `picks[dataset][index]` says which mapping a point is. */
export function energyAndCycles(
  shown: readonly ShownRun[],
  before: Candidate | null,
  selected: Candidate | null,
  theme: Theme,
): { drawing: Drawing<"scatter"> | string; picks: (ScatterPick | null)[][] } {
  const drawn = shown.filter(({ run }) => run.best !== null);
  if (drawn.length === 0 && before === null) return { drawing: "No mapping yet.", picks: [] };
  const at = ({ cost }: Candidate): XY => ({ x: cost.cycles, y: cost.energyPj });
  const datasets: Drawing<"scatter">["datasets"] = [];
  const picks: (ScatterPick | null)[][] = [];
  const keys: { label: string; color: string; hollow?: boolean }[] = [];
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
  for (const { run, color } of drawn) {
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
        pointRadius: 4.5,
        pointHoverRadius: 6,
      },
      front.map((_, index) => ({ run: run.id, front: run.front.length > 0 ? index : null })),
    );
    keys.push({ label: `${run.label}: Pareto front`, color });
  }
  const layers = drawn.map(({ run, color }) => {
    for (let i = 0; i < run.cloud.length; i += 2) {
      ys.push(run.cloud[i]);
      xs.push(run.cloud[i + 1]);
    }
    return { color: withAlpha(color, theme.contrast ? 0.9 : 0.45), values: run.cloud };
  });
  const rows = drawn.flatMap(({ run }) => run.front.map((candidate, index) => ({ run, candidate, index })));
  const summary =
    rows.length === 0
      ? "Only the mapping in the file so far."
      : `${rows.length} mapping${rows.length === 1 ? "" : "s"} on the Pareto front: none has both less energy and fewer cycles.`;
  return {
    picks,
    drawing: {
      datasets,
      options: {
        interaction: { mode: "nearest", intersect: true },
        scales: {
          x: { ...axis("cycles", xs, large, theme), ...around(xs) },
          y: { ...axis("energy", ys, energy, theme), ...around(ys) },
        },
        plugins: {
          ...noLegend,
          cloud: { layers },
          tooltip: {
            filter: (item) => item.dataset.label !== "Selected",
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
        rows: rows.map(({ run, candidate: { cost } }) => [
          run.label,
          cost.cycles,
          cost.energyPj,
          cost.energyPj * cost.cycles,
        ]),
      },
    },
  };
}

/** Bars for every level (or choice), before and after, stacked by data space (or part). */
function levelBars(
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
          ticks: { color: theme.foreground, autoSkip: false },
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
      columns: ["Level", "Needed (words)", "Capacity (words)", "Used", "In the file (words)"],
      rows: limited.map((level) => [
        level.name,
        level.neededWords,
        level.capacityWords!,
        percent(level.neededWords / level.capacityWords!),
        before?.levels.find(({ name }) => name === level.name)?.neededWords ?? "",
      ]),
    },
  };
}

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
      columns: ["Level", "MACs per word", "Words per cycle", "MACs per word in the file"],
      rows: after.roofline.levels.map(({ name, intensity, wordsPerCycle }) => [
        name,
        intensity,
        wordsPerCycle ?? "unlimited",
        before?.roofline.levels.find((level) => level.name === name)?.intensity ?? "",
      ]),
    },
  };
}

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
  const factor =
    chosen && floor
      ? ` The ${chosen.label === "selected" ? "selected mapping" : "mapping in the file"} moves ${short(chosen.at.y / floor.y, 3)} × the least for what it holds on the chip.`
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
        x: axis("words on the chip", xs, large, theme),
        y: axis(`words to and from ${curve.outermost}`, ys, large, theme),
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

/** More choices than these are in the table alone. */
const mostInfluences = 10;

/** The choices a surrogate's values hang on: alone, and what they do together with others on top. */
export function influences(found: readonly InfluenceView[], theme: Theme): Drawing<"bar"> | string {
  const shown = found.filter(({ total }) => total >= 0.005).slice(0, mostInfluences);
  if (shown.length === 0) return "Nothing stands out yet.";
  const [alone, together] = [shown.map(({ first, total }) => Math.min(first, total)), shown.map(({ total }) => total)];
  const parts = [
    { label: "alone", color: theme.series[0], before: [], after: alone },
    { label: "together with others", color: theme.series[1], before: [], after: together.map((t, i) => t - alone[i]) },
  ];
  const others = found.length - shown.length;
  return {
    ...levelBars(
      shown.map(({ choice }) => choice),
      parts,
      false,
      { title: "share of the variance", format: percent, max: 1 },
      theme,
    ),
    summary:
      `Most: ${shown[0].choice}, ${percent(shown[0].first)} alone and ${percent(shown[0].total)} with others` +
      `${others > 0 ? `; ${count(others)} further choices matter less` : ""}.`,
    table: {
      columns: ["Choice", "Alone (share of the variance)", "With others"],
      rows: found.map(({ choice, first, total }) => [choice, first, total]),
    },
  };
}
