import type { Mapspace } from "../mapspace/mapspace.ts";
import type { MapspacePoint } from "../mapspace/point.ts";
import { type Cost, type CostModel, lowerCost } from "../model/cost.ts";
import { keepAt, kindSpatialX, kindSpatialY, kindTemporal, loopsAt, type MappingLayout } from "../model/encoding.ts";
import { evaluate } from "../model/evaluate.ts";
import { defaultEvaluationOptions, type EvaluationOptions } from "../model/types.ts";

/** Costs the points of one mapspace by the reference model; `fits` says what the hardware cannot hold. */
export class PointCosts {
  private readonly mapspace: Mapspace;
  private readonly options: EvaluationOptions;
  private readonly models = new Map<string, CostModel>();
  private model: CostModel;
  private bounds: Int32Array;
  private readonly row: Int32Array;
  private readonly directed: boolean;
  private readonly orders: readonly (readonly number[])[];

  constructor(mapspace: Mapspace, options = defaultEvaluationOptions("exact")) {
    this.mapspace = mapspace;
    this.options = options;
    this.bounds = Int32Array.from(mapspace.workload.dimensions, (d) => d.bound);
    this.model = lowerCost(mapspace.architecture, mapspace.workload, options);
    this.models.set(this.bounds.join(), this.model);
    this.row = new Int32Array(this.model.layout.size);
    this.directed = mapspace.directives.some((level) => Object.keys(level).length > 0);
    const any = mapspace.workload.dimensions.map((_, d) => d);
    this.orders = mapspace.architecture.storage.map(
      (_, l) => mapspace.rules.spreads.find((s) => s.level === l)?.order ?? any,
    );
  }

  /** Encodes a point; call before `fits` and `cost`. */
  load(point: MapspacePoint): void {
    for (let d = 0; d < point.bounds.length; d++) {
      if (point.bounds[d] !== this.bounds[d]) {
        this.changeBounds(point);
        break;
      }
    }
    encodePoint(this.model.layout, point, this.orders, this.row);
  }

  fits(): boolean {
    return this.model.fits(this.row);
  }

  cost(point: MapspacePoint, into: Cost): Cost {
    if (!this.directed) return this.model.cost(this.row, into);
    const { mapspace } = this;
    const { evaluation } = evaluate(
      mapspace.architecture,
      mapspace.workloadOf(point),
      mapspace.mapping(point),
      this.options,
    );
    into.energyPj = evaluation?.energyPj ?? Number.POSITIVE_INFINITY;
    into.cycles = evaluation?.cycles ?? Number.POSITIVE_INFINITY;
    return into;
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

function encodePoint(
  layout: MappingLayout,
  point: MapspacePoint,
  orders: readonly (readonly number[])[],
  row: Int32Array,
): void {
  const nd = layout.dimensions;
  for (let l = 0; l < layout.levels; l++) {
    const t = loopsAt(layout, l, kindTemporal);
    const x = loopsAt(layout, l, kindSpatialX);
    const y = loopsAt(layout, l, kindSpatialY);
    const order = orders[l];
    for (let d = 0; d < nd; d++) {
      const s = 2 * l * nd + d;
      const alongY = point.alongY[l * nd + d] === 1;
      row[t + d] = point.factors[s + nd];
      row[t + nd + d] = point.residuals[s + nd];
      row[t + 2 * nd + d] = point.orders[l * nd + d];
      row[x + d] = alongY ? 1 : point.factors[s];
      row[x + nd + d] = alongY ? 1 : point.residuals[s];
      row[x + 2 * nd + d] = order[d];
      row[y + d] = alongY ? point.factors[s] : 1;
      row[y + nd + d] = alongY ? point.residuals[s] : 1;
      row[y + 2 * nd + d] = order[d];
    }
    const keep = keepAt(layout, l);
    for (let v = 0; v < layout.dataSpaces; v++) row[keep + v] = (point.keep[l] >> v) & 1;
  }
}
