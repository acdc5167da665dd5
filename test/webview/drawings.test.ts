/** Charts closed to those who cannot see them: each has a summary, and a table that says what its picture says. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Candidate, Run } from "../../server/src/features/explorer/protocol.ts";
import { views } from "./example-views.ts";

interface Drawn {
  datasets: { label: string; data: (number | { x: number; y: number })[]; pointRadius?: number }[];
  summary: string;
  table: { columns: string[]; rows: (string | number)[][] };
}

const theme = {
  ...{ foreground: "#ccc", muted: "#999", background: "#111", grid: "#333", focus: "#fff", font: "x", contrast: false },
  series: ["#1", "#2", "#3", "#4", "#5"],
};

// Not known when types are checked: those of a browser are not at hand here.
async function load(file: string) {
  Object.assign(globalThis, { document: { createElement: () => ({ getContext: () => null }) } });
  const path = `../../webview/src/drawings/${file}.ts`;
  return await import(path);
}

const { view, other, candidate } = views();
const cheaper = (by: number): Candidate => ({
  ...candidate,
  cost: { ...candidate.cost, energyPj: candidate.cost.energyPj / by, cycles: candidate.cost.cycles * by },
});
const run = (id: string, front: Candidate[]): Run => ({
  ...{ id, design: "d", label: `Run ${id}`, options: { objective: "edp" } as Run["options"], layer: 0, layerName: "l" },
  ...{ cosearch: false, files: {}, before: candidate, state: "done", message: null, evaluations: 900, valid: 9 },
  ...{
    elapsedMs: 80,
    bound: 12_345,
    best: cheaper(3),
    network: null,
    curve: [5, 1, 99_999, 700, 30, 54_321],
    cloud: [],
  },
  front,
});
const shown = [run("a", [cheaper(3), cheaper(2)]), run("b", [])].map((one, i) => ({
  run: one,
  held: candidate,
  color: theme.series[i],
  dash: [],
  shape: "circle",
  selected: i === 0,
}));

/** Every number of the picture stands in the table. */
function saysTheSame(drawn: Drawn | string, numbers: (drawn: Drawn) => number[]): void {
  assert.ok(typeof drawn !== "string");
  assert.ok(drawn.summary.length > 10, drawn.summary);
  const { columns, rows } = drawn.table;
  for (const row of rows) assert.equal(row.length, columns.length, String(row));
  const cells = rows.flat().filter((cell) => typeof cell === "number");
  const missing = numbers(drawn).filter(
    (value) => value !== 0 && !cells.some((cell) => Math.abs(cell - value) <= 1e-9 * Math.abs(value)),
  );
  assert.deepEqual(missing, []);
}

const heights = ({ datasets }: Drawn) =>
  datasets.flatMap(({ data }) => data.map((d) => (typeof d === "number" ? d : d.y)));
const both = ({ datasets }: Drawn) =>
  datasets.flatMap(({ data }) => data.flatMap((d) => (typeof d === "number" ? d : [d.x, d.y])));

test("the best so far, the mapping in the file and what is proven", async () => {
  const { bestSoFar } = await load("best-so-far");
  for (const against of ["evaluations", "time"]) saysTheSame(bestSoFar(shown, "edp", against, theme), heights);
  const summary = (held: Candidate | null) => bestSoFar([{ ...shown[0], held }], "edp", "time", theme).summary;
  assert.match(summary(cheaper(6)), /, 0% against the file, after/);
  assert.match(summary(shown[0].run.best), /, in the file, after/);
});

test("energy against cycles: every point is a row, and choosing the row chooses the point", async () => {
  const { energyAndCycles } = await load("energy-and-cycles");
  const { drawing, picks, choices } = energyAndCycles(shown, candidate, cheaper(2), theme);
  saysTheSame(drawing, both);
  assert.equal(choices.length, drawing.table.rows.length);
  const points = drawing.datasets.flatMap(({ data }: Drawn["datasets"][number], i: number) =>
    data.map((at, j) => ({ at, pick: picks[i][j] })),
  );
  for (const [row, choice] of choices.entries()) {
    const [, cycles, energyPj] = drawing.table.rows[row];
    const same = points.filter(({ at }: { at: { x: number; y: number } }) => at.x === cycles && at.y === energyPj);
    const found = same.map(({ pick }: { pick: unknown }) => JSON.stringify(pick));
    assert.ok(found.includes(JSON.stringify(choice)), `${choice} of ${found}`);
  }
});

test("a point that two runs found is one of the Pareto front, and one that another run beats is none", async () => {
  const { energyAndCycles } = await load("energy-and-cycles");
  const summary = (...fronts: Candidate[][]): string => {
    const runs = fronts.map((front, i) => ({ ...shown[0], run: run(String(i), front), held: null, selected: i === 0 }));
    return energyAndCycles(runs, candidate, null, theme).drawing.summary;
  };
  const worse = { ...candidate, cost: { ...candidate.cost, cycles: candidate.cost.cycles * 4 } };
  assert.match(summary([cheaper(2)], [cheaper(2)]), /^1 mapping on/);
  assert.match(summary([cheaper(3), cheaper(2)], [cheaper(2), worse]), /^2 mappings on/);
});

test("the front that all runs have together is drawn, and a few tries far out do not squeeze the others", async () => {
  const { energyAndCycles } = await load("energy-and-cycles");
  const { energyPj, cycles } = candidate.cost;
  const cloud = Array.from({ length: 99 }, (_, i) => [energyPj * (1 + i / 99), cycles * (1 + i / 99)]).flat();
  const runs = [
    { ...run("a", [cheaper(3), cheaper(2)]), cloud: [...cloud, energyPj * 1000, cycles * 1000] },
    { ...run("b", [cheaper(2.5), { ...candidate, cost: { ...candidate.cost, cycles: cycles * 9 } }]), cloud },
  ].map((one, i) => ({ ...shown[i], run: one }));
  const { drawing } = energyAndCycles(runs, candidate, null, theme);
  saysTheSame(drawing, both);
  const front = drawing.datasets.find(({ label }: { label: string }) => label === "Pareto front of all");
  assert.deepEqual(
    front.data.map(({ y }: { y: number }) => y),
    [3, 2.5, 2].map((by) => energyPj / by),
  );
  const { x, y } = drawing.options.scales;
  assert.ok(y.max < 20 * energyPj && x.max < 20 * cycles, `${y.max} pJ, ${x.max} cycles`);
  assert.match(drawing.summary, / 1 of the mappings tried costs more than the picture shows\.$/);
  const alone = energyAndCycles(runs.slice(1), candidate, null, theme).drawing;
  assert.ok(!alone.datasets.some(({ label }: { label: string }) => label === "Pareto front of all"));
  assert.doesNotMatch(alone.summary, /more than the picture/);
});

test("energy by level and data space", async () => {
  const { energyByLevel } = await load("energy-by-level");
  saysTheSame(energyByLevel(null, view, theme), heights);
  saysTheSame(energyByLevel(other, view, theme), heights);
});

test("use of the buffers", async () => {
  const { bufferUse } = await load("buffer-use");
  saysTheSame(bufferUse(null, view, theme), heights);
  saysTheSame(bufferUse(other, view, theme), heights);
});

test("roofline: the mapping's points and the roof", async () => {
  const { rooflineChart } = await load("roofline");
  const bandwidths = view.roofline.levels.map((level, i) => ({ ...level, wordsPerCycle: 4 * (i + 1) }));
  const limited = { ...view, roofline: { ...view.roofline, levels: bandwidths } };
  const points = ({ datasets }: Drawn) =>
    datasets
      .filter(({ data }) => data.length === 1)
      .flatMap(({ data: [d] }) => (typeof d === "number" ? d : [d.x, d.y]));
  const roof = ({ datasets }: Drawn) => heights({ datasets: datasets.slice(0, 1) } as Drawn);
  for (const before of [null, other]) {
    const drawn = rooflineChart(before, limited, theme);
    assert.ok(points(drawn).length > 0);
    saysTheSame(drawn, points);
    saysTheSame(drawn, roof);
  }
});

test("traffic against size", async () => {
  const { trafficAgainstSize } = await load("traffic");
  const points = [10, 20, 40].map((bufferWords) => ({ bufferWords, trafficWords: 5_000 / bufferWords }));
  saysTheSame(trafficAgainstSize({ outermost: "DRAM", points, complete: true }, other, view, theme), both);
});

test("what the values hang on", async () => {
  const { influences } = await load("influences");
  const found = [0.5, 0.2, 0.1].map((total, i) => ({ choice: `c${i}`, first: total / 2, total }));
  const alone = ({ datasets }: Drawn) => heights({ datasets: datasets.slice(0, 1) } as Drawn);
  saysTheSame(influences(found, theme), alone);
});
