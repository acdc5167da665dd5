import type { Mapspace } from "../mapspace/mapspace.ts";
import type { MapspacePoint } from "../mapspace/point.ts";
import type { StorageLevel } from "../model/types.ts";

/**
 * What no order of a point's loops can stay below. Every operation takes its operands from the innermost levels that keep
 * them, shared at most by the units that need the same ones. Between two levels that keep a data space every word passes
 * once, and again for each pass of what goes on outside a level where loops always move its tiles: only loops of one
 * level can be ordered so that a tile stays.
 */
export class PointFloor {
  energyPj = 0;
  cycles = 0;
  private readonly macs: number;
  private readonly computePj: number;
  private readonly bounds: readonly number[];
  /** Dimensions that run. */
  private readonly running: readonly number[];
  private readonly spaces: readonly Space[];
  /** By level and data space: energy of an operand. */
  private readonly operandPj: Float64Array;
  // By level and dimension, over the slots up to and including the level's: all factors, and spatial ones.
  private readonly inside: Float64Array;
  private readonly spread: Float64Array;
  /** By dimension: no factor has a remainder. */
  private readonly even: Uint8Array;

  constructor({ architecture, workload, rules }: Mapspace) {
    const { storage, compute } = architecture;
    const { dimensions, dataSpaces } = workload;
    this.bounds = dimensions.map(({ bound }) => bound);
    this.macs = this.bounds.reduce((product, bound) => product * bound, 1);
    this.computePj = this.macs * compute.energyPj;
    this.running = dimensions.flatMap((_, d) => (rules.bounds[d].some((bound) => bound > 1) ? [d] : []));
    this.spaces = dataSpaces.map(({ ranks: all, readWrite }) => {
      const ranks = all.map((rank) => rank.map((t) => t.dimension).filter((d) => this.running.includes(d)));
      const words = ranks.reduce((product, rank) => product * Math.max(1, ...rank.map((d) => this.bounds[d])), 1);
      return {
        irrelevant: this.running.filter((d) => !ranks.some((rank) => rank.includes(d))),
        alone: this.running.filter((d) => {
          const own = ranks.filter((rank) => rank.includes(d));
          return own.length > 0 && own.every((rank) => rank.length === 1);
        }),
        windows: ranks.filter((rank) => rank.length > 1),
        sentPj: Float64Array.from(storage, (level) => words * wordPj(level, readWrite)),
        againPj: Float64Array.from(storage, (level) => (readWrite ? words * wordPj(level, false) : 0)),
        filledPj: Float64Array.from(storage, (level) => (readWrite ? 0 : words * perWord(level, level.fillEnergyPj))),
      };
    });
    this.operandPj = Float64Array.from(
      storage.flatMap((level) => dataSpaces.map(({ readWrite }) => this.macs * wordPj(level, readWrite))),
    );
    this.inside = new Float64Array(storage.length * dimensions.length);
    this.spread = new Float64Array(storage.length * dimensions.length);
    this.even = new Uint8Array(dimensions.length);
  }

  /** Sets `energyPj` and `cycles`. */
  count(point: MapspacePoint): void {
    const { spaces, operandPj } = this;
    const { keep } = point;
    this.read(point);
    let energyPj = this.computePj;
    for (let v = 0; v < spaces.length; v++) {
      const space = spaces[v];
      let child = 0;
      while (((keep[child] >> v) & 1) === 0) child++;
      energyPj += operandPj[child * spaces.length + v] / this.mostSharing(space, child);
      // The innermost level outside the child whose loops always move the tile.
      let moving = -1;
      for (let l = child + 1; l < keep.length; l++) {
        if (moving < 0 && this.moves(point, space, child, l)) moving = l;
        if (((keep[l] >> v) & 1) === 0) continue;
        const passes = moving < 0 ? 1 : this.passes(space, moving);
        energyPj += passes * (space.sentPj[l] + space.filledPj[child]) + (passes - 1) * space.againPj[l];
        child = l;
        moving = -1;
      }
    }
    // Sums in another order may differ in their last digits.
    this.energyPj = energyPj * (1 - 1e-9);
  }

  /** Products of the factors, and the compute cycles. */
  private read({ factors, residuals, keep }: MapspacePoint): void {
    const { running, inside, spread, even, bounds } = this;
    const nd = bounds.length;
    const slots = 2 * keep.length;
    let cycles = 1;
    for (let k = 0; k < running.length; k++) {
      const d = running[k];
      let all = 1;
      let units = 1;
      let whole = 1;
      for (let slot = 0, at = d; slot < slots; at += nd) {
        const factor = factors[at];
        if (residuals[at] !== factor) whole = 0;
        all *= factor;
        if ((slot & 1) === 0) units *= factor;
        else {
          inside[(slot >> 1) * nd + d] = all;
          spread[(slot >> 1) * nd + d] = units;
        }
        slot++;
      }
      even[d] = whole;
      cycles *= whole === 1 ? all / units : steps(factors, residuals, d, nd, slots);
    }
    this.cycles = cycles;
  }

  /** Have temporal loops of level `l` two iterations or more in every pass, so that no tile meets itself again? */
  private moves({ factors, residuals }: MapspacePoint, { alone }: Space, child: number, l: number): boolean {
    const nd = this.bounds.length;
    for (let k = 0; k < alone.length; k++) {
      const d = alone[k];
      const at = (2 * l + 1) * nd + d;
      if (factors[at] < 2) continue;
      const last = residuals[at];
      if (this.even[d] === 1 || last > 2) return true;
      // Spread inside the loop, some children may stop one iteration earlier.
      if (last === 2 && this.spread[l * nd + d] === this.spread[child * nd + d]) return true;
    }
    return false;
  }

  /** Steps of the loops outside level `l` that the data space does not depend on. */
  private passes({ irrelevant }: Space, l: number): number {
    const { inside, spread, bounds } = this;
    const nd = bounds.length;
    const top = inside.length - nd;
    let passes = 1;
    for (let k = 0; k < irrelevant.length; k++) {
      const d = irrelevant[k];
      const left = Math.ceil(bounds[d] / inside[l * nd + d]);
      if (left > 1) passes *= Math.ceil((left * spread[l * nd + d]) / spread[top + d]);
    }
    return passes;
  }

  /** Most units inside a level that may need one word at once. */
  private mostSharing({ irrelevant, windows }: Space, level: number): number {
    const at = level * this.bounds.length;
    const { spread } = this;
    let most = 1;
    for (let k = 0; k < irrelevant.length; k++) most *= spread[at + irrelevant[k]];
    for (let w = 0; w < windows.length; w++) {
      let all = 1;
      let widest = 1;
      for (let k = 0; k < windows[w].length; k++) {
        const own = spread[at + windows[w][k]];
        all *= own;
        if (own > widest) widest = own;
      }
      most *= all / widest;
    }
    return most;
  }
}

interface Space {
  irrelevant: readonly number[];
  /** Dimensions that share no rank: tiles apart along them have no word in common. */
  alone: readonly number[];
  /** Dimensions of every rank that has several. */
  windows: readonly (readonly number[])[];
  // By level, for all words: sent inwards (or received as partial sums), partial sums read back, arriving from outside.
  sentPj: Float64Array;
  againPj: Float64Array;
  filledPj: Float64Array;
}

/** Steps in time of one dimension: index vectors below the last one, and the last one. */
function steps(factors: Int32Array, residuals: Int32Array, d: number, nd: number, slots: number): number {
  let below = 0;
  let reached = 1;
  for (let slot = slots - 1; slot >= 0; slot--) {
    const at = slot * nd + d;
    const last = residuals[at] - 1;
    if ((slot & 1) === 1) below = below * factors[at] + reached * last;
    else if (last > 0) {
      below += reached;
      reached = 0;
    }
  }
  return below + reached;
}

/** Least energy of a word read from a level, or put to it as a partial sum. */
function wordPj(level: StorageLevel, readWrite: boolean): number {
  return perWord(level, readWrite ? level.updateEnergyPj : level.readEnergyPj);
}

function perWord({ blockSize, clusterSize }: StorageLevel, energyPj: number): number {
  return energyPj / (blockSize * clusterSize);
}
