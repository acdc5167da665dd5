import type { Mapspace } from "../mapspace/mapspace.ts";
import type { MapspacePoint } from "../mapspace/point.ts";
import type { StorageLevel } from "../model/types.ts";

/**
 * What no order of a point's loops can stay below, and what its own orders cannot. Every operation takes its operands from the innermost levels that keep
 * them, shared at most by the units that need the same ones. Between two levels that keep a data space every word passes
 * once, and again for each pass of what goes on outside a level where loops always move its tiles: only loops of one
 * level can be ordered so that a tile stays. In the order they have, it does for those inside the loop that moves it.
 */
export class PointFloor {
  energyPj = 0;
  cycles = 0;
  private readonly macs: number;
  private readonly computePj: number;
  private readonly bounds: readonly number[];
  /** Dimensions that run. */
  private readonly running: readonly number[];
  /** By level: may dimensions be spread there? */
  private readonly spreads: Uint8Array;
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
    this.spreads = Uint8Array.from(storage, (_, l) => (rules.spreads.some(({ level }) => level === l) ? 1 : 0));
    this.spaces = dataSpaces.map(({ ranks: all, readWrite }) => {
      const ranks = all.map((rank) => rank.map((t) => t.dimension).filter((d) => this.running.includes(d)));
      const words = ranks.reduce((product, rank) => product * Math.max(1, ...rank.map((d) => this.bounds[d])), 1);
      const irrelevant = this.running.filter((d) => !ranks.some((rank) => rank.includes(d)));
      const alone = this.running.filter((d) => {
        const own = ranks.filter((rank) => rank.includes(d));
        return own.length > 0 && own.every((rank) => rank.length === 1);
      });
      return {
        irrelevant,
        isIrrelevant: Uint8Array.from(dimensions, (_, d) => (irrelevant.includes(d) ? 1 : 0)),
        alone,
        isAlone: Uint8Array.from(dimensions, (_, d) => (alone.includes(d) ? 1 : 0)),
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

  /** Sets `energyPj` and `cycles`, whatever the orders. */
  count(point: MapspacePoint): void {
    this.read(point);
    this.charge(point, false);
  }

  /** Sets `energyPj` to what the point's own orders cannot stay below; `count` comes first. */
  countOrdered(point: MapspacePoint): void {
    this.charge(point, true);
  }

  private charge(point: MapspacePoint, ordered: boolean): void {
    const { spaces, operandPj } = this;
    const { keep } = point;
    let energyPj = this.computePj;
    for (let v = 0; v < spaces.length; v++) {
      const space = spaces[v];
      let child = 0;
      while (((keep[child] >> v) & 1) === 0) child++;
      energyPj += operandPj[child * spaces.length + v] / this.mostSharing(space, child);
      // The innermost level outside the child whose loops always move the tile.
      let passes = 0;
      for (let l = child + 1; l < keep.length; l++) {
        if (passes === 0 && this.moves(point, space, child, l)) {
          passes = ordered ? this.passesInOrder(point, space, child, l) : this.passes(space, l);
        }
        if (((keep[l] >> v) & 1) === 0) continue;
        const times = Math.max(1, passes);
        energyPj += times * (space.sentPj[l] + space.filledPj[child]) + (times - 1) * space.againPj[l];
        child = l;
        passes = 0;
      }
    }
    // Sums in another order may differ in their last digits.
    this.energyPj = energyPj * (1 - 1e-9);
  }

  /** Products of the factors, and the compute cycles. */
  private read({ factors, residuals, keep }: MapspacePoint): void {
    const { running, spreads, inside, spread, even, bounds } = this;
    const nd = bounds.length;
    const levels = keep.length;
    let cycles = 1;
    for (let k = 0; k < running.length; k++) {
      const d = running[k];
      let all = 1;
      let units = 1;
      let whole = 1;
      // Steps of the loops so far: in an ordinary pass, and in the last one.
      let trips = 1;
      let steps = 1;
      for (let l = 0, at = d, into = d; l < levels; l++, at += 2 * nd, into += nd) {
        const parallel = spreads[l] === 1 ? factors[at] : 1;
        if (parallel !== 1) {
          all *= parallel;
          units *= parallel;
          const last = residuals[at];
          if (last !== parallel) whole = 0;
          if (last !== 1) steps = trips;
        }
        const factor = factors[at + nd];
        if (factor !== 1) {
          all *= factor;
          const last = residuals[at + nd];
          if (last !== factor) whole = 0;
          steps += trips * (last - 1);
          trips *= factor;
        }
        inside[into] = all;
        spread[into] = units;
      }
      even[d] = whole;
      cycles *= steps;
    }
    this.cycles = cycles;
  }

  /** Have temporal loops of level `l` two iterations or more in every pass, so that no tile meets itself again? */
  private moves(point: MapspacePoint, { alone }: Space, child: number, l: number): boolean {
    for (let k = 0; k < alone.length; k++) if (this.movesBy(point, alone[k], child, l)) return true;
    return false;
  }

  private movesBy({ factors, residuals }: MapspacePoint, d: number, child: number, l: number): boolean {
    const nd = this.bounds.length;
    const at = (2 * l + 1) * nd + d;
    if (factors[at] < 2) return false;
    const last = residuals[at];
    // Spread inside the loop, some children may stop one iteration earlier.
    return this.even[d] === 1 || last > 2 || (last === 2 && this.spread[l * nd + d] === this.spread[child * nd + d]);
  }

  /** Steps of the loops outside level `l` that the data space does not depend on. */
  private passes({ irrelevant }: Space, l: number): number {
    let passes = 1;
    for (let k = 0; k < irrelevant.length; k++) {
      const d = irrelevant[k];
      passes *= this.steps(d, l, this.inside[l * this.bounds.length + d]);
    }
    return passes;
  }

  /** The same outside the innermost loop of level `l` that always moves the tile. */
  private passesInOrder(point: MapspacePoint, space: Space, child: number, l: number): number {
    const { inside, bounds } = this;
    const nd = bounds.length;
    const { factors, orders } = point;
    let place = l * nd;
    while (space.isAlone[orders[place]] === 0 || !this.movesBy(point, orders[place], child, l)) place++;
    let passes = this.passes(space, l);
    for (const end = (l + 1) * nd; place < end; place++) {
      const d = orders[place];
      const factor = factors[(2 * l + 1) * nd + d];
      if (factor === 1 || space.isIrrelevant[d] === 0) continue;
      const within = inside[l * nd + d];
      passes *= this.steps(d, l, within / factor) / this.steps(d, l, within);
    }
    return passes;
  }

  /** Steps of a dimension's temporal loops from level `l` on outwards, where those inside make up `within` indices. */
  private steps(d: number, l: number, within: number): number {
    const { spread, bounds } = this;
    const nd = bounds.length;
    const left = Math.ceil(bounds[d] / within);
    return left > 1 ? Math.ceil((left * spread[l * nd + d]) / spread[spread.length - nd + d]) : 1;
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
  isIrrelevant: Uint8Array;
  /** Dimensions that share no rank: tiles apart along them have no word in common. */
  alone: readonly number[];
  isAlone: Uint8Array;
  /** Dimensions of every rank that has several. */
  windows: readonly (readonly number[])[];
  // By level, for all words: sent inwards (or received as partial sums), partial sums read back, arriving from outside.
  sentPj: Float64Array;
  againPj: Float64Array;
  filledPj: Float64Array;
}

/** Least energy of a word read from a level, or put to it as a partial sum. */
function wordPj(level: StorageLevel, readWrite: boolean): number {
  return perWord(level, readWrite ? level.updateEnergyPj : level.readEnergyPj);
}

function perWord({ blockSize, clusterSize }: StorageLevel, energyPj: number): number {
  return energyPj / (blockSize * clusterSize);
}
