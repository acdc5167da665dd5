import { type Projection, projectionOf } from "../exact/projection.ts";
import type { Workload } from "../types.ts";
import type { LevelPrices } from "./prices.ts";
import { SharingFactor } from "./sharing.ts";
import { spatialSlot, temporalSlot } from "./space.ts";
import { type RelaxedNest, TransferWords } from "./transfer.ts";

export interface RelaxedOptions {
  /** Whole blocks per access and whole cycles per level, as the reference model counts; their gradient is that without. */
  whole: boolean;
  /** Exponent p of the smooth maximum `(Σ xᵖ)^(1/p)` over what limits the speed; `Infinity` is the maximum itself. */
  sharpness: number;
  /** Outputs are not read before their first write. */
  elision: boolean;
}

/**
 * One layer for real tiling factors: energy and cycles under `exact` counting with their gradients by the logarithms
 * of the factors. Equal to the reference model at whole factors whose products are the bounds (docs/gradient.md).
 * Loops are perfect; energy of networks is left to the reference model.
 */
export class RelaxedLayer implements RelaxedNest {
  readonly workload: Workload;
  readonly levels: number;
  readonly dimensions: number;
  readonly spaces: number;
  readonly factors: Float64Array;
  readonly active: Uint8Array;
  readonly orders: Uint8Array;
  readonly extents: Float64Array;
  /** `keep[level · spaces + space]`. */
  readonly keep: Uint8Array;

  energyPj = 0;
  cycles = 0;
  /** Cycles if no level is a bottleneck. */
  operationCycles = 1;
  /** Words all kept tiles take, by level. */
  readonly heldWords: Float64Array;
  /** Vector accesses over all instances, by level. */
  readonly reads: Float64Array;
  readonly fills: Float64Array;
  readonly updates: Float64Array;
  /** Instances × cycles that leak, by level. */
  readonly leaks: Float64Array;
  /** Cycles each level would need, and the share of `cycles` it decides (d cycles / d its cycles). */
  readonly levelCycles: Float64Array;
  readonly levelShare: Float64Array;
  readonly energyGradient: Float64Array;
  readonly cyclesGradient: Float64Array;
  private readonly projections: readonly Projection[];
  private readonly transfers: readonly TransferWords[][];
  private readonly sharing: readonly SharingFactor[];
  private readonly outside: Float64Array;
  private readonly readWords: Float64Array;
  private readonly writeWords: Float64Array;
  private readonly readGradient: Float64Array[];
  private readonly writeGradient: Float64Array[];
  private readonly sent: Float64Array;
  private readonly owned: Float64Array;
  private readonly slots: number;

  constructor(workload: Workload, levels: number) {
    const nd = workload.dimensions.length;
    const nv = workload.dataSpaces.length;
    this.workload = workload;
    this.levels = levels;
    this.dimensions = nd;
    this.spaces = nv;
    this.slots = 2 * levels * nd;
    this.factors = new Float64Array(this.slots).fill(1);
    this.active = new Uint8Array(this.slots);
    for (let i = 0; i < this.slots; i++) this.active[i] = workload.dimensions[i % nd].bound > 1 ? 1 : 0;
    this.orders = new Uint8Array(levels * nd);
    for (let i = 0; i < levels * nd; i++) this.orders[i] = i % nd;
    this.extents = new Float64Array((levels + 1) * nd);
    this.keep = new Uint8Array(levels * nv).fill(1);
    const perLevel = () => new Float64Array(levels);
    this.heldWords = perLevel();
    this.reads = perLevel();
    this.fills = perLevel();
    this.updates = perLevel();
    this.leaks = perLevel();
    this.levelCycles = perLevel();
    this.levelShare = perLevel();
    this.readWords = perLevel();
    this.writeWords = perLevel();
    this.outside = new Float64Array(levels + 1);
    const bySlot = () => new Float64Array(this.slots);
    this.energyGradient = bySlot();
    this.cyclesGradient = bySlot();
    this.readGradient = Array.from({ length: levels }, bySlot);
    this.writeGradient = Array.from({ length: levels }, bySlot);
    this.sent = bySlot();
    this.owned = bySlot();
    this.projections = workload.dataSpaces.map((space) => projectionOf(workload, space));
    // Two of each: what a level sends inwards and what it takes in are needed at once.
    this.transfers = this.projections.map((p) => [new TransferWords(p, levels, nd), new TransferWords(p, levels, nd)]);
    this.sharing = this.projections.map((p) => new SharingFactor(p, levels, nd));
  }

  /** Extents, instances and held words from `factors`; what sizes the hardware. */
  measure(): void {
    const { levels, dimensions: nd, factors, extents, outside } = this;
    for (let d = 0; d < nd; d++) extents[d] = 1;
    for (let l = 0; l < levels; l++) {
      const s = 2 * l * nd;
      for (let d = 0; d < nd; d++) {
        extents[(l + 1) * nd + d] = extents[l * nd + d] * factors[s + d] * factors[s + nd + d];
      }
    }
    outside[levels] = 1;
    for (let l = levels - 1; l >= 0; l--) {
      outside[l] = outside[l + 1];
      for (let d = 0; d < nd; d++) outside[l] *= factors[(2 * l + spatialSlot) * nd + d];
    }
    this.heldWords.fill(0);
    for (let l = 0; l < levels; l++) {
      for (let v = 0; v < this.spaces; v++)
        if (this.keep[l * this.spaces + v] === 1) this.heldWords[l] += this.tile(l, v);
    }
  }

  /** Instances of a level in use (−1: of the arithmetic). */
  instances(level: number): number {
    return this.outside[level + 1];
  }

  private tile(l: number, v: number): number {
    const at = (l + 1) * this.dimensions;
    let words = 1;
    for (const rank of this.projections[v].ranks) {
      let extent = 1;
      for (let i = 0; i < rank.dimensions.length; i++) {
        extent += rank.coefficients[i] * (this.extents[at + rank.dimensions[i]] - 1);
      }
      words *= extent;
    }
    return words;
  }

  /** Adds `times` · d heldWords[l] / d log factor. */
  addHeldGradient(l: number, times: number, into: Float64Array): void {
    const { dimensions: nd, extents } = this;
    const at = (l + 1) * nd;
    for (let v = 0; v < this.spaces; v++) {
      if (this.keep[l * this.spaces + v] === 0) continue;
      const words = this.tile(l, v);
      for (const { dimensions, coefficients } of this.projections[v].ranks) {
        let extent = 1;
        for (let i = 0; i < dimensions.length; i++) extent += coefficients[i] * (extents[at + dimensions[i]] - 1);
        for (let i = 0; i < dimensions.length; i++) {
          const d = dimensions[i];
          const amount = (times * words * coefficients[i] * extents[at + d]) / extent;
          for (let slot = 0; slot < 2 * (l + 1); slot++) into[slot * nd + d] += amount;
        }
      }
    }
  }

  /** Adds `times` to every spatial slot outside level l (−1: all). */
  private addOutside(l: number, times: number, into: Float64Array): void {
    const nd = this.dimensions;
    for (let m = l + 1; m < this.levels; m++) for (let d = 0; d < nd; d++) into[2 * m * nd + d] += times;
  }

  /** Costs `factors`; call `measure` before. Gradients are filled where asked for. */
  cost(prices: LevelPrices, options: RelaxedOptions, gradients: boolean): void {
    const { levels, dimensions: nd } = this;
    this.operationCycles = 1;
    for (let l = 0; l < levels; l++) {
      for (let d = 0; d < nd; d++) this.operationCycles *= this.factors[(2 * l + temporalSlot) * nd + d];
    }
    for (const list of [this.reads, this.fills, this.updates, this.leaks, this.readWords, this.writeWords])
      list.fill(0);
    if (gradients) {
      this.energyGradient.fill(0);
      for (const list of this.readGradient) list.fill(0);
      for (const list of this.writeGradient) list.fill(0);
    }
    this.energyPj = prices.macs;
    for (let v = 0; v < this.spaces; v++) this.space(v, prices, options, gradients);
    this.pace(prices, options, gradients);
    this.leakage(prices, gradients);
    this.cycles += prices.latency;
  }

  private space(v: number, prices: LevelPrices, options: RelaxedOptions, gradients: boolean): void {
    const { levels, spaces, keep } = this;
    const { readWrite } = this.projections[v];
    const sharing = this.sharing[v];
    let kept = 0;
    while (kept < levels && keep[kept * spaces + v] === 0) kept++;
    let down = this.transfers[v][0];
    let up = this.transfers[v][1];
    let child = -1;
    down.compute(this, child, gradients);
    while (kept < levels) {
      let next = kept + 1;
      while (next < levels && keep[next * spaces + v] === 0) next++;
      const outermost = next >= levels;
      sharing.compute(this, child, kept, gradients);
      // Words of one instance: sent inwards, taken in, owned.
      const out = down.words * sharing.value;
      if (gradients) {
        for (let i = 0; i < this.slots; i++) {
          this.sent[i] = down.gradient[i] * sharing.value + down.words * sharing.gradient[i];
        }
      }
      if (!outermost) up.compute(this, kept, gradients);
      const into = outermost ? 0 : up.words;
      if (!readWrite) {
        this.charge(kept, v, 0, out, this.sent, null, prices, options, gradients);
        if (!outermost) this.charge(kept, v, 1, into, up.gradient, null, prices, options, gradients);
      } else {
        const own = options.elision ? this.ownWords(v, kept, gradients) : 0;
        const known = options.elision ? this.owned : null;
        this.charge(kept, v, 2, out, this.sent, null, prices, options, gradients);
        if (out > own) this.charge(kept, v, 0, out - own, this.sent, known, prices, options, gradients);
        if (into > own) this.charge(kept, v, 1, into - own, up.gradient, known, prices, options, gradients);
      }
      child = kept;
      kept = next;
      const swap = down;
      down = up;
      up = swap;
    }
  }

  /** Output words one instance ever owns; their gradient goes to `owned`. */
  private ownWords(v: number, l: number, gradients: boolean): number {
    const { dimensions: nd, levels } = this;
    if (gradients) this.owned.fill(0);
    let words = 1;
    for (const { dimensions, coefficients } of this.projections[v].ranks) {
      let extent = 1;
      for (let i = 0; i < dimensions.length; i++) extent += coefficients[i] * (this.share(dimensions[i], l) - 1);
      words *= extent;
    }
    if (!gradients) return words;
    for (const { dimensions, coefficients } of this.projections[v].ranks) {
      let extent = 1;
      for (let i = 0; i < dimensions.length; i++) extent += coefficients[i] * (this.share(dimensions[i], l) - 1);
      for (let i = 0; i < dimensions.length; i++) {
        const d = dimensions[i];
        const slope = (words * coefficients[i] * this.share(d, l)) / extent;
        for (let slot = 0; slot <= 2 * l + 1; slot++) this.owned[slot * nd + d] += slope;
        for (let m = l + 1; m < levels; m++) this.owned[(2 * m + temporalSlot) * nd + d] += slope;
      }
    }
    return words;
  }

  /** Indices of d one instance of level l covers over the run. */
  private share(d: number, l: number): number {
    const nd = this.dimensions;
    let indices = this.extents[(l + 1) * nd + d];
    for (let m = l + 1; m < this.levels; m++) indices *= this.factors[(2 * m + temporalSlot) * nd + d];
    return indices;
  }

  /** Accounts words of one instance; kind 0 read, 1 fill, 2 update. The gradient is `plus` − `minus`. */
  private charge(
    l: number,
    v: number,
    kind: number,
    words: number,
    plus: Float64Array,
    minus: Float64Array | null,
    prices: LevelPrices,
    options: RelaxedOptions,
    gradients: boolean,
  ): void {
    const n = this.outside[l + 1];
    const clusters = prices.clusters[l];
    const used = Math.min(n, clusters);
    const blocks = words / prices.block[l];
    const accesses = used * (options.whole ? Math.ceil(blocks - 1e-9 * blocks) : blocks);
    const table = kind === 0 ? this.reads : kind === 1 ? this.fills : this.updates;
    table[l] += accesses;
    const price = kind === 0 ? prices.read[l] : kind === 1 ? prices.fill[l] : prices.update[l];
    // Addresses: of outputs for updates and fills, of the others for reads and fills.
    const addresses = kind === 1 || (kind === 2) === this.projections[v].readWrite ? prices.address[l] : 0;
    this.energyPj += accesses * price + used * words * addresses;
    const scale = prices.scale[l * this.spaces + v];
    if (kind === 0) this.readWords[l] += words * scale;
    else this.writeWords[l] += words * scale;
    if (!gradients) return;
    const each = used * (price / prices.block[l] + addresses);
    const paced = kind === 0 ? this.readGradient[l] : this.writeGradient[l];
    const energy = this.energyGradient;
    for (let i = 0; i < this.slots; i++) {
      const slope = minus === null ? plus[i] : plus[i] - minus[i];
      energy[i] += each * slope;
      paced[i] += scale * slope;
    }
    if (n <= clusters) this.addOutside(l, each * words, energy);
  }

  private pace(prices: LevelPrices, options: RelaxedOptions, gradients: boolean): void {
    const { levels } = this;
    const compute = this.operationCycles;
    const round = (x: number) => (options.whole ? Math.ceil(x - 1e-9 * x) : x);
    let most = compute;
    for (let l = 0; l < levels; l++) {
      const read = this.readWords[l] / prices.readBandwidth[l];
      const write = this.writeWords[l] / prices.writeBandwidth[l];
      const both = (this.readWords[l] + this.writeWords[l]) / prices.sharedBandwidth[l];
      this.levelCycles[l] = Math.max(read, write, both);
      most = Math.max(most, this.levelCycles[l]);
    }
    const p = options.sharpness;
    let sum = 0;
    if (p === Number.POSITIVE_INFINITY) this.cycles = most === compute ? compute : round(most);
    else {
      sum = (compute / most) ** p;
      for (let l = 0; l < levels; l++) sum += (this.levelCycles[l] / most) ** p;
      this.cycles = most * sum ** (1 / p);
    }
    let decided = false;
    const share = (cycles: number) => {
      if (p !== Number.POSITIVE_INFINITY) return cycles <= 0 ? 0 : (cycles / this.cycles) ** (p - 1);
      // Among equals the first decides: compute, then levels inner to outer.
      if (decided || cycles < most) return 0;
      decided = true;
      return 1;
    };
    const ofCompute = share(compute);
    for (let l = 0; l < levels; l++) this.levelShare[l] = share(this.levelCycles[l]);
    if (!gradients) return;
    const gradient = this.cyclesGradient;
    gradient.fill(0);
    const nd = this.dimensions;
    for (let l = 0; l < levels; l++) {
      for (let d = 0; d < nd; d++) gradient[(2 * l + temporalSlot) * nd + d] += ofCompute * compute;
      const weight = this.levelShare[l];
      if (weight === 0) continue;
      const reads = this.readWords[l];
      const writes = this.writeWords[l];
      let byRead = 0;
      let byWrite = 0;
      if ((reads + writes) / prices.sharedBandwidth[l] === this.levelCycles[l]) {
        byRead = weight / prices.sharedBandwidth[l];
        byWrite = byRead;
      } else if (reads / prices.readBandwidth[l] === this.levelCycles[l]) byRead = weight / prices.readBandwidth[l];
      else byWrite = weight / prices.writeBandwidth[l];
      const ofReads = this.readGradient[l];
      const ofWrites = this.writeGradient[l];
      for (let i = 0; i < this.slots; i++) gradient[i] += byRead * ofReads[i] + byWrite * ofWrites[i];
    }
  }

  private leakage(prices: LevelPrices, gradients: boolean): void {
    for (let l = 0; l < this.levels; l++) {
      if (prices.leak[l] === 0) continue;
      const gate = prices.gate[l];
      const n = Math.max(1, this.outside[gate + 1]) * prices.gateRatio[l];
      this.leaks[l] = n * this.cycles;
      this.energyPj += prices.leak[l] * this.leaks[l];
      if (!gradients) continue;
      for (let i = 0; i < this.slots; i++) this.energyGradient[i] += prices.leak[l] * n * this.cyclesGradient[i];
      if (this.outside[gate + 1] > 1) this.addOutside(gate, prices.leak[l] * this.leaks[l], this.energyGradient);
    }
  }
}
