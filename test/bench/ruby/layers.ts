/** Single layers: Figs. 7 to 9. */
import { barChart } from "../../support/bar-chart.ts";
import type { LayerCase } from "./figures.ts";
import type { Bench, Figures, Measured } from "./measure.ts";
import { above, change, share } from "./text.ts";

const rules = ["exact", "timeloop"] as const;

const titles = [
  "Fig.",
  "case",
  "mapspace",
  "optimum EDP",
  "vs PFM",
  "utilization",
  "random, exact: above optimum",
  "vs PFM",
  "utilization",
  "random, timeloop: EDP vs PFM",
  "utilization",
];

export function layersTable(bench: Bench, cases: readonly LayerCase[]): string[][] {
  const rows = cases.flatMap((each) => {
    const all = each.kinds.map((kind) => bench.measure(each.machine, each.layer, kind, rules));
    return all.map(({ optimum, gap, random }, k) => [
      each.figure,
      each.name,
      each.kinds[k],
      `${optimum.edp.toExponential(3)}${gap > 1e-9 ? ` (gap ${share(gap)})` : ""}`,
      change(all[0].optimum.edp, optimum.edp),
      share(optimum.utilization),
      above(optimum.edp, random.exact!.edp),
      change(all[0].random.exact!.edp, random.exact!.edp),
      share(random.exact!.utilization),
      change(all[0].random.timeloop!.edp, random.timeloop!.edp),
      share(random.timeloop!.utilization),
    ]);
  });
  return [titles, ...rows];
}

export function layerPictures(bench: Bench, cases: readonly LayerCase[]): Map<string, string> {
  const pictures = new Map<string, string>();
  for (const figure of new Set(cases.map((each) => each.figure))) {
    const own = cases.filter((each) => each.figure === figure);
    const kinds = [...new Set(own.flatMap((each) => each.kinds))];
    const relative = (kind: (typeof kinds)[number], of: (m: Measured) => Figures) =>
      own.map((each) => {
        const measure = (which: typeof kind) => bench.measure(each.machine, each.layer, which, rules);
        return each.kinds.includes(kind) ? of(measure(kind)).edp / measure("pfm").optimum.edp : null;
      });
    const series = kinds.flatMap((kind) => [
      { name: `${kind}, optimum`, values: relative(kind, ({ optimum }) => optimum) },
      { name: `${kind}, random`, values: relative(kind, ({ random }) => random.exact!) },
    ]);
    const names = own.map(({ name }) => name);
    pictures.set(figure, barChart(`Ruby paper, Fig. ${figure}: EDP`, "of the perfect optimum", names, series));
  }
  return pictures;
}
