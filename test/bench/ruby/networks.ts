/** Networks on one machine (Figs. 10 to 12) and over arrays (Figs. 13 and 14). */
import { totalAreaUm2 } from "../../../server/src/engine/model/area.ts";
import type { Workload } from "../../../server/src/engine/model/types.ts";
import { barChart } from "../../support/bar-chart.ts";
import { lineChart } from "../dosa/svg.ts";
import type { NetworkCase } from "./figures.ts";
import type { Bench, Figures, Measured } from "./measure.ts";
import { above, change, share } from "./text.ts";

/** A network: energies and cycles summed over all its layers, EDP their product. */
interface Total {
  edp: number;
  energyPj: number;
  cycles: number;
}

function totalOf({ layers }: NetworkCase, of: (layer: number) => Figures): Total {
  const energyPj = layers.reduce((sum, { count }, i) => sum + count * of(i).energyPj, 0);
  const cycles = layers.reduce((sum, { count }, i) => sum + count * of(i).cycles, 0);
  return { energyPj, cycles, edp: energyPj * cycles };
}

/** All layers in perfect factors, then in Ruby-S. */
function measureAll(bench: Bench, { machine, layers, rules }: NetworkCase): [Measured[], Measured[]] {
  const of = (kind: "pfm" | "ruby-s") => layers.map(({ workload }) => bench.measure(machine, workload, kind, rules));
  return [of("pfm"), of("ruby-s")];
}

/** Ways to find mappings: a name and what it found. */
function waysOf({ rules }: NetworkCase): { by: string; of: (m: Measured) => Figures }[] {
  return [
    { by: "optimum", of: ({ optimum }) => optimum },
    ...rules.map((rule) => ({ by: `random, ${rule}`, of: ({ random }: Measured) => random[rule]! })),
  ];
}

const operations = ({ dimensions }: Workload) => dimensions.reduce((product, { bound }) => product * bound, 1);

export function networksTable(bench: Bench, cases: readonly NetworkCase[]): string[][] {
  const titles = [
    "Fig.",
    "network",
    "machine",
    "by",
    "network EDP",
    "energy",
    "cycles",
    "mean of the layers' EDP",
    "utilization, PFM → Ruby-S",
    "above the optimum, PFM, Ruby-S",
    "published",
  ];
  const rows = cases.flatMap((each) => {
    const all = measureAll(bench, each);
    const unproven = all.flat().flatMap(({ gap }) => (gap > 1e-9 ? [gap] : []));
    const { name, compute } = each.machine.architecture;
    const macs = each.layers.reduce((sum, { workload, count }) => sum + count * operations(workload), 0);
    const best = all.map((measured) => totalOf(each, (i) => measured[i].optimum).edp);
    return waysOf(each).map(({ by, of }) => {
      const [from, to] = all.map((measured) => totalOf(each, (i) => of(measured[i])));
      const ratios = each.layers.map((_, i) => of(all[1][i]).edp / of(all[0][i]).edp);
      const unsure = by === "optimum" && unproven.length > 0;
      return [
        each.figure,
        each.name,
        name,
        unsure
          ? `${by} (${unproven.length} of ${2 * ratios.length} with a gap, at most ${share(Math.max(...unproven))})`
          : by,
        change(from.edp, to.edp),
        change(from.energyPj, to.energyPj),
        change(from.cycles, to.cycles),
        change(1, ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length),
        [from, to].map(({ cycles }) => share(macs / (cycles * compute.instances))).join(" → "),
        by === "random, exact" ? `${above(best[0], from.edp)}, ${above(best[1], to.edp)}` : "",
        each.published,
      ];
    });
  });
  return [titles, ...rows];
}

export function networkPictures(bench: Bench, cases: readonly NetworkCase[]): Map<string, string> {
  return new Map(
    cases.map((each) => {
      const all = measureAll(bench, each);
      const { name, compute } = each.machine.architecture;
      const series = waysOf(each).map(({ by, of }) => ({
        name: by,
        values: each.layers.map((_, i) => of(all[1][i]).edp / of(all[0][i]).edp),
      }));
      const names = each.layers.map(({ workload }) => workload.name.replace("_outputs_", ""));
      const picture = barChart(`${each.name} on ${name}: EDP of Ruby-S`, "of perfect", names, series);
      return [`${each.figure}-${compute.instances}`, picture];
    }),
  );
}

interface Design {
  array: string;
  areaMm2: number;
  /** Perfect factors, Ruby-S. */
  optimum: number[];
  random: number[];
}

function designsOf(bench: Bench, cases: readonly NetworkCase[]): Design[] {
  return cases.map((each) => {
    const all = measureAll(bench, each);
    const edp = (of: (m: Measured) => Figures) => all.map((measured) => totalOf(each, (i) => of(measured[i])).edp);
    return {
      array: each.machine.architecture.name.split(" ")[0],
      areaMm2: totalAreaUm2(each.machine.architecture) / 1e6,
      optimum: edp(({ optimum }) => optimum),
      random: edp(({ random }) => random.exact!),
    };
  });
}

export function sweepTable(bench: Bench, cases: readonly NetworkCase[]): string[][] {
  const titles = [
    "Fig.",
    "network",
    "array",
    "area, mm²",
    "PFM optimum",
    "Ruby-S optimum",
    "change",
    "change, random",
    "on the front of area and EDP",
  ];
  const designs = designsOf(bench, cases);
  const beaten = (areaMm2: number, edp: number) =>
    designs.some((d) =>
      d.optimum.some((other) => d.areaMm2 <= areaMm2 && other <= edp && (d.areaMm2 < areaMm2 || other < edp)),
    );
  const rows = designs.map(({ array, areaMm2, optimum, random }, i) => [
    cases[i].figure,
    cases[i].name,
    array,
    areaMm2.toFixed(2),
    ...optimum.map((edp) => edp.toExponential(3)),
    change(optimum[0], optimum[1]),
    change(random[0], random[1]),
    ["PFM", "Ruby-S"].filter((_, k) => !beaten(areaMm2, optimum[k])).join(", ") || "none",
  ]);
  return [titles, ...rows];
}

export function sweepPicture(bench: Bench, cases: readonly NetworkCase[]): Map<string, string> {
  if (cases.length === 0) return new Map();
  const designs = designsOf(bench, cases);
  const line = (label: string, colour: string, k: number) => ({
    label,
    colour,
    points: designs.flatMap(({ areaMm2, optimum }) => [areaMm2, optimum[k]]),
  });
  const series = [line("perfect", "#4269d0", 0), line("Ruby-S", "#efb118", 1)];
  const title = `${cases[0].name}, arrays 2×7 to 16×16`;
  return new Map([[cases[0].figure, lineChart(title, "area (mm²)", "EDP (pJ·cycles)", series)]]);
}
