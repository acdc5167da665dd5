import type { Mapspace } from "../../engine/mapspace/mapspace.ts";
import type { Influence } from "../../engine/search/progress.ts";
import { nameOfChoice } from "../../features/explorer/sensitivity.ts";
import { renderTable } from "../table.ts";

const shown = 10;

/** The choices that matter most, by the variance of the surrogate they explain. */
export function renderSensitivity(
  found: readonly Influence[],
  hardware: Pick<Mapspace, "architecture" | "workload">,
): string {
  const share = (x: number) => `${(100 * x).toFixed(0)} %`;
  const rows = found
    .slice(0, shown)
    .map(({ variable, first, total }) => [
      nameOfChoice(variable, hardware),
      share(first),
      share(total),
      "█".repeat(Math.round(20 * total)),
    ]);
  const columns = [
    { title: "choice" },
    { title: "alone", align: "right" as const },
    { title: "in all", align: "right" as const },
    { title: "" },
  ];
  return `What the cost hangs on (Sobol indices of the surrogate)\n${renderTable(columns, rows)}`;
}
