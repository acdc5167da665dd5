import type { Mapspace } from "../mapspace/mapspace.ts";
import { copyPoint, type MapspacePoint } from "../mapspace/point.ts";
import type { Cost } from "../model/cost.ts";
import type { EvaluationOptions } from "../model/types.ts";
import { ParetoFront } from "../numeric/pareto.ts";
import { PointCosts } from "./costing.ts";
import { type Objective, objectiveValue } from "./objective.ts";
import type { FrontPoint, Incumbent } from "./progress.ts";

/** A mapping better than all before it in its block. */
export interface Improvement extends Incumbent {
  /** How many valid mappings of the block came before it. */
  afterValid: number;
}

/** What one block of a search found: plain data, merged in the order of the blocks. */
export interface BlockResult {
  evaluations: number;
  valid: number;
  improvements: Improvement[];
  front: FrontPoint[];
}

/** Tries mappings one by one and keeps what a block must tell. */
export class Trial {
  readonly point: MapspacePoint;
  readonly cost: Cost = { energyPj: 0, cycles: 0 };
  value = Number.POSITIVE_INFINITY;
  evaluations = 0;
  valid = 0;
  private readonly mapspace: Mapspace;
  private readonly objective: Objective;
  private readonly costs: PointCosts;
  private best = Number.POSITIVE_INFINITY;
  private improvements: Improvement[] = [];
  private front = new ParetoFront<MapspacePoint>();

  /** `options`: how mappings are counted; searches optimise `exact` unless a comparison with others is wanted. */
  constructor(mapspace: Mapspace, objective: Objective, options?: EvaluationOptions) {
    this.mapspace = mapspace;
    this.objective = objective;
    this.costs = new PointCosts(mapspace, options);
    this.point = mapspace.createPoint();
  }

  /** Starts another block. */
  reset(): void {
    this.evaluations = 0;
    this.valid = 0;
    this.best = Number.POSITIVE_INFINITY;
    this.improvements = [];
    this.front = new ParetoFront();
  }

  /** Does the hardware hold the point? Counts as one evaluation. */
  fits(point: MapspacePoint): boolean {
    this.evaluations++;
    this.costs.load(point);
    return this.costs.fits();
  }

  /** Costs a point; false where the hardware cannot hold it. */
  try(point: MapspacePoint): boolean {
    if (!this.fits(point)) return false;
    this.take(point);
    return true;
  }

  /** Costs a point that fits and was loaded last. */
  take(point: MapspacePoint): void {
    const { cost, mapspace } = this;
    this.costs.cost(point, cost);
    this.value = objectiveValue(this.objective, cost.energyPj, cost.cycles);
    if (this.value < this.best) {
      this.best = this.value;
      this.improvements.push({
        mapping: mapspace.mapping(point),
        bounds: Array.from(point.bounds),
        energyPj: cost.energyPj,
        cycles: cost.cycles,
        value: this.value,
        afterValid: this.valid,
      });
    }
    this.front.add(cost.energyPj, cost.cycles, () => copyPoint(point, mapspace.createPoint()));
    this.valid++;
  }

  /** The best of the block so far. */
  get incumbent(): Incumbent | null {
    return this.improvements.at(-1) ?? null;
  }

  /** Costs the same kept tiles with other loop orders without asking again whether they fit. */
  reload(point: MapspacePoint): void {
    this.evaluations++;
    this.costs.load(point);
  }

  result(): BlockResult {
    return {
      evaluations: this.evaluations,
      valid: this.valid,
      improvements: this.improvements,
      front: this.front.points.map(({ x, y, value }) => ({
        energyPj: x,
        cycles: y,
        mapping: this.mapspace.mapping(value),
      })),
    };
  }
}
