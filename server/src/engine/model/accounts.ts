import { actingInstances } from "./exact/instances.ts";
import { type Nest, temporal } from "./exact/nest.ts";
import type { Architecture } from "./types.ts";
import { effectiveWords } from "./validity.ts";

/** Numbers per storage level in `LevelAccounts.level`. */
const perLevel = 12;
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
const gate = 10;
const gateRatio = 11;

/** What the storage levels spend on one mapping: energy of accesses and leakage, cycles for their words. */
export class LevelAccounts {
  /** Energy charged so far, pJ. */
  energyPj = 0;
  /** No access costs less than nothing: the energy charged so far only grows. */
  readonly growing: boolean;
  /** Some level has a bandwidth. */
  readonly paced: boolean;
  private readonly level: Float64Array;
  private readonly scale: Float64Array;
  private readonly levels: number;
  private readonly spaces: number;
  // Per level, filled per mapping.
  private readonly instances: Float64Array;
  private readonly pacing: Float64Array;

  constructor({ storage }: Architecture, spaces: number) {
    this.levels = storage.length;
    this.spaces = spaces;
    this.level = new Float64Array(storage.length * perLevel);
    this.scale = new Float64Array(storage.length * spaces);
    storage.forEach((own, l) => {
      const gating = storage.findIndex((other) => other.name === own.powerGatedAt);
      const sharing = gating < 0 ? 1 : own.instances / Math.max(1, storage[gating].instances);
      this.level.set(
        [
          own.readEnergyPj,
          own.fillEnergyPj,
          own.updateEnergyPj,
          own.blockSize,
          own.instances / own.clusterSize,
          own.leakEnergyPj,
          Math.max(0, own.addressGenerationEnergyPj),
          own.readBandwidth ?? Number.POSITIVE_INFINITY,
          own.writeBandwidth ?? Number.POSITIVE_INFINITY,
          own.sharedBandwidth ?? Number.POSITIVE_INFINITY,
          sharing > 1 ? gating : l,
          Math.max(sharing, 1),
        ],
        l * perLevel,
      );
      for (let v = 0; v < spaces; v++) this.scale[l * spaces + v] = own.bandwidthScale[v] ?? 1;
    });
    this.growing = this.level.every((number) => number >= 0);
    this.paced = storage.some((own) => (own.readBandwidth ?? own.writeBandwidth ?? own.sharedBandwidth) !== null);
    this.instances = new Float64Array(storage.length);
    this.pacing = new Float64Array(storage.length * spaces * 2);
  }

  /** Begins another mapping with energy spent elsewhere. */
  begin(nest: Nest, energyPj: number): void {
    this.energyPj = energyPj;
    this.pacing.fill(0);
    const { instances } = this;
    if (!nest.even) {
      for (let l = 0; l < this.levels; l++) instances[l] = actingInstances(nest, l);
      return;
    }
    let product = 1;
    let i = 0;
    for (let l = this.levels - 1; l >= 0; l--) {
      for (const end = nest.before(l); i < end; i++) if (nest.axis[i] !== temporal) product *= nest.factor[i];
      instances[l] = product;
    }
  }

  /** `n · ceil(words / (n · block))` vector accesses of each kind, and the addresses made for them. */
  charge(l: number, reads: number, fills: number, updates: number, addresses: number): void {
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

  /** Words the first instance of a level reads and writes of one data space. */
  pace(l: number, v: number, reads: number, writes: number): void {
    const at = 2 * (l * this.spaces + v);
    this.pacing[at] = reads;
    this.pacing[at + 1] = writes;
  }

  /** Cycles of the slowest level, `compute` at least. */
  busy(compute: number): number {
    let busy = compute;
    if (!this.paced) return busy;
    for (let l = 0; l < this.levels; l++) busy = Math.max(busy, this.levelCycles(l, compute));
    return busy;
  }

  leak(cycles: number): void {
    const { level, instances } = this;
    for (let l = 0; l < this.levels; l++) {
      const at = l * perLevel;
      const leak = level[at + leakEnergy];
      if (leak !== 0) this.energyPj += leak * cycles * level[at + gateRatio] * Math.max(1, instances[level[at + gate]]);
    }
  }

  private levelCycles(l: number, compute: number): number {
    const { level, pacing, scale, spaces } = this;
    const at = l * perLevel;
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
}

/** Which tiles levels hold: words that tiles may fill at a time, and the least they must. */
export function capacities({ storage }: Architecture): { most: number; least: number }[] {
  return storage.map((level) => ({
    most: effectiveWords(level) ?? Number.POSITIVE_INFINITY,
    least: (effectiveWords(level) ?? 0) * level.minUtilization,
  }));
}
