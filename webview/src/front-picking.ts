/** Points of the fronts are picked by pointer, or by the arrow keys on the chart. */

import type { Candidate, Run } from "../../server/src/features/explorer/protocol.ts";
import type { ChartCard } from "./chart-card.ts";
import type { ScatterPick } from "./drawings/energy-and-cycles.ts";
import { besideOnFront } from "./run.ts";

export interface PickingHost {
  /** What the point of a dataset stands for. */
  pickAt(dataset: number, index: number): ScatterPick | null;
  /** The run looked at, and which point of its front. */
  looked(): { run: Run | undefined; front: Candidate | null };
  pick(chosen: ScatterPick): void;
}

const steps: Readonly<Record<string, 1 | -1>> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

export function pickFromFront(card: ChartCard<"scatter">, host: PickingHost): void {
  const { canvas } = card;
  canvas.tabIndex = 0;
  canvas.addEventListener("click", (event) => {
    const found = card.nearest(event);
    const chosen = found && host.pickAt(found.dataset, found.index);
    if (chosen) host.pick(chosen);
  });
  canvas.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const { run, front } = host.looked();
    if (step === undefined || run === undefined || run.front.length === 0) return;
    event.preventDefault();
    host.pick({ run: run.id, front: besideOnFront(run, front, step) });
  });
}
