import { capacities, LevelAccounts } from "./accounts.ts";
import {
  decodeMapping,
  keepAt,
  kindSpatialX,
  kindSpatialY,
  kindTemporal,
  loopsAt,
  type MappingLayout,
  mappingLayout,
} from "./encoding.ts";
import { evaluate } from "./evaluate.ts";
import { ClosedForm } from "./exact/closed.ts";
import { EvenNest } from "./exact/even.ts";
import { computeCycles } from "./exact/instances.ts";
import { Nest, spatialX, spatialY, temporal } from "./exact/nest.ts";
import { type Projection, projectionOf } from "./exact/projection.ts";
import { unionWords } from "./exact/union.ts";
import { fanouts } from "./fanout.ts";
import { networkLatencyCycles } from "./networks.ts";
import type { Architecture, EvaluationOptions, InferredNetwork, Workload } from "./types.ts";
import { childOf, WindowBound } from "./window-bound.ts";

export interface Cost {
  energyPj: number;
  cycles: number;
}

/** Asked while a mapping is costed, with energy and cycles it cannot stay below: need the rest be worked out? */
export interface Bar {
  hopeless(energyPj: number, cycles: number): boolean;
}

/** A workload on an architecture, lowered once; every call costs another mapping. */
export interface CostModel {
  readonly layout: MappingLayout;
  /** Energy in pJ and cycles of a row that describes the workload (`encodeMapping`), as `evaluate` gives them. */
  cost(row: Int32Array, into: Cost): Cost;
  /** Does the hardware hold it: capacities, least utilisation, fan-outs, meshes, and every data space somewhere? */
  fits(row: Int32Array): boolean;
  /** The way around rows; null where each mapping needs a full evaluation. */
  readonly direct: DirectCost | null;
}

/** Costs of loops put into a nest. */
export interface DirectCost {
  readonly nest: Nest;
  /**
   * Cost of the loops in `nest`; bit v of `keep[level]` is set where data space v is kept. False where `bar` gave it up:
   * then `into` is left alone.
   */
  costNest(keep: Int32Array, into: Cost, bar: Bar | null): boolean;
}

/**
 * Lowers a design to typed arrays for searches under `exact` counting. Mappings without spatial residuals under a
 * window allocate nothing; the others take the general walk of `exact/walk.ts`. Networks that cost energy, link
 * transfers and Timeloop's counting rules need full records: then each call is a full evaluation.
 */
export function lowerCost(architecture: Architecture, workload: Workload, options: EvaluationOptions): CostModel {
  const plain = options.counting === "exact" && !options.linkTransfers && networksAreFree(architecture);
  const model = new ExactCost(architecture, workload, options);
  if (plain) return model;
  const { layout } = model;
  return {
    layout,
    direct: null,
    fits: (row) => model.fits(row),
    cost(row, into) {
      const outcome = evaluate(architecture, workload, decodeMapping(layout, row), options);
      into.energyPj = outcome.evaluation?.energyPj ?? Number.NaN;
      into.cycles = outcome.evaluation?.cycles ?? Number.NaN;
      return into;
    },
  };
}

function networksAreFree(architecture: Architecture): boolean {
  const free = (network: InferredNetwork) =>
    network.routerEnergyPj === 0 &&
    network.ingressEnergyPj === 0 &&
    (network.energyPerHopPj === 0 || (network.energyPerHopPj === null && network.wireEnergyPj === 0));
  return architecture.networks.length === 0 && architecture.storage.every((level) => free(level.inferredNetwork));
}

class ExactCost implements CostModel, DirectCost {
  readonly layout: MappingLayout;
  readonly nest: Nest;
  readonly direct = this;
  private readonly projections: Projection[];
  private readonly closed: ClosedForm;
  private readonly evens: readonly EvenNest[];
  private readonly windows: WindowBound;
  private readonly accounts: LevelAccounts;
  private readonly capacities: readonly { most: number; least: number }[];
  private readonly available: readonly { x: number; y: number }[];
  /** Instances, mesh X and mesh Y per storage level, then of the arithmetic. */
  private readonly meshes: Float64Array;
  private readonly computeEnergyPj: number;
  private readonly latency: number;
  private readonly elides: boolean;
  /** Data spaces in the order they are costed: those without windows first, for they are soon done. */
  private readonly order: readonly number[];
  /** By level: bit v is set where data space v is kept; of rows. */
  private readonly kept: Int32Array;
  // By data space: the outermost kept level, and what arrives inside it.
  private readonly outermost: Int32Array;
  private readonly arriving: Float64Array;
  private readonly firstArriving: Float64Array;

  constructor(architecture: Architecture, workload: Workload, options: EvaluationOptions) {
    const levels = architecture.storage.length;
    const dimensions = workload.dimensions.length;
    const spaces = workload.dataSpaces.length;
    this.layout = mappingLayout(levels, dimensions, spaces);
    this.nest = new Nest(workload, levels, levels * dimensions * 3);
    this.projections = workload.dataSpaces.map((space) => projectionOf(workload, space));
    this.closed = new ClosedForm(dimensions, this.projections);
    this.evens = this.projections.map(() => new EvenNest(levels));
    this.accounts = new LevelAccounts(architecture, spaces);
    this.windows = new WindowBound(this.nest, this.accounts, this.closed, this.projections, levels);
    this.closed.firsts = this.accounts.paced;
    this.capacities = capacities(architecture);
    this.available = fanouts(architecture);
    this.meshes = new Float64Array((levels + 1) * 3);
    [...architecture.storage, architecture.compute].forEach(({ instances, meshX, meshY }, l) => {
      this.meshes.set([instances, meshX, meshY], l * 3);
    });
    const macs = workload.dimensions.reduce((product, d) => product * d.bound, 1);
    this.computeEnergyPj = macs * architecture.compute.energyPj;
    this.latency = networkLatencyCycles(architecture, options.counting);
    this.elides = options.firstReadElision;
    const all = this.projections.map((_, v) => v);
    this.order = [
      ...all.filter((v) => !this.projections[v].windowed),
      ...all.filter((v) => this.projections[v].windowed),
    ];
    this.kept = new Int32Array(levels);
    this.outermost = new Int32Array(spaces);
    this.arriving = new Float64Array(spaces);
    this.firstArriving = new Float64Array(spaces);
  }

  private read(row: Int32Array): void {
    const { layout, nest } = this;
    const { dimensions } = layout;
    nest.clear();
    for (let l = layout.levels - 1; l >= 0; l--) {
      const at = loopsAt(layout, l, kindTemporal);
      const order = at + 2 * dimensions;
      for (let place = order + dimensions - 1; place >= order; place--) {
        const d = row[place];
        nest.push(l, temporal, d, row[at + d], row[at + dimensions + d]);
      }
      // The order of spatial loops matters to routes only, which have no cost here.
      for (let k = 0; k < 2; k++) {
        const from = loopsAt(layout, l, k === 0 ? kindSpatialY : kindSpatialX);
        const axis = k === 0 ? spatialY : spatialX;
        for (let d = 0; d < dimensions; d++) nest.push(l, axis, d, row[from + d], row[from + dimensions + d]);
      }
      const keep = keepAt(layout, l);
      let mask = 0;
      for (let v = 0; v < layout.dataSpaces; v++) mask |= row[keep + v] << v;
      this.kept[l] = mask;
    }
    nest.finish();
  }

  cost(row: Int32Array, into: Cost): Cost {
    this.read(row);
    this.costNest(this.kept, into, null);
    return into;
  }

  costNest(keep: Int32Array, into: Cost, bar: Bar | null): boolean {
    const { nest, accounts, order, latency, windows } = this;
    const asked = accounts.growing ? bar : null;
    accounts.begin(nest, this.computeEnergyPj);
    const compute = computeCycles(nest);
    // What the outermost memory moves costs most: it comes first, for as many data spaces as have it in no time.
    let slow = 0;
    for (let k = 0; k < order.length; k++) {
      if (this.isSlow(order[k])) {
        slow++;
        continue;
      }
      this.outside(keep, order[k]);
      if (asked?.hopeless(accounts.energyPj, compute + latency)) return false;
    }
    const bounded = slow > 0 && asked !== null;
    let rest = bounded ? windows.count(keep) : 0;
    if (asked?.hopeless(accounts.energyPj + rest, accounts.busy(compute) + latency)) return false;
    for (let k = 0; k < order.length; k++) if (!this.isSlow(order[k])) this.inside(keep, order[k]);
    if (asked?.hopeless(accounts.energyPj + rest, accounts.busy(compute) + latency)) return false;
    if (bounded) {
      rest = windows.countAlike(keep);
      if (asked?.hopeless(accounts.energyPj + rest, accounts.busy(compute) + latency)) return false;
    }
    for (let k = order.length - slow; k < order.length; k++) {
      const v = order[k];
      for (let l = this.layout.levels - 1, kept = 0; l >= 0; l--) {
        if (((keep[l] >> v) & 1) === 0) continue;
        if (kept++ === 0) this.outside(keep, v);
        else this.level(keep, v, l, this.arriving[v], this.firstArriving[v]);
        if (bounded) rest -= windows.of(v, l);
        if (asked?.hopeless(accounts.energyPj + rest, compute + latency)) return false;
      }
    }
    const busy = accounts.busy(compute);
    accounts.leak(busy);
    into.energyPj = accounts.energyPj;
    into.cycles = busy + latency;
    return true;
  }

  private isSlow(v: number): boolean {
    return this.projections[v].windowed && !this.nest.even;
  }

  /** The transfer out of the outermost level that keeps a data space, charged there. */
  private outside(keep: Int32Array, v: number): void {
    let l = this.layout.levels - 1;
    while (l >= 0 && ((keep[l] >> v) & 1) === 0) l--;
    this.outermost[v] = l;
    if (l < 0) return;
    const projection = this.projections[v];
    if (this.nest.even && !projection.windowed) this.evens[v].prepare(this.nest, projection);
    this.level(keep, v, l, 0, 0);
  }

  /** The levels inside it, outer to inner. */
  private inside(keep: Int32Array, v: number): void {
    for (let l = this.outermost[v] - 1; l >= 0; l--) {
      if (((keep[l] >> v) & 1) === 1) this.level(keep, v, l, this.arriving[v], this.firstArriving[v]);
    }
  }

  /** One level that keeps a data space: what it sends inwards, given what arrived from outside. */
  private level(keep: Int32Array, v: number, l: number, arrived: number, firstArrived: number): void {
    const { nest, accounts } = this;
    const projection = this.projections[v];
    const child = childOf(keep, v, l);
    const even = nest.even && !projection.windowed;
    const words = even ? this.evens[v] : this.closed;
    if (even) this.evens[v].traffic(child, l);
    else this.transfer(projection, child, l);
    this.arriving[v] = words.childWords;
    this.firstArriving[v] = words.firstChildWords;
    const out = words.parentWords;
    const firstOut = words.firstParentWords;
    if (projection.readWrite) {
      let known = 0;
      let firstKnown = 0;
      if (this.elides) {
        if (even) this.evens[v].union(l);
        else this.union(projection, l);
        known = words.unionTotal;
        firstKnown = words.unionFirst;
      }
      const fills = Math.max(0, arrived - known);
      const firstFills = Math.max(0, firstArrived - firstKnown);
      accounts.charge(l, Math.max(0, out - known), fills, out, fills + out);
      accounts.pace(l, v, Math.max(0, firstOut - firstKnown), firstFills + firstOut);
    } else {
      accounts.charge(l, out, arrived, 0, arrived + out);
      accounts.pace(l, v, firstOut, firstArrived);
    }
  }

  private union(projection: Projection, level: number): void {
    const { closed, nest } = this;
    if (closed.union(nest, projection, level)) return;
    const union = unionWords(nest, projection, level);
    closed.unionTotal = union.total;
    closed.unionFirst = union.first;
  }

  private transfer(projection: Projection, child: number, parent: number): void {
    const { closed, nest } = this;
    if (closed.traffic(nest, projection, child, parent, child < 0)) return;
    const { sums } = closed;
    sums.transfer(nest, projection, child, parent, child < 0);
    closed.parentWords = sums.parentWords;
    closed.childWords = sums.childWords;
    closed.firstParentWords = sums.firstParentWords;
    closed.firstChildWords = sums.firstChildWords;
  }

  fits(row: Int32Array): boolean {
    const { layout } = this;
    const spaces = layout.dataSpaces;
    let x = 1;
    let y = 1;
    for (let l = layout.levels - 1; l >= 0; l--) {
      if (!this.meshHolds(l, x, y)) return false;
      const usedX = this.spread(row, l, kindSpatialX);
      const usedY = this.spread(row, l, kindSpatialY);
      if (usedX > this.available[l].x || usedY > this.available[l].y) return false;
      x *= usedX;
      y *= usedY;
    }
    if (!this.meshHolds(layout.levels, x, y)) return false;
    this.read(row);
    for (let l = 0; l < layout.levels; l++) {
      let used = 0;
      for (let v = 0; v < spaces; v++) if ((this.kept[l] >> v) & 1) used += this.tileWords(v, l);
      const { most, least } = this.capacities[l];
      if (used > most || used < least) return false;
    }
    let somewhere = 0;
    for (let l = 0; l < layout.levels; l++) somewhere |= this.kept[l];
    return somewhere === (1 << spaces) - 1;
  }

  private tileWords(v: number, l: number): number {
    const { nest } = this;
    const at = (l + 1) * nest.dimensions;
    const { ranks } = this.projections[v];
    let words = 1;
    for (let r = 0; r < ranks.length; r++) {
      const { dimensions, coefficients } = ranks[r];
      let extent = 1;
      for (let t = 0; t < dimensions.length; t++) {
        const d = dimensions[t];
        extent += coefficients[t] * (Math.min(nest.extent[at + d], nest.bounds[d]) - 1);
      }
      words *= extent;
    }
    return words;
  }

  private spread(row: Int32Array, level: number, kind: number): number {
    const at = loopsAt(this.layout, level, kind);
    let product = 1;
    for (let d = 0; d < this.layout.dimensions; d++) product *= row[at + d];
    return product;
  }

  private meshHolds(l: number, x: number, y: number): boolean {
    const { meshes } = this;
    return x * y <= meshes[l * 3] && x <= meshes[l * 3 + 1] && y <= meshes[l * 3 + 2];
  }
}
