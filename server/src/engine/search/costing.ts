import type { Mapspace } from "../mapspace/mapspace.ts";
import type { MapspacePoint } from "../mapspace/point.ts";
import { type Bar, type Cost, type CostModel, lowerCost } from "../model/cost.ts";
import { evaluate } from "../model/evaluate.ts";
import { type Nest, spatialX, spatialY, temporal } from "../model/exact/nest.ts";
import { defaultEvaluationOptions, type EvaluationOptions } from "../model/types.ts";
import { PointFits } from "./fits.ts";
import { PointFloor } from "./floor.ts";

/** Costs the points of one mapspace by the reference model; `fits` says what the hardware cannot hold. */
export class PointCosts {
  private readonly mapspace: Mapspace;
  private readonly options: EvaluationOptions;
  private readonly models = new Map<string, CostModel>();
  private model: CostModel;
  private bounds: Int32Array;
  private readonly directed: boolean;
  private readonly held: PointFits;
  private readonly floor: PointFloor;
  private readonly loops: NestLoops;

  constructor(mapspace: Mapspace, options = defaultEvaluationOptions("exact")) {
    this.mapspace = mapspace;
    this.options = options;
    this.bounds = Int32Array.from(mapspace.workload.dimensions, (d) => d.bound);
    this.model = lowerCost(mapspace.architecture, mapspace.workload, options);
    this.models.set(this.bounds.join(), this.model);
    this.directed = mapspace.directives.some((level) => Object.keys(level).length > 0);
    this.held = new PointFits(mapspace);
    this.floor = new PointFloor(mapspace);
    this.loops = new NestLoops(mapspace);
  }

  /** Needs factors and kept data spaces only. */
  fits(point: MapspacePoint): boolean {
    return this.held.fits(point);
  }

  /** Costs a point into `into`; false where `bar` gave it up on the way. */
  cost(point: MapspacePoint, into: Cost, bar: Bar | null = null): boolean {
    for (let d = 0; d < point.bounds.length; d++) {
      if (point.bounds[d] !== this.bounds[d]) {
        this.changeBounds(point);
        break;
      }
    }
    const { direct } = this.model;
    if (direct !== null && !this.directed) {
      if (bar !== null && this.isHopeless(point, bar)) return false;
      this.loops.read(point, direct.nest);
      return direct.costNest(point.keep, into, bar);
    }
    const { mapspace } = this;
    const { evaluation } = evaluate(
      mapspace.architecture,
      mapspace.workloadOf(point),
      mapspace.mapping(point),
      this.options,
    );
    into.energyPj = evaluation?.energyPj ?? Number.POSITIVE_INFINITY;
    into.cycles = evaluation?.cycles ?? Number.POSITIVE_INFINITY;
    return true;
  }

  private isHopeless(point: MapspacePoint, bar: Bar): boolean {
    const { floor } = this;
    floor.count(point);
    if (bar.hopeless(floor.energyPj, floor.cycles)) return true;
    floor.countOrdered(point);
    return bar.hopeless(floor.energyPj, floor.cycles);
  }

  private changeBounds(point: MapspacePoint): void {
    this.bounds = Int32Array.from(point.bounds);
    const key = this.bounds.join();
    let model = this.models.get(key);
    if (model === undefined) {
      if (this.models.size > 500) this.models.clear();
      model = lowerCost(this.mapspace.architecture, this.mapspace.workloadOf(point), this.options);
      this.models.set(key, model);
    }
    this.model = model;
  }
}

/** Puts a point's loops into a nest. */
class NestLoops {
  private readonly dimensions: number;
  /** By level: may it have temporal loops, and which dimensions may spread. */
  private readonly runs: readonly boolean[];
  private readonly spread: readonly Int32Array[];

  constructor({ rules, workload, architecture }: Mapspace) {
    const nd = workload.dimensions.length;
    this.dimensions = nd;
    const running = (slot: number) =>
      workload.dimensions.flatMap((_, d) =>
        rules.bounds[d].some((bound) => bound > 1) && rules.factors[slot * nd + d].max > 1 ? [d] : [],
      );
    this.runs = architecture.storage.map((_, l) => running(2 * l + 1).length > 0);
    this.spread = architecture.storage.map((_, l) =>
      Int32Array.from(rules.spreads.some((s) => s.level === l) ? running(2 * l) : []),
    );
  }

  read({ factors, residuals, orders, alongY }: MapspacePoint, nest: Nest): void {
    const nd = this.dimensions;
    nest.clear();
    for (let l = this.runs.length - 1; l >= 0; l--) {
      const at = (2 * l + 1) * nd;
      if (this.runs[l]) {
        for (let place = (l + 1) * nd - 1; place >= l * nd; place--) {
          const d = orders[place];
          nest.push(l, temporal, d, factors[at + d], residuals[at + d]);
        }
      }
      const spread = this.spread[l];
      for (let side = spread.length === 0 ? -1 : 1; side >= 0; side--) {
        for (let k = 0; k < spread.length; k++) {
          const d = spread[k];
          if (alongY[l * nd + d] !== side) continue;
          nest.push(l, side === 1 ? spatialY : spatialX, d, factors[at - nd + d], residuals[at - nd + d]);
        }
      }
    }
    nest.finish();
  }
}
