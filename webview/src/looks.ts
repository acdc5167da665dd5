/** How runs are told apart in lists and pictures: each keeps the look it got when it appeared. */

import type { Run } from "../../server/src/features/explorer/protocol.ts";

export type Shape = "circle" | "triangle" | "rect";

export interface Look {
  color: string;
  /** Of its line, in pixels. */
  dash: readonly number[];
  /** Of its points. */
  shape: Shape;
}

/** When all colours are taken they begin anew, with another line and another shape. */
const styles: readonly Omit<Look, "color">[] = [
  { dash: [], shape: "circle" },
  { dash: [8, 4], shape: "triangle" },
  { dash: [2, 4], shape: "rect" },
];

type Owner = Pick<Run, "id" | "layer" | "cosearch">;

export class Looks {
  private readonly places = new Map<string, number>();

  /** Gives runs that are new the first look that none beside them has, and takes those of the others back. */
  assign(runs: readonly Owner[]): void {
    const owners = new Map(runs.map((run) => [run.id, run]));
    for (const id of this.places.keys()) if (!owners.has(id)) this.places.delete(id);
    for (const run of runs) {
      if (this.places.has(run.id)) continue;
      const beside = runs.filter((other) => other.layer === run.layer || other.cosearch || run.cosearch);
      const taken = new Set(beside.map(({ id }) => this.places.get(id)));
      let place = 0;
      while (taken.has(place)) place++;
      this.places.set(run.id, place);
    }
  }

  of(id: string, { series }: { series: readonly string[] }): Look {
    const place = this.places.get(id) ?? 0;
    const style = styles[Math.floor(place / series.length) % styles.length];
    return { color: series[place % series.length], ...style };
  }

  /** What `restore` takes after a reload. */
  kept(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.places);
  }

  restore(kept: Readonly<Record<string, number>>): void {
    for (const [id, place] of Object.entries(kept)) this.places.set(id, place);
  }
}
