import type { Mapspace } from "../mapspace/mapspace.ts";
import type { MapspacePoint } from "../mapspace/point.ts";
import type { StorageLevel } from "../model/types.ts";

/**
 * What no order of a point's loops can stay below: every operation takes its operands from the innermost levels that
 * keep them, shared at most by the units that need the same ones, and every word passes the outermost level once.
 */
export class PointFloor {
  energyPj = 0;
  cycles = 0;
  private readonly macs: number;
  private readonly computePj: number;
  /** Levels with a fan-out. */
  private readonly spreads: readonly number[];
  private readonly sharing: readonly Sharing[];
  /** By level and data space: energy of an operand, and of passing all words once. */
  private readonly operandPj: Float64Array;
  private readonly passingPj: Float64Array;
  private readonly children: Float64Array;

  constructor({ architecture, workload, rules }: Mapspace) {
    const { storage, compute } = architecture;
    const { dimensions, dataSpaces } = workload;
    this.macs = dimensions.reduce((product, { bound }) => product * bound, 1);
    this.computePj = this.macs * compute.energyPj;
    this.spreads = rules.spreads.map(({ level }) => level);
    this.sharing = dataSpaces.map(({ ranks }) => ({
      irrelevant: dimensions.flatMap((_, d) => (ranks.some((r) => r.some((t) => t.dimension === d)) ? [] : [d])),
      windows: ranks.filter((rank) => rank.length > 1).map((rank) => rank.map((term) => term.dimension)),
    }));
    const words = dataSpaces.map(({ ranks }) =>
      ranks.reduce((product, rank) => product * Math.max(1, ...rank.map((t) => dimensions[t.dimension].bound)), 1),
    );
    const pj = storage.flatMap((level) => dataSpaces.map(({ readWrite }) => wordPj(level, readWrite)));
    this.operandPj = Float64Array.from(pj, (each) => each * this.macs);
    this.passingPj = Float64Array.from(pj, (each, i) => each * words[i % dataSpaces.length]);
    this.children = new Float64Array(dimensions.length);
  }

  /** Sets `energyPj` and `cycles`. */
  count({ factors, keep }: MapspacePoint): void {
    const { children, sharing, spreads } = this;
    const nd = children.length;
    let units = 1;
    for (let s = 0; s < spreads.length; s++) {
      const at = 2 * spreads[s] * nd;
      for (let d = 0; d < nd; d++) units *= factors[at + d];
    }
    let energyPj = this.computePj;
    for (let v = 0; v < sharing.length; v++) {
      let inner = 0;
      while (((keep[inner] >> v) & 1) === 0) inner++;
      let outer = keep.length - 1;
      while (((keep[outer] >> v) & 1) === 0) outer--;
      children.fill(1);
      for (let s = 0; s < spreads.length; s++) {
        if (spreads[s] > inner) continue;
        const at = 2 * spreads[s] * nd;
        for (let d = 0; d < nd; d++) children[d] *= factors[at + d];
      }
      energyPj += this.operandPj[inner * sharing.length + v] / mostSharing(sharing[v], children);
      if (outer > inner) energyPj += this.passingPj[outer * sharing.length + v];
    }
    // Sums in another order may differ in their last digits.
    this.energyPj = energyPj * (1 - 1e-9);
    this.cycles = Math.ceil(this.macs / units);
  }
}

interface Sharing {
  irrelevant: readonly number[];
  /** Dimensions of every rank that has several. */
  windows: readonly (readonly number[])[];
}

/** Most units that may need one word at once. */
function mostSharing({ irrelevant, windows }: Sharing, children: Float64Array): number {
  let most = 1;
  for (let k = 0; k < irrelevant.length; k++) most *= children[irrelevant[k]];
  for (let w = 0; w < windows.length; w++) {
    let all = 1;
    let widest = 1;
    for (let k = 0; k < windows[w].length; k++) {
      const own = children[windows[w][k]];
      all *= own;
      if (own > widest) widest = own;
    }
    most *= all / widest;
  }
  return most;
}

/** Least energy of a word read from a level, or put to it as a partial sum. */
function wordPj(level: StorageLevel, readWrite: boolean): number {
  return (readWrite ? level.updateEnergyPj : level.readEnergyPj) / (level.blockSize * level.clusterSize);
}
