import type { Mapspace } from "../../mapspace/mapspace.ts";
import type { MapspacePoint } from "../../mapspace/point.ts";
import type { LatencyModel } from "../../model/learned/latency-model.ts";
import { relaxedLatencyRatio } from "../../model/learned/relaxed.ts";
import { type HardwareSizes, type HardwareSpace, lawValue } from "../../model/relaxed/hardware.ts";
import { RelaxedLayer, type RelaxedOptions } from "../../model/relaxed/layer.ts";
import { type LevelPrices, pricesOf } from "../../model/relaxed/prices.ts";
import { spatialSlot } from "../../model/relaxed/space.ts";
import { effectiveWords } from "../../model/validity.ts";
import { type Objective, objectiveValue } from "../objective.ts";
import { TriedSample } from "../tried.ts";

/** One layer of a network: its mappings, and how often it occurs. */
export interface NetworkLayer {
  mapspace: Mapspace;
  count: number;
}

/** What one mapping of a layer needs and moves, whatever the sizes of buffers and array. */
export interface LayerRecord {
  /** By how much it exceeds fan-outs, fixed capacities and what must be used, as a sum of logarithms; 0 fits. */
  excess: number;
  operationCycles: number;
  /** Cycles as learned over analytical ones; 1 without a latency model. */
  latencyRatio: number;
  /** Cycles of each level at the template's bandwidth. */
  busyCycles: Float64Array;
  /** Vector accesses. */
  reads: Float64Array;
  fills: Float64Array;
  updates: Float64Array;
  /** Instances that leak. */
  leaking: Float64Array;
  /** pJ that no size changes: operations, addresses. */
  otherPj: number;
  /** Words each level must hold at once, buffering included. */
  neededWords: Float64Array;
  /** Largest use of each free side. */
  sides: Float64Array;
}

export interface NetworkCost {
  energyPj: number;
  cycles: number;
  value: number;
}

export const wholeCounts: RelaxedOptions = { whole: true, sharpness: Number.POSITIVE_INFINITY, elision: true };

/**
 * A network on hardware that its mappings size. Mappings are costed one layer at a time into records; a network's
 * cost is made of its layers' records, so that changing one layer costs one evaluation.
 */
export class Network {
  readonly layers: readonly NetworkLayer[];
  readonly space: HardwareSpace;
  readonly objective: Objective;
  /** Cycles are those it expects, where there is one. Free sides must stay as they are: a model knows one array. */
  readonly latency: LatencyModel | null;
  readonly relaxed: readonly RelaxedLayer[];
  /** Prices of the template, energies of accesses and leakage at 0: what records are made with. */
  readonly countPrices: readonly LevelPrices[];
  readonly levels: number;
  readonly tried = new TriedSample();
  /** Layers costed so far. */
  evaluations = 0;
  /** Those of them the hardware holds. */
  fitting = 0;
  private readonly capacity: Float64Array;
  private readonly least: Float64Array;
  private readonly buffering: Float64Array;
  /** How much longer each level takes than with the template's bandwidth. */
  private readonly slower: Float64Array;
  /** pJ per vector access, and per instance and cycle, on the hardware looked at. */
  private readonly readPj: Float64Array;
  private readonly fillPj: Float64Array;
  private readonly updatePj: Float64Array;
  private readonly leakPj: Float64Array;

  constructor(
    layers: readonly NetworkLayer[],
    space: HardwareSpace,
    objective: Objective,
    latency: LatencyModel | null = null,
  ) {
    if (latency !== null && space.sides.length > 0) throw new Error("a latency model needs an array of given size");
    this.latency = latency;
    this.layers = layers;
    this.space = space;
    this.objective = objective;
    const { storage } = space.template;
    this.levels = storage.length;
    this.relaxed = layers.map(({ mapspace }) => new RelaxedLayer(mapspace.workload, storage.length));
    this.countPrices = layers.map(({ mapspace }) => {
      const prices = pricesOf(mapspace.architecture, mapspace.workload);
      for (const list of [prices.read, prices.fill, prices.update, prices.leak]) list.fill(0);
      storage.forEach((level, l) => {
        prices.readBandwidth[l] = level.readBandwidth ?? Number.POSITIVE_INFINITY;
        prices.writeBandwidth[l] = level.writeBandwidth ?? Number.POSITIVE_INFINITY;
        prices.sharedBandwidth[l] = level.sharedBandwidth ?? Number.POSITIVE_INFINITY;
      });
      return prices;
    });
    this.capacity = Float64Array.from(storage, (level, l) =>
      space.buffers[l] === null ? (effectiveWords(level) ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
    );
    this.least = Float64Array.from(storage, (level, l) =>
      space.buffers[l] === null ? (effectiveWords(level) ?? 0) * level.minUtilization : 0,
    );
    this.slower = new Float64Array(storage.length).fill(1);
    this.readPj = Float64Array.from(storage, (level) => level.readEnergyPj);
    this.fillPj = Float64Array.from(storage, (level) => level.fillEnergyPj);
    this.updatePj = Float64Array.from(storage, (level) => level.updateEnergyPj);
    this.leakPj = Float64Array.from(storage, (level) => level.leakEnergyPj);
    this.buffering = Float64Array.from(storage, (level) => level.multipleBuffering);
  }

  /** Words a level may hold at once. */
  capacityOf(level: number): number {
    return this.capacity[level];
  }

  /** Words a level must hold at least. */
  leastOf(level: number): number {
    return this.least[level];
  }

  /** Limits a free buffer to so many words at once, or lifts the limit; records made before do not know of it. */
  limit(level: number, words = Number.POSITIVE_INFINITY): void {
    if (this.space.buffers[level] !== null) this.capacity[level] = words;
  }

  bufferingOf(level: number): number {
    return this.buffering[level];
  }

  /** Costs a mapping of perfect factors by the model that equals the reference there. */
  record(index: number, point: MapspacePoint, fresh?: LayerRecord): LayerRecord {
    this.evaluations++;
    const layer = this.relaxed[index];
    loadPoint(layer, point);
    layer.measure();
    const record = fresh ?? this.emptyRecord();
    record.excess = this.spreadExcess(index, point, record.sides);
    for (let l = 0; l < this.levels; l++) {
      const held = Math.round(layer.heldWords[l]);
      record.neededWords[l] = Math.ceil(held * this.buffering[l]);
      if (held > this.capacity[l]) record.excess += Math.log(held / this.capacity[l]);
      if (held < this.least[l]) record.excess += Math.log(this.least[l] / Math.max(held, 0.5));
      record.leaking[l] =
        Math.max(1, layer.instances(this.countPrices[index].gate[l])) * this.countPrices[index].gateRatio[l];
    }
    if (record.excess > 0) return record;
    this.fitting++;
    layer.cost(this.countPrices[index], wholeCounts, false);
    record.otherPj = layer.energyPj;
    record.operationCycles = layer.operationCycles;
    record.latencyRatio = this.latency === null ? 1 : relaxedLatencyRatio(this.latency, layer);
    record.busyCycles.set(layer.levelCycles);
    record.reads.set(layer.reads);
    record.fills.set(layer.fills);
    record.updates.set(layer.updates);
    return record;
  }

  emptyRecord(): LayerRecord {
    const list = () => new Float64Array(this.levels);
    return {
      excess: Number.POSITIVE_INFINITY,
      operationCycles: 0,
      latencyRatio: 1,
      busyCycles: list(),
      reads: list(),
      fills: list(),
      updates: list(),
      leaking: list(),
      otherPj: 0,
      neededWords: list(),
      sides: new Float64Array(this.space.sides.length),
    };
  }

  private spreadExcess(index: number, point: MapspacePoint, sides: Float64Array): number {
    const { rules, workload } = this.layers[index].mapspace;
    const nd = workload.dimensions.length;
    sides.fill(1);
    let parallel = 1;
    let excess = 0;
    const above = (used: number, most: number) => {
      if (used > most) excess += Math.log(used / most);
    };
    for (const spread of rules.spreads) {
      const { level, freePlaces } = spread;
      let usedX = 1;
      let usedY = 1;
      let placesX = 0;
      let placesY = 0;
      for (let d = 0; d < nd; d++) {
        const factor = point.factors[(2 * level + spatialSlot) * nd + d];
        if (factor === 1) continue;
        const alongY = point.alongY[level * nd + d] === 1;
        if (alongY) usedY *= factor;
        else usedX *= factor;
        if (spread.axis[d] !== 0) continue;
        if (alongY) placesY++;
        else placesX++;
      }
      above(usedX, spread.x);
      above(usedY, spread.y);
      above(usedX * usedY, spread.most);
      if (freePlaces !== null) {
        above(placesX, Math.max(freePlaces.x, 0.5));
        above(placesY, Math.max(freePlaces.y, 0.5));
      }
      parallel *= usedX * usedY;
      for (let g = 0; g < sides.length; g++) {
        for (const axis of this.space.sides[g].axes) {
          if (axis.level === level) sides[g] = Math.max(sides[g], axis.y ? usedY : usedX);
        }
      }
    }
    if (parallel < rules.minParallel) excess += Math.log(rules.minParallel / parallel);
    return excess;
  }

  /** Smallest hardware that runs all mappings. */
  sizes(records: readonly LayerRecord[]): HardwareSizes {
    return {
      capacityWords: this.space.buffers.map((buffer, l) =>
        buffer === null ? null : records.reduce((most, record) => Math.max(most, record.neededWords[l]), 1),
      ),
      sides: this.space.sides.map((_, g) => records.reduce((most, record) => Math.max(most, record.sides[g]), 1)),
    };
  }

  /**
   * Cost of the network on its smallest hardware, or on hardware of given sizes; `records[replaced]` is taken as
   * `instead` where given.
   */
  cost(
    records: readonly LayerRecord[],
    into: NetworkCost,
    replaced = -1,
    instead?: LayerRecord,
    given?: HardwareSizes,
  ): NetworkCost {
    const { space, levels } = this;
    let energy = 0;
    let cycles = 0;
    const n = records.length;
    for (let l = 0; l < levels; l++) {
      const g = space.bandwidthSide[l];
      this.slower[l] =
        g < 0 ? 1 : space.sides[g].size / (given?.sides[g] ?? this.sideOf(records, g, replaced, instead));
    }
    const of = (i: number) => (i === replaced && instead !== undefined ? instead : records[i]);
    for (let l = 0; l < levels; l++) {
      if (space.buffers[l] === null) continue;
      let words = 1;
      if (given !== undefined) words = given.capacityWords[l] ?? 1;
      else for (let i = 0; i < n; i++) words = Math.max(words, of(i).neededWords[l]);
      this.price(l, words);
    }
    for (let i = 0; i < n; i++) {
      const record = of(i);
      if (record.excess > 0) {
        into.energyPj = into.cycles = into.value = Number.POSITIVE_INFINITY;
        return into;
      }
      const { count } = this.layers[i];
      energy += count * record.otherPj;
      let busy = record.operationCycles;
      for (let l = 0; l < levels; l++) {
        const own = record.busyCycles[l] * this.slower[l];
        if (own > busy) busy = Math.ceil(own - 1e-9 * own);
      }
      for (let l = 0; l < levels; l++) energy += count * this.leakPj[l] * record.leaking[l] * busy;
      cycles += count * record.latencyRatio * (busy + this.countPrices[i].latency);
    }
    for (let l = 0; l < levels; l++) {
      for (let i = 0; i < n; i++) energy += this.layers[i].count * this.accessPj(l, of(i));
    }
    into.energyPj = energy;
    into.cycles = cycles;
    into.value = objectiveValue(this.objective, energy, cycles);
    // Pictures show cycles as the model counts them.
    if (this.latency === null) this.tried.add(energy, cycles);
    return into;
  }

  /** Cost of one layer, its count included, on hardware of given sizes; `Infinity` where that cannot hold it. */
  layerValue(index: number, record: LayerRecord, sizes: HardwareSizes): number {
    if (record.excess > 0) return Number.POSITIVE_INFINITY;
    const { space, levels } = this;
    const { count } = this.layers[index];
    let energy = record.otherPj;
    let busy = record.operationCycles;
    for (let l = 0; l < levels; l++) {
      const words = sizes.capacityWords[l] ?? 1;
      if (space.buffers[l] !== null) {
        if (record.neededWords[l] > words) return Number.POSITIVE_INFINITY;
        this.price(l, words);
      }
      energy += this.accessPj(l, record);
      const g = space.bandwidthSide[l];
      const own = g < 0 ? record.busyCycles[l] : (record.busyCycles[l] * space.sides[g].size) / sizes.sides[g];
      if (own > busy) busy = Math.ceil(own - 1e-9 * own);
    }
    for (let g = 0; g < sizes.sides.length; g++) if (record.sides[g] > sizes.sides[g]) return Number.POSITIVE_INFINITY;
    for (let l = 0; l < levels; l++) energy += this.leakPj[l] * record.leaking[l] * busy;
    const cycles = record.latencyRatio * (busy + this.countPrices[index].latency);
    return objectiveValue(this.objective, count * energy, count * cycles);
  }

  /** Prices a free buffer of so many words an instance. */
  private price(level: number, words: number): void {
    const buffer = this.space.buffers[level]!;
    this.readPj[level] = lawValue(buffer.read, words);
    this.fillPj[level] = lawValue(buffer.fill, words);
    this.updatePj[level] = lawValue(buffer.update, words);
    this.leakPj[level] = lawValue(buffer.leak, words);
  }

  private accessPj(level: number, { reads, fills, updates }: LayerRecord): number {
    return (
      reads[level] * this.readPj[level] + fills[level] * this.fillPj[level] + updates[level] * this.updatePj[level]
    );
  }

  private sideOf(records: readonly LayerRecord[], g: number, replaced: number, instead?: LayerRecord): number {
    let most = 1;
    for (let i = 0; i < records.length; i++) {
      const record = i === replaced && instead !== undefined ? instead : records[i];
      most = Math.max(most, record.sides[g]);
    }
    return most;
  }
}

/** Sets a relaxed layer to a mapping of the mapspace. */
export function loadPoint(layer: RelaxedLayer, point: MapspacePoint): void {
  layer.factors.set(point.factors);
  layer.orders.set(point.orders);
  for (let l = 0; l < layer.levels; l++) {
    for (let v = 0; v < layer.spaces; v++) layer.keep[l * layer.spaces + v] = (point.keep[l] >> v) & 1;
  }
}
