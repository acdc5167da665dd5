import type { Mapspace } from "../../engine/mapspace/mapspace.ts";
import type { sensitivity } from "../../engine/search/bayes/bayes.ts";
import type { Variable } from "../../engine/search/bayes/variables.ts";
import { renderTable } from "../table.ts";

/** What a choice is called. */
export function nameOf(variable: Variable, { architecture, workload }: Mapspace): string {
  const level = architecture.storage[variable.level].name;
  switch (variable.kind) {
    case "spread":
      return `${level}: spread of ${workload.dimensions[variable.dimension].name}`;
    case "tile":
      return `${level}: tile of ${workload.dimensions[variable.dimension].name}`;
    case "score":
      return `${level}: place of ${workload.dimensions[variable.dimension].name} in the order`;
    case "order":
      return `${level}: order`;
    case "keep":
      return `${level}: keeps ${workload.dataSpaces[variable.dataSpace].name}`;
  }
}

const shown = 10;

/** The choices that matter most, by the variance of the surrogate they explain. */
export function renderSensitivity(found: NonNullable<ReturnType<typeof sensitivity>>, mapspace: Mapspace): string {
  const rows = found.variables
    .map((variable, i) => ({ name: nameOf(variable, mapspace), first: found.first[i], total: found.total[i] }))
    .sort((a, b) => b.total - a.total)
    .slice(0, shown)
    .map(({ name, first, total }) => {
      const share = (x: number) => `${(100 * Math.max(0, Math.min(1, x))).toFixed(0)} %`;
      return [name, share(first), share(total), "█".repeat(Math.round(20 * Math.max(0, Math.min(1, total))))];
    });
  const columns = [
    { title: "choice" },
    { title: "alone", align: "right" as const },
    { title: "in all", align: "right" as const },
    { title: "" },
  ];
  return `What the cost hangs on (Sobol indices of the surrogate)\n${renderTable(columns, rows)}`;
}
