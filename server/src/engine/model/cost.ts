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
import { meshBetween } from "./exact/classes.ts";
import { ClosedForm } from "./exact/closed.ts";
import { EvenNest } from "./exact/even.ts";
import { actingInstances, computeCycles } from "./exact/instances.ts";
import { Nest, spatialX, spatialY, temporal } from "./exact/nest.ts";
import { type Projection, projectionOf } from "./exact/projection.ts";
import { unionWords } from "./exact/union.ts";
import { walkSteps } from "./exact/walk.ts";
import { fanouts } from "./fanout.ts";
import { networkLatencyCycles } from "./networks.ts";
import type { Architecture, EvaluationOptions, InferredNetwork, Workload } from "./types.ts";
import { effectiveWords } from "./validity.ts";

export interface Cost {
  energyPj: number;
  cycles: number;
}

/** A workload on an architecture, lowered once; every call costs another mapping. */
export interface CostModel {
  readonly layout: MappingLayout;
  /** Energy in pJ and cycles of a row that describes the workload (`encodeMapping`), as `evaluate` gives them. */
  cost(row: Int32Array, into: Cost): Cost;
  /** Does the hardware hold it: capacities, least utilisation, fan-outs, meshes, and every data space somewhere? */
  fits(row: Int32Array): boolean;
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

/** Numbers per storage level in `ExactCost.level`. */
const perLevel = 16;
const readEnergy = 0;
const fillEnergy = 1;
const updateEnergy = 2;
const block = 3;
const clusters = 4;
const leakEnergy = 5;
const addressEnergy = 6;
const readBandwidth = 7;
const writeBandwidth = 8;
const sharedBandwidth = 9;
const capacity = 10;
const least = 11;
const gate = 12;
const gateRatio = 13;

class ExactCost implements CostModel {
  readonly layout: MappingLayout;
  private readonly nest: Nest;
  private readonly projections: Projection[];
  private readonly closed: ClosedForm;
  private readonly even: EvenNest;
  private readonly level: Float64Array;
  private readonly scale: Float64Array;
  private readonly available: readonly { x: number; y: number }[];
  /** Instances, mesh X and mesh Y per storage level, then of the arithmetic. */
  private readonly meshes: Float64Array;
  private readonly macs: number;
  private readonly computeEnergyPj: number;
  private readonly latency: number;
  private readonly elides: boolean;
  // Per level, filled per mapping.
  private readonly instances: Float64Array;
  private readonly pacing: Float64Array;
  private energyPj = 0;

  constructor(architecture: Architecture, workload: Workload, options: EvaluationOptions) {
    const levels = architecture.storage.length;
    const dimensions = workload.dimensions.length;
    const spaces = workload.dataSpaces.length;
    this.layout = mappingLayout(levels, dimensions, spaces);
    this.nest = new Nest(workload, levels, levels * dimensions * 3);
    this.projections = workload.dataSpaces.map((space) => projectionOf(workload, space));
    this.closed = new ClosedForm(dimensions, this.projections);
    this.even = new EvenNest(levels);
    this.available = fanouts(architecture);
    this.level = new Float64Array(levels * perLevel);
    this.scale = new Float64Array(levels * spaces);
    this.meshes = new Float64Array((levels + 1) * 3);
    architecture.storage.forEach((storage, l) => {
      const gating = architecture.storage.findIndex((other) => other.name === storage.powerGatedAt);
      const sharing = gating < 0 ? 1 : storage.instances / Math.max(1, architecture.storage[gating].instances);
      this.level.set(
        [
          storage.readEnergyPj,
          storage.fillEnergyPj,
          storage.updateEnergyPj,
          storage.blockSize,
          storage.instances / storage.clusterSize,
          storage.leakEnergyPj,
          Math.max(0, storage.addressGenerationEnergyPj),
          storage.readBandwidth ?? Number.POSITIVE_INFINITY,
          storage.writeBandwidth ?? Number.POSITIVE_INFINITY,
          storage.sharedBandwidth ?? Number.POSITIVE_INFINITY,
          effectiveWords(storage) ?? Number.POSITIVE_INFINITY,
          (effectiveWords(storage) ?? 0) * storage.minUtilization,
          sharing > 1 ? gating : l,
          Math.max(sharing, 1),
        ],
        l * perLevel,
      );
      for (let v = 0; v < spaces; v++) this.scale[l * spaces + v] = storage.bandwidthScale[v] ?? 1;
      this.meshes.set([storage.instances, storage.meshX, storage.meshY], l * 3);
    });
    const { compute } = architecture;
    this.meshes.set([compute.instances, compute.meshX, compute.meshY], levels * 3);
    this.macs = workload.dimensions.reduce((product, d) => product * d.bound, 1);
    this.computeEnergyPj = this.macs * compute.energyPj;
    this.latency = networkLatencyCycles(architecture, options.counting);
    this.elides = options.firstReadElision;
    this.instances = new Float64Array(levels);
    this.pacing = new Float64Array(levels * spaces * 2);
  }

  private read(row: Int32Array): void {
    const { layout, nest } = this;
    const { dimensions } = layout;
    const { level, axis, dimension, factor, lastDigit } = nest;
    let n = 0;
    for (let l = layout.levels - 1; l >= 0; l--) {
      const at = loopsAt(layout, l, kindTemporal);
      const order = at + 2 * dimensions;
      for (let place = order + dimensions - 1; place >= order; place--) {
        const d = row[place];
        const trips = row[at + d];
        if (trips === 1) continue;
        level[n] = l;
        axis[n] = temporal;
        dimension[n] = d;
        factor[n] = trips;
        lastDigit[n++] = row[at + dimensions + d] - 1;
      }
      // The order of spatial loops matters to routes only, which have no cost here.
      for (let k = 0; k < 2; k++) {
        const from = loopsAt(layout, l, k === 0 ? kindSpatialY : kindSpatialX);
        for (let d = 0; d < dimensions; d++) {
          const trips = row[from + d];
          if (trips === 1) continue;
          level[n] = l;
          axis[n] = k === 0 ? spatialY : spatialX;
          dimension[n] = d;
          factor[n] = trips;
          lastDigit[n++] = row[from + dimensions + d] - 1;
        }
      }
    }
    nest.size = n;
    nest.finish();
  }

  cost(row: Int32Array, into: Cost): Cost {
    const { nest, layout } = this;
    this.read(row);
    this.energyPj = this.computeEnergyPj;
    this.pacing.fill(0);
    for (let l = 0; l < layout.levels; l++) this.instances[l] = actingInstances(nest, l);
    for (let v = 0; v < layout.dataSpaces; v++) this.dataSpace(row, v);
    const compute = computeCycles(nest);
    let busy = compute;
    for (let l = 0; l < layout.levels; l++) busy = Math.max(busy, this.levelCycles(l, compute));
    for (let l = 0; l < layout.levels; l++) {
      const at = l * perLevel;
      const leak = this.level[at + leakEnergy];
      if (leak === 0) continue;
      this.energyPj += leak * busy * this.level[at + gateRatio] * Math.max(1, this.instances[this.level[at + gate]]);
    }
    into.energyPj = this.energyPj;
    into.cycles = busy + this.latency;
    return into;
  }

  /** Accesses of one data space at every level that keeps it, charged and put to the levels' accounts. */
  private dataSpace(row: Int32Array, v: number): void {
    const { layout, nest } = this;
    const projection = this.projections[v];
    const { readWrite } = projection;
    const even = nest.even && !projection.windowed;
    if (even) this.even.prepare(nest, projection);
    const words = even ? this.even : this.closed;
    let child = -1;
    let out = 0;
    let firstOut = 0;
    // Level by level: what `child` sends inwards is known when what arrives from outside is.
    for (let l = 0; l <= layout.levels; l++) {
      const outermost = l === layout.levels;
      if (!outermost) {
        if (row[keepAt(layout, l) + v] === 0) continue;
        if (even) this.even.traffic(child, l);
        else this.transfer(projection, child, l);
      }
      if (child >= 0) {
        const arrived = outermost ? 0 : words.childWords;
        const firstArrived = outermost ? 0 : words.firstChildWords;
        if (readWrite) {
          let known = 0;
          let firstKnown = 0;
          if (this.elides) {
            if (even) this.even.union(child);
            else this.union(projection, child);
            known = words.unionTotal;
            firstKnown = words.unionFirst;
          }
          const fills = Math.max(0, arrived - known);
          const firstFills = Math.max(0, firstArrived - firstKnown);
          this.charge(child, Math.max(0, out - known), fills, out, fills + out);
          this.pace(child, v, Math.max(0, firstOut - firstKnown), firstFills + firstOut);
        } else {
          this.charge(child, out, arrived, 0, arrived + out);
          this.pace(child, v, firstOut, firstArrived);
        }
      }
      out = words.parentWords;
      firstOut = words.firstParentWords;
      child = l;
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
    const rules = { wholeTiles: child < 0, alone: false };
    const mesh = meshBetween(nest, child, parent, this.available);
    const traffic = walkSteps(nest, projection, child, parent, mesh, rules);
    closed.parentWords = traffic.parentWords;
    closed.childWords = traffic.childWords;
    closed.firstParentWords = traffic.firstParentWords;
    closed.firstChildWords = traffic.firstChildWords;
  }

  /** `n · ceil(words / (n · block))` vector accesses of each kind, and the addresses made for them. */
  private charge(l: number, reads: number, fills: number, updates: number, addresses: number): void {
    const at = l * perLevel;
    const { level } = this;
    const n = this.instances[l];
    const words = n * level[at + block];
    const each =
      Math.ceil(reads / words) * level[at + readEnergy] +
      Math.ceil(fills / words) * level[at + fillEnergy] +
      Math.ceil(updates / words) * level[at + updateEnergy];
    const used = Math.min(n, level[at + clusters]);
    this.energyPj += (each + level[at + addressEnergy] * (addresses / n)) * used;
  }

  private pace(l: number, v: number, reads: number, writes: number): void {
    const at = 2 * (l * this.layout.dataSpaces + v);
    this.pacing[at] = reads;
    this.pacing[at + 1] = writes;
  }

  private levelCycles(l: number, compute: number): number {
    const { level, pacing, scale } = this;
    const at = l * perLevel;
    const spaces = this.layout.dataSpaces;
    let read = 0;
    let write = 0;
    let readWords = 0;
    let writeWords = 0;
    for (let v = 0; v < spaces; v++) {
      const by = scale[l * spaces + v];
      const reads = pacing[2 * (l * spaces + v)];
      const writes = pacing[2 * (l * spaces + v) + 1];
      read += (reads / compute) * by;
      write += (writes / compute) * by;
      readWords += reads * by;
      writeWords += writes * by;
    }
    let cycles = compute;
    if (level[at + readBandwidth] < read) cycles = Math.max(cycles, Math.ceil(readWords / level[at + readBandwidth]));
    if (level[at + writeBandwidth] < write) {
      cycles = Math.max(cycles, Math.ceil(writeWords / level[at + writeBandwidth]));
    }
    if (level[at + sharedBandwidth] < write + read) {
      cycles = Math.max(cycles, Math.ceil((writeWords + readWords) / level[at + sharedBandwidth]));
    }
    return cycles;
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
      const keep = keepAt(layout, l);
      for (let v = 0; v < spaces; v++) if (row[keep + v] === 1) used += this.tileWords(v, l);
      if (used > this.level[l * perLevel + capacity] || used < this.level[l * perLevel + least]) return false;
    }
    for (let v = 0; v < spaces; v++) {
      let kept = false;
      for (let l = 0; l < layout.levels && !kept; l++) kept = row[keepAt(layout, l) + v] === 1;
      if (!kept) return false;
    }
    return true;
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
