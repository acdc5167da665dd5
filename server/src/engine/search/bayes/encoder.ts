import type { Mapspace } from "../../mapspace/mapspace.ts";
import type { MapspacePoint } from "../../mapspace/point.ts";
import { steps } from "../../mapspace/rules.ts";
import type { Prng } from "../../numeric/prng.ts";
import { largestScale, sharedFactors } from "./scale.ts";
import { TileRoom } from "./tiles.ts";
import { type Variable, variablesOf } from "./variables.ts";

/**
 * Turns every point of (0, 1]ⁿ (whole numbers for categories) into a mapping that the architecture holds: shares of
 * a tile get a common factor α from “capacity used = capacity” and are rounded down to factors that divide
 * (Dinh et al., Sample-Efficient Mapspace Optimization of DNN Accelerators with Bayesian Learning).
 */
export class MappingEncoder {
  readonly mapspace: Mapspace;
  readonly variables: readonly Variable[];
  private readonly room: TileRoom;
  private readonly picked: Int32Array;
  private readonly tile: Float64Array;
  private readonly trial: Float64Array;
  private readonly reach = new Map<string, boolean>();

  constructor(mapspace: Mapspace) {
    this.mapspace = mapspace;
    this.room = new TileRoom(mapspace);
    this.variables = variablesOf(mapspace, this.room);
    const nd = mapspace.workload.dimensions.length;
    this.picked = new Int32Array(nd);
    this.tile = new Float64Array(nd);
    this.trial = new Float64Array(nd);
  }

  draw(random: Prng, u: Float64Array): void {
    this.variables.forEach((variable, i) => {
      u[i] = drawVariable(variable, random);
    });
  }

  decode(u: Float64Array, point: MapspacePoint): void {
    this.decodeKeep(u, point);
    do {
      this.decodeSpread(u, point);
      this.decodeTiles(u, point);
    } while (this.dropOne(point));
    this.decodeOrders(u, point);
  }

  /** What a surrogate sees of a mapping: sizes in logarithms, what stands innermost, what is kept; all within 0 … 1. */
  features(point: MapspacePoint): Float64Array {
    return Float64Array.from(this.variables.flatMap((variable) => this.featuresOf(variable, point)));
  }

  private featuresOf(variable: Variable, point: MapspacePoint): number[] {
    const { rules, workload } = this.mapspace;
    const nd = workload.dimensions.length;
    const { level } = variable;
    const logarithm = (size: number, d: number) =>
      Math.min(1, Math.log(size) / Math.log(Math.max(2, workload.dimensions[d].bound)));
    switch (variable.kind) {
      case "spread":
        return [logarithm(point.factors[2 * level * nd + variable.dimension], variable.dimension)];
      case "tile": {
        let tile = 1;
        for (let s = 0; s <= 2 * level + 1; s++) tile *= point.factors[s * nd + variable.dimension];
        return [logarithm(tile, variable.dimension)];
      }
      case "score":
        return [this.rank(point, level, variable.dimension)];
      case "order": {
        const moving = rules.orders[level].free.filter((d) => workload.dimensions[d].bound > 1);
        return moving.map((d) => this.rank(point, level, d));
      }
      case "keep":
        return [(point.keep[level] >> variable.dataSpace) & 1];
    }
  }

  /** 1 for the innermost loop of a level that has iterations, ½ for the next, …; 0 for one without. */
  private rank(point: MapspacePoint, level: number, dimension: number): number {
    const nd = point.bounds.length;
    let place = 1;
    for (let k = 0; k < nd; k++) {
      const d = point.orders[level * nd + k];
      const moves = point.factors[(2 * level + 1) * nd + d] > 1;
      if (d === dimension) return moves ? 1 / place : 0;
      if (moves) place++;
    }
    return 0;
  }

  private decodeKeep(u: Float64Array, point: MapspacePoint): void {
    const { keep } = this.mapspace.rules;
    for (let level = 0; level < keep.length; level++) {
      point.keep[level] = keep[level].reduce((mask, kept, v) => (kept === true ? mask | (1 << v) : mask), 0);
    }
    this.variables.forEach((variable, i) => {
      if (variable.kind === "keep" && u[i] >= 1) point.keep[variable.level] |= 1 << variable.dataSpace;
    });
  }

  /** Where constraints force a tile that a level cannot hold: bypasses the first data space that need not be kept. */
  private dropOne(point: MapspacePoint): boolean {
    const { keep } = this.mapspace.rules;
    const nd = point.bounds.length;
    this.trial.fill(1);
    for (let level = 0; level < keep.length; level++) {
      for (let d = 0; d < nd; d++) {
        this.trial[d] *= point.factors[2 * level * nd + d] * point.factors[(2 * level + 1) * nd + d];
      }
      if (this.room.fits(level, point.keep[level], this.trial)) continue;
      const free = keep[level].findIndex((kept, v) => kept === null && ((point.keep[level] >> v) & 1) === 1);
      if (free < 0) continue;
      point.keep[level] &= ~(1 << free);
      return true;
    }
    return false;
  }

  private decodeSpread(u: Float64Array, point: MapspacePoint): void {
    const { mapspace, picked } = this;
    const { rules, profiles } = mapspace;
    const nd = picked.length;
    const targets = rules.spreads.map((rule, slot) => {
      const weights = new Array(nd).fill(1);
      this.variables.forEach((variable, i) => {
        if (variable.kind === "spread" && variable.slot === slot) weights[variable.dimension] = u[i];
      });
      const most = profiles.map((own) => Math.max(...own.map(({ factors }) => factors[slot])));
      return { weights, factors: sharedFactors(weights, most, rule.most) };
    });
    picked.fill(-1);
    mapspace.chooseSpread((d, choices) => {
      let best = -1;
      let least = Number.POSITIVE_INFINITY;
      for (const p of choices) {
        let distance = 0;
        profiles[d][p].factors.forEach((factor, slot) => {
          const excess = Math.log(factor / targets[slot].factors[d]);
          distance += excess > 1e-6 ? 3 * excess : -excess;
        });
        picked[d] = p;
        if (!this.spreadFits(point)) distance += 1e3 + profiles[d][p].factors.reduce((a, b) => a * b, 1);
        if (distance < least - 1e-9) [least, best] = [distance, p];
      }
      picked[d] = best;
      return best;
    }, picked);
    // What rounding left of the fan-outs goes to the dimensions by weight.
    const weight = (d: number) => Math.max(...targets.map(({ weights }) => weights[d]), 0);
    const order = Array.from(picked, (_, d) => d).sort((a, b) => weight(b) - weight(a) || a - b);
    const product = (d: number, p: number) => profiles[d][p].factors.reduce((a, b) => a * b, 1);
    for (const d of order) {
      let best = picked[d];
      for (let p = 0; p < profiles[d].length; p++) {
        if (product(d, p) <= product(d, best) || profiles[d][p].bound !== profiles[d][best].bound) continue;
        if (profiles[d][p].factors.some((factor, slot) => factor < profiles[d][best].factors[slot])) continue;
        const before = picked[d];
        picked[d] = p;
        if (mapspace.fits(picked) && this.spreadFits(point)) best = p;
        else picked[d] = before;
      }
      picked[d] = best;
    }
    for (let d = 0; d < nd; d++) mapspace.writeProfile(point, d, profiles[d][picked[d]]);
  }

  /** Do all levels hold the tiles that the spatial loops chosen so far make? */
  private spreadFits(point: MapspacePoint): boolean {
    const { rules, profiles } = this.mapspace;
    const { picked, trial } = this;
    trial.fill(1);
    let slot = 0;
    for (let level = 0; level < rules.keep.length; level++) {
      if (rules.spreads[slot]?.level === level) {
        for (let d = 0; d < picked.length; d++) if (picked[d] >= 0) trial[d] *= profiles[d][picked[d]].factors[slot];
        slot++;
      }
      if (!this.room.fits(level, point.keep[level], trial)) return false;
    }
    return true;
  }

  private decodeTiles(u: Float64Array, point: MapspacePoint): void {
    const { rules, profiles } = this.mapspace;
    const { picked, tile } = this;
    const nd = picked.length;
    const levels = rules.keep.length;
    const passes = Int32Array.from(point.bounds);
    const spatial = (level: number, d: number) => {
      const slot = rules.spreads.findIndex((s) => s.level === level);
      return slot < 0 ? 1 : profiles[d][picked[d]].factors[slot];
    };
    tile.fill(1);
    for (let level = 0; level < levels; level++) {
      for (let d = 0; d < nd; d++) {
        this.take(point, passes, 2 * level, d, spatial(level, d));
      }
      const growth = this.growth(u, point, passes, level, spatial);
      for (let d = 0; d < nd; d++) {
        const slot = 2 * level + 1;
        const options = steps(passes[d], rules.factors[slot * nd + d]).filter(({ next }) =>
          this.reaches(point, d, slot + 1, next, spatial),
        );
        let factor = level === levels - 1 ? passes[d] : 0;
        for (const { low } of options) {
          if (level < levels - 1 && low <= growth[d] * (1 + 1e-9) && low > factor) factor = low;
        }
        if (factor === 0) factor = options.reduce((least, { low }) => Math.min(least, low), passes[d]);
        this.take(point, passes, slot, d, factor);
      }
    }
  }

  private take(point: MapspacePoint, passes: Int32Array, slot: number, d: number, factor: number): void {
    const nd = passes.length;
    const next = Math.ceil(passes[d] / factor);
    point.factors[slot * nd + d] = factor;
    point.residuals[slot * nd + d] = passes[d] - (next - 1) * factor;
    passes[d] = next;
    this.tile[d] *= factor;
  }

  /** By dimension, how much a level's temporal loops may grow the tile, before rounding. */
  private growth(
    u: Float64Array,
    point: MapspacePoint,
    passes: Int32Array,
    level: number,
    spatial: (level: number, d: number) => number,
  ): Float64Array {
    const nd = passes.length;
    const { tile, trial, room } = this;
    const growth = new Float64Array(nd).fill(1);
    const shares = new Float64Array(nd).fill(-1);
    const bound = new Uint8Array(nd);
    const keep = point.keep[level];
    this.variables.forEach((variable, i) => {
      if (variable.kind !== "tile" || variable.level !== level) return;
      const { dimension } = variable;
      shares[dimension] = u[i];
      bound[dimension] = this.mapspace.workload.dataSpaces.some(
        (_, v) => ((keep >> v) & 1) === 1 && room.depends(v, dimension),
      )
        ? 1
        : 0;
    });
    const held = () => {
      for (let d = 0; d < nd; d++) trial[d] = tile[d] * growth[d];
      for (let outer = level; outer < point.keep.length; outer++) {
        if (outer > level) for (let d = 0; d < nd; d++) trial[d] *= spatial(outer, d);
        if (!room.fits(outer, point.keep[outer], trial)) return false;
      }
      return true;
    };
    // Loops that do not grow what is kept here take their share of what is left of them.
    const grow = (scale: number) => {
      for (let d = 0; d < nd; d++) if (shares[d] >= 0 && bound[d] === 0) growth[d] = passes[d] ** (scale * shares[d]);
      return held();
    };
    grow(largestScale(1, grow));
    // The others share the capacity: tile sizes in the proportions of the point, times α.
    const most = Math.max(1, ...point.bounds);
    const fill = (alpha: number) => {
      for (let d = 0; d < nd; d++) {
        if (shares[d] < 0 || bound[d] === 0) continue;
        const size = alpha * proportion(shares[d]);
        growth[d] = Math.min(passes[d], Math.max(1, size / tile[d]));
      }
      return held();
    };
    fill(largestScale(most / proportion(0), fill));
    return growth;
  }

  /** Can the slots from `slot` outwards take so many passes, the spatial ones as chosen? */
  private reaches(
    point: MapspacePoint,
    d: number,
    slot: number,
    passes: number,
    spatial: (level: number, d: number) => number,
  ): boolean {
    const { rules } = this.mapspace;
    const nd = point.bounds.length;
    if (slot === 2 * rules.keep.length) return passes === 1;
    const key = `${d} ${this.picked[d]} ${slot} ${passes}`;
    const known = this.reach.get(key);
    if (known !== undefined) return known;
    const rule = rules.factors[slot * nd + d];
    let found: boolean;
    if (slot % 2 === 0) {
      const factor = spatial(slot / 2, d);
      const fair = factor === 1 || (factor <= passes && (rule.imperfect || passes % factor === 0));
      found = fair && this.reaches(point, d, slot + 1, Math.ceil(passes / factor), spatial);
    } else found = steps(passes, rule).some(({ next }) => this.reaches(point, d, slot + 1, next, spatial));
    this.reach.set(key, found);
    return found;
  }

  private decodeOrders(u: Float64Array, point: MapspacePoint): void {
    const { rules, workload } = this.mapspace;
    for (let level = 0; level < rules.orders.length; level++) {
      const { prefix, free } = rules.orders[level];
      const at = this.mapspace.writeFixedOrder(point, level) + prefix.length;
      const still = free.filter((d) => workload.dimensions[d].bound === 1);
      let moving = free.filter((d) => workload.dimensions[d].bound > 1);
      const scores = new Map<number, number>();
      this.variables.forEach((variable, i) => {
        if (variable.kind === "score" && variable.level === level) scores.set(variable.dimension, u[i]);
        if (variable.kind === "order" && variable.level === level) moving = permutation(moving, u[i]);
      });
      if (scores.size > 0) moving = [...moving].sort((a, b) => scores.get(a)! - scores.get(b)! || a - b);
      [...moving, ...still].forEach((d, i) => {
        point.orders[at + i] = d;
      });
    }
  }
}

/** Shares span a factor of 2⁹. */
const proportion = (share: number) => 2 ** (9 * (share - 1));

export function drawVariable(variable: Variable, random: Prng): number {
  return "choices" in variable ? random.below(variable.choices) : 1 - random.next();
}

/** The permutation of a given index, in the order of the factorial number system. */
function permutation(items: readonly number[], index: number): number[] {
  const rest = [...items];
  const result: number[] = [];
  let left = index;
  for (let n = rest.length; n > 0; n--) {
    result.push(...rest.splice(left % n, 1));
    left = Math.floor(left / n);
  }
  return result;
}
