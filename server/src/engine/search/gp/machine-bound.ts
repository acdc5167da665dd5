import type { Workload } from "../../model/types.ts";
import { exactProblem } from "../exact/problem.ts";
import type { Objective } from "../objective.ts";
import { geometricBound } from "./bound.ts";
import type { Dimensioning, Technology } from "./technology.ts";
import { fullMapspace } from "./technology-mapspace.ts";

/** A layer, and how often it occurs. */
export interface CountedLayer {
  workload: Workload;
  count: number;
}

/** What no mappings of layers on one machine stay below, in the objective of their sums. */
export class MachineBound {
  readonly machine: Dimensioning;
  /** By objective of a layer alone and layer. */
  private readonly parts: readonly (readonly LayerBound[])[];

  constructor(
    machine: Dimensioning,
    layers: readonly CountedLayer[],
    { technology, objective }: { technology: Technology; objective: Objective },
  ) {
    this.machine = machine;
    // A product of sums is bounded by its factors.
    const parts: readonly Objective[] = objective === "edp" && layers.length > 1 ? ["energy", "latency"] : [objective];
    this.parts = parts.map((part) => layers.map((layer) => new LayerBound(machine, layer, technology, part)));
  }

  /** After so many programs for each layer. */
  after(programs: number): number {
    return this.parts.reduce(
      (product, layers) => product * layers.reduce((sum, layer) => sum + layer.after(programs), 0),
      1,
    );
  }
}

class LayerBound {
  private readonly steps: ReturnType<typeof geometricBound> | null;
  private readonly times: number;
  private programs = 0;
  private bound = 0;

  constructor(machine: Dimensioning, { workload, count }: CountedLayer, technology: Technology, objective: Objective) {
    this.times = objective === "edp" ? count ** 2 : count;
    const mapspace = fullMapspace(technology, machine, workload);
    this.steps =
      mapspace === null ? null : geometricBound(exactProblem(mapspace), objective, () => Number.POSITIVE_INFINITY);
    if (mapspace === null) this.bound = Number.POSITIVE_INFINITY;
  }

  after(programs: number): number {
    while (this.steps !== null && this.programs < programs) {
      const { value, done } = this.steps.next();
      this.programs = done ? Number.POSITIVE_INFINITY : value.programs;
      this.bound = Math.max(this.bound, value.bound);
    }
    return this.times * this.bound;
  }
}
