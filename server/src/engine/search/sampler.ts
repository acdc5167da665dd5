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

/**
 * Tries mappings one by one and keeps what a block must tell. The best and the front stay from block to block, which
 * come in their order: a mapping that cannot be better than one of an earlier block is not told, nor worked out further
 * than is needed to see that. So what is told depends on earlier blocks, but what all blocks tell together does not.
 */
export class Trial {
  readonly point: MapspacePoint;
  /** Energy and cycles of the mapping costed last. */
  readonly cost: Cost = { energyPj: 0, cycles: 0 };
  value = Number.POSITIVE_INFINITY;
  evaluations = 0;
  valid = 0;
  private readonly mapspace: Mapspace;
  private readonly objective: Objective;
  private readonly costs: PointCosts;
  private best = Number.POSITIVE_INFINITY;
  private improvements: Improvement[] = [];
  private readonly front = new ParetoFront<{ block: number; point: MapspacePoint }>();
  private block = -1;
  private limit = Number.NEGATIVE_INFINITY;

  /** `options`: how mappings are counted; searches optimise `exact` unless a comparison with others is wanted. */
  constructor(mapspace: Mapspace, objective: Objective, options?: EvaluationOptions) {
    this.mapspace = mapspace;
    this.objective = objective;
    this.costs = new PointCosts(mapspace, options);
    this.point = mapspace.createPoint();
  }

  /** Starts block `index`. */
  begin(index: number): void {
    if (index <= this.block) {
      this.best = Number.POSITIVE_INFINITY;
      this.front.clear();
    }
    this.block = index;
    this.evaluations = 0;
    this.valid = 0;
    this.improvements = [];
  }

  /** Does the hardware hold the point? Counts as one evaluation; orders need not be set. */
  fits(point: MapspacePoint): boolean {
    this.evaluations++;
    return this.costs.fits(point);
  }

  /** Is a mapping that cannot stay below these of no use? */
  hopeless(energyPj: number, cycles: number): boolean {
    const value = objectiveValue(this.objective, energyPj, cycles);
    return value >= this.best && value > this.limit && !this.front.improves(energyPj, cycles);
  }

  /**
   * Costs a point that fits, into `value`. False where it was given up as worse than `limit` and no better than what is
   * known; `POSITIVE_INFINITY` costs every point to the end.
   */
  take(point: MapspacePoint, limit: number): boolean {
    const { cost, mapspace } = this;
    this.limit = limit;
    const before = this.valid++;
    if (!this.costs.cost(point, cost, this)) return false;
    this.value = objectiveValue(this.objective, cost.energyPj, cost.cycles);
    if (this.value < this.best) {
      this.best = this.value;
      this.improvements.push({
        mapping: mapspace.mapping(point),
        bounds: Array.from(point.bounds),
        energyPj: cost.energyPj,
        cycles: cost.cycles,
        value: this.value,
        afterValid: before,
      });
    }
    this.front.add(cost.energyPj, cost.cycles, () => ({
      block: this.block,
      point: copyPoint(point, mapspace.createPoint()),
    }));
    return true;
  }

  /** The best of the block so far. */
  get incumbent(): Incumbent | null {
    return this.improvements.at(-1) ?? null;
  }

  result(): BlockResult {
    return {
      evaluations: this.evaluations,
      valid: this.valid,
      improvements: this.improvements,
      front: this.front.points
        .filter(({ value }) => value.block === this.block)
        .map(({ x, y, value }) => ({ energyPj: x, cycles: y, mapping: this.mapspace.mapping(value.point) })),
    };
  }
}
