import { constantPart, type TransferPrice, transferPrice, transfersOf, type Weights } from "./functional.ts";
import type { ExactProblem } from "./problem.ts";
import type { Skeleton } from "./skeleton.ts";
import { distinctShare, relevantWords, repeatsAtChild, repeatsAtParent, tileWords } from "./traffic.ts";

/**
 * Which transfers still have their innermost run open: per data space the lowest kept level whose run of irrelevant
 * loops has not ended, or −1.
 */
export type Pending = readonly number[];

/** One kind of order for a temporal slot: which data spaces stay put, and which loops may be innermost. */
export interface Choice {
  /** Dimensions that may have a loop here. */
  allowed: Uint8Array;
  after: Pending;
  /** Data spaces whose run ends here, before any loop of the slot. */
  moving: readonly { v: number; first: readonly number[] }[];
  /** The data space whose run takes in this slot's irrelevant loops, and the loops that may end it. */
  stationary: readonly { v: number; first: readonly number[] }[];
  /** What the moving ones cost, per quantity and tile vector at the boundary inside. */
  inside: Float64Array[];
}

export interface Layer {
  pending: Pending;
  /** Least cost to come, per quantity and tile vector. */
  least: Float64Array[];
  choices: Choice[] | null;
}

/** What labels of one spread have in common, whatever levels keep. */
export interface SpreadTables {
  readonly relevant: Map<string, Float64Array>;
  readonly indices: Map<string, { relevant: Int32Array; irrelevant: Int32Array }>;
  readonly repeats: Map<string, Float64Array>;
}

export function spreadTables(): SpreadTables {
  return { relevant: new Map(), indices: new Map(), repeats: new Map() };
}

/** Tensors between two contractions take turns here, whatever labels they are for. */
const scratches = [new Float64Array(1), new Float64Array(1)];

/**
 * Cost-to-go over tile sizes, outermost boundary first, for one spread and one choice of kept levels. A label is a
 * vector of tile sizes with the set of open runs; what lies inside no longer matters to what lies outside, so one
 * number per quantity is the whole label. The minimum over the next boundary is taken one dimension at a time.
 */
export class Labels {
  readonly problem: ExactProblem;
  readonly sk: Skeleton;
  readonly keep: ArrayLike<number>;
  readonly quantities: readonly Weights[];
  readonly constants: number[];
  /** Tile vectors at each boundary, index l + 1: sizes per dimension. */
  readonly shapes: number[][];
  /** Number of labels made. */
  labels = 0;
  private readonly layers: Map<string, Layer>[];
  private readonly valid: (Uint8Array | null)[];
  private readonly transfers: { c: number; o: number; prices: TransferPrice[] }[][];
  private readonly tables: SpreadTables;

  constructor(
    problem: ExactProblem,
    sk: Skeleton,
    keep: ArrayLike<number>,
    quantities: readonly Weights[],
    tables: SpreadTables = spreadTables(),
  ) {
    this.tables = tables;
    this.problem = problem;
    this.sk = sk;
    this.keep = keep;
    this.quantities = quantities;
    const { levels, spaces } = problem;
    this.constants = quantities.map((w) =>
      spaces.reduce((sum, _, v) => sum + constantPart(problem, sk, w, v, keep), 0),
    );
    this.transfers = spaces.map((_, v) =>
      transfersOf(keep, levels, v).map(({ c, o }) => ({
        c,
        o,
        prices: quantities.map((w) => transferPrice(problem, sk, w, v, c, o)),
      })),
    );
    this.shapes = Array.from({ length: levels + 1 }, (_, b) => sk.spreads.map((s) => s.graph.tiles[b].length));
    this.layers = Array.from({ length: levels + 1 }, () => new Map());
    this.valid = new Array(levels + 1).fill(undefined);
  }

  /** Least possible value of each quantity; infinite where nothing fits. */
  root(): number[] {
    const start = this.layer(
      0,
      this.problem.spaces.map(() => -1),
    );
    return start.least.map((least, q) => this.constants[q] + least[0]);
  }

  /** Labels at a boundary (index l + 1) with runs open as given. */
  layer(boundary: number, pending: Pending): Layer {
    const key = pending.join();
    const known = this.layers[boundary].get(key);
    if (known !== undefined) return known;
    const made = boundary === this.problem.levels ? this.outermost(pending) : this.compute(boundary, pending);
    this.layers[boundary].set(key, made);
    this.labels += made.least[0].length;
    return made;
  }

  /** Runs open once boundary (index l + 1) is passed: data spaces kept there start theirs. */
  opened(boundary: number, after: Pending): Pending {
    const level = boundary - 1;
    return after.map((origin, v) => {
      const starts = this.transfers[v].some(({ c }) => c === level);
      return origin >= 0 || !starts ? origin : level;
    });
  }

  /** Index of a tile vector. */
  indexOf(boundary: number, at: ArrayLike<number>): number {
    const shape = this.shapes[boundary];
    let index = 0;
    for (let d = 0; d < shape.length; d++) index = index * shape[d] + at[d];
    return index;
  }

  /** Cost of the stationary data spaces of a choice: their tiles inside, their repeats outside. */
  stationaryCost(
    boundary: number,
    choice: Choice,
    pending: Pending,
    inside: ArrayLike<number>,
    outside: ArrayLike<number>,
    q: number,
  ): number {
    let cost = 0;
    for (const { v, first } of choice.stationary) {
      const { relevantList, irrelevantList } = this.problem.spaces[v];
      let relevant = 0;
      for (const d of relevantList) relevant = relevant * this.shapes[boundary][d] + inside[d];
      for (const { c, o, prices } of this.open(v, pending, boundary)) {
        const words = this.relevantTable(v, c, o, boundary, first);
        let parents = 1;
        let children = 1;
        for (const d of irrelevantList) {
          const tile = this.sk.spreads[d].graph.tiles[boundary + 1][outside[d]];
          parents *= repeatsAtParent(this.sk, this.problem.dimensions, d, o, boundary, tile);
          children *= repeatsAtChild(this.sk, this.problem.dimensions, d, c, boundary, tile);
        }
        cost += words[2 * relevant] * children * prices[q].child + words[2 * relevant + 1] * parents * prices[q].parent;
      }
    }
    return cost;
  }

  /** Transfers of v whose run is open at a boundary: those of the kept levels from its origin up to there. */
  private open(v: number, pending: Pending, boundary: number) {
    return pending[v] < 0 ? [] : this.transfers[v].filter(({ c }) => c >= pending[v] && c < boundary);
  }

  private outermost(pending: Pending): Layer {
    const boundary = this.problem.levels;
    const least = this.quantities.map(() => Float64Array.of(0));
    if (this.validity(boundary)?.[0] === 0) for (const l of least) l[0] = Number.POSITIVE_INFINITY;
    // Still pending: the data space is never moved in time, each instance gets its part once.
    this.problem.spaces.forEach((_, v) => {
      this.addMoving(least, boundary, boundary, v, [], pending);
    });
    return { pending, least, choices: [] };
  }

  private compute(boundary: number, pending: Pending): Layer {
    const size = this.shapes[boundary].reduce((product, n) => product * n, 1);
    const least = this.quantities.map(() => new Float64Array(size).fill(Number.POSITIVE_INFINITY));
    const choices = this.choices(boundary, pending);
    for (const choice of choices) {
      const next = this.layer(boundary + 1, this.opened(boundary + 1, choice.after));
      for (let q = 0; q < least.length; q++) {
        const best = this.through(boundary, choice, pending, next.least[q], q);
        const inside = choice.inside[q];
        const into = least[q];
        for (let i = 0; i < size; i++) {
          const value = best[i] + inside[i];
          if (value < into[i]) into[i] = value;
        }
      }
    }
    const valid = this.validity(boundary);
    if (valid !== null) {
      for (const l of least) for (let i = 0; i < size; i++) if (valid[i] === 0) l[i] = Number.POSITIVE_INFINITY;
    }
    return { pending, least, choices };
  }

  /** Minimum over the next boundary's labels, per tile vector at this one. */
  private through(boundary: number, choice: Choice, pending: Pending, next: Float64Array, q: number): Float64Array {
    const nd = this.problem.dimensions;
    const shape = [...this.shapes[boundary + 1]];
    let tensor = next;
    const contract = (d: number) => {
      tensor = this.contract(tensor, shape, d, boundary, choice.allowed[d] === 1);
      shape[d] = this.shapes[boundary][d];
    };
    const [only] = choice.stationary;
    if (only === undefined) {
      for (let d = 0; d < nd; d++) contract(d);
      return tensor;
    }
    const { relevantList, irrelevantList } = this.problem.spaces[only.v];
    for (const d of relevantList) contract(d);
    // Relevant sizes are now those inside, irrelevant ones those outside the slot.
    // In place: nobody else holds what contractions gave; without any, the labels outside are copied.
    const mixed = tensor === next ? this.scratch(next, next.length) : tensor;
    if (tensor === next) mixed.set(next);
    const { relevant, irrelevant } = this.indices(only.v, boundary, boundary + 1);
    for (const { c, o, prices } of this.open(only.v, pending, boundary)) {
      const words = this.relevantTable(only.v, c, o, boundary, only.first);
      const repeats = this.repeats(only.v, c, o, boundary, boundary + 1);
      const { parent, child } = prices[q];
      for (let i = 0; i < mixed.length; i++) {
        const r = 2 * relevant[i];
        const n = 2 * irrelevant[i];
        mixed[i] += words[r] * repeats[n] * child + words[r + 1] * repeats[n + 1] * parent;
      }
    }
    tensor = mixed;
    for (const d of irrelevantList) contract(d);
    return tensor;
  }

  private contract(
    from: Float64Array,
    shape: readonly number[],
    d: number,
    boundary: number,
    moves: boolean,
  ): Float64Array {
    const { edges, still } = this.sk.spreads[d].graph;
    const n = shape[d];
    const m = this.shapes[boundary][d];
    let inner = 1;
    for (let k = d + 1; k < shape.length; k++) inner *= shape[k];
    const outer = from.length / (n * inner);
    const to = this.scratch(from, outer * m * inner).fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < m; i++) {
      const reached = moves ? edges[boundary][i] : still[boundary][i] < 0 ? [] : [still[boundary][i]];
      for (const j of reached) {
        for (let a = 0; a < outer; a++) {
          const source = (a * n + j) * inner;
          const target = (a * m + i) * inner;
          for (let b = 0; b < inner; b++) {
            const value = from[source + b];
            if (value < to[target + b]) to[target + b] = value;
          }
        }
      }
    }
    return to;
  }

  /** Room for a tensor, other than the one in use. */
  private scratch(used: Float64Array, size: number): Float64Array {
    const k = used.buffer === scratches[0].buffer ? 1 : 0;
    if (scratches[k].length < size) scratches[k] = new Float64Array(2 * size);
    return scratches[k].subarray(0, size);
  }

  /** Orders of the slot outside a boundary, as far as they matter to what is pending. */
  private choices(boundary: number, pending: Pending): Choice[] {
    const nd = this.problem.dimensions;
    const { spaces } = this.problem;
    const movable: number[] = [];
    for (let d = 0; d < nd; d++) {
      const { edges, still } = this.sk.spreads[d].graph;
      if (edges[boundary].some((to, i) => to.some((j) => j !== still[boundary][i]))) movable.push(d);
    }
    const choices: Choice[] = [];
    const make = (allowed: readonly number[], staying: readonly number[], innermost: readonly number[]) => {
      const flags = new Uint8Array(nd);
      for (const d of allowed) flags[d] = 1;
      const moving: { v: number; first: readonly number[] }[] = [];
      const stationary: { v: number; first: readonly number[] }[] = [];
      spaces.forEach((space, v) => {
        if (pending[v] < 0 || staying.includes(v)) return;
        if (innermost.length > 0 && !space.relevant[innermost[0]]) {
          stationary.push({ v, first: allowed.filter((d) => space.relevant[d]) });
        } else moving.push({ v, first: innermost });
      });
      const size = this.shapes[boundary].reduce((product, n) => product * n, 1);
      const inside = this.quantities.map(() => new Float64Array(size));
      for (const { v, first } of moving) this.addMoving(inside, boundary, boundary, v, first, pending);
      // More than one at once: the others as if all their repeats were saved.
      for (const { v, first } of stationary.slice(1)) this.addMoving(inside, boundary, -1, v, first, pending);
      choices.push({
        allowed: flags,
        after: pending.map((origin, v) => (staying.includes(v) ? origin : -1)),
        moving,
        stationary: stationary.slice(0, 1),
        inside,
      });
    };
    const open = spaces.flatMap((_, v) => (pending[v] < 0 ? [] : [v]));
    if (boundary === 0 || open.length === 0) {
      make(movable, open, []);
      return choices;
    }
    make([], open, []);
    for (let subset = 0; subset < 1 << open.length; subset++) {
      const staying = open.filter((_, i) => (subset >> i) & 1);
      const allowed = movable.filter((d) => staying.every((v) => !spaces[v].relevant[d]));
      if (allowed.length === 0) continue;
      const closing = open.filter((v) => !staying.includes(v));
      if (closing.length === 0) {
        make(allowed, staying, []);
        continue;
      }
      for (const [innermost, within] of this.innermost(boundary, allowed, closing)) make(within, staying, innermost);
    }
    return choices;
  }

  /** Candidates for the innermost loop, grouped by what they do to the closing data spaces, with the loops that may then follow. */
  private innermost(boundary: number, allowed: readonly number[], closing: readonly number[]): [number[], number[]][] {
    const { prefix, suffix } = this.problem.mapspace.rules.orders[boundary];
    const groups = new Map<string, [number[], number[]]>();
    for (const d of allowed) {
      const place = prefix.indexOf(d);
      const before = place >= 0 ? prefix.slice(0, place) : suffix.includes(d) ? this.notAfter(suffix, d) : prefix;
      const within = allowed.filter((other) => !before.includes(other));
      const signature = closing.map((v) => (this.problem.spaces[v].relevant[d] ? 1 : 0)).join("");
      const key = `${signature}/${within.join()}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [[d], within]);
      else group[0].push(d);
    }
    return [...groups.values()];
  }

  /** Dimensions that an outermost-pinned loop has inside it. */
  private notAfter(suffix: readonly number[], d: number): number[] {
    const from = suffix.indexOf(d);
    const outside = suffix.slice(from);
    return Array.from({ length: this.problem.dimensions }, (_, other) => other).filter(
      (other) => !outside.includes(other),
    );
  }

  /** Adds what a data space costs whose run ends at boundary l; `e` −1: as if no irrelevant loop repeated it. */
  private addMoving(
    into: readonly Float64Array[],
    boundary: number,
    e: number,
    v: number,
    first: readonly number[],
    pending: Pending,
  ): void {
    const { relevant, irrelevant } = this.indices(v, boundary, boundary);
    for (const { c, o, prices } of this.open(v, pending, boundary)) {
      const words = this.relevantTable(v, c, o, boundary, first);
      const repeats = e < 0 ? null : this.repeats(v, c, o, boundary - 1, boundary);
      for (let q = 0; q < into.length; q++) {
        const { parent, child } = prices[q];
        const sums = into[q];
        for (let i = 0; i < sums.length; i++) {
          const r = 2 * relevant[i];
          const n = 2 * irrelevant[i];
          const children = repeats === null ? 1 : repeats[n];
          const parents = repeats === null ? 1 : repeats[n + 1];
          sums[i] += words[r] * children * child + words[r + 1] * parents * parent;
        }
      }
    }
  }

  /** Words at the child and at the parent before repeats, by relevant tile sizes at a boundary. */
  private relevantTable(v: number, c: number, o: number, boundary: number, first: readonly number[]): Float64Array {
    const { relevantList, relevant } = this.problem.spaces[v];
    const moving = first.filter((d) => relevant[d]);
    const key = `${v} ${c} ${o} ${boundary} ${moving.join()}`;
    const known = this.tables.relevant.get(key);
    if (known !== undefined) return known;
    const { problem, sk } = this;
    const nd = problem.dimensions;
    const shape = relevantList.map((d) => this.shapes[boundary][d]);
    const size = shape.reduce((product, n) => product * n, 1);
    const table = new Float64Array(2 * size);
    const tile = new Float64Array(nd).fill(1);
    const scale = (d: number) => sk.outside[boundary * nd + d] / sk.outside[(c + 1) * nd + d];
    for (let i = 0; i < size; i++) {
      let rest = i;
      for (let k = shape.length - 1; k >= 0; k--) {
        tile[relevantList[k]] = sk.spreads[relevantList[k]].graph.tiles[boundary][rest % shape[k]];
        rest = Math.floor(rest / shape[k]);
      }
      const words = relevantWords(problem, sk, v, c, boundary - 1, tile, moving);
      table[2 * i] = words;
      table[2 * i + 1] = words * distinctShare(problem, sk, v, c, o, (d) => tile[d] * scale(d));
    }
    this.tables.relevant.set(key, table);
    return table;
  }

  /** Repeats at child and parent by irrelevant tile sizes at boundary `e` (index e + 1). */
  private repeats(v: number, c: number, o: number, e: number, boundary: number): Float64Array {
    const key = `${v} ${c} ${o} ${e} ${boundary}`;
    const known = this.tables.repeats.get(key);
    if (known !== undefined) return known;
    const { irrelevantList } = this.problem.spaces[v];
    const nd = this.problem.dimensions;
    let table = Float64Array.of(1, 1);
    for (const d of irrelevantList) {
      const tiles = this.sk.spreads[d].graph.tiles[boundary];
      const longer = new Float64Array(table.length * tiles.length);
      for (let i = 0; i < table.length / 2; i++) {
        for (let k = 0; k < tiles.length; k++) {
          const at = 2 * (i * tiles.length + k);
          longer[at] = table[2 * i] * repeatsAtChild(this.sk, nd, d, c, e, tiles[k]);
          longer[at + 1] = table[2 * i + 1] * repeatsAtParent(this.sk, nd, d, o, e, tiles[k]);
        }
      }
      table = longer;
    }
    this.tables.repeats.set(key, table);
    return table;
  }

  /** For each vector (relevant sizes at `inside`, irrelevant ones at `outside`): its indices among either kind. */
  private indices(v: number, inside: number, outside: number): { relevant: Int32Array; irrelevant: Int32Array } {
    const key = `${v} ${inside} ${outside}`;
    const known = this.tables.indices.get(key);
    if (known !== undefined) return known;
    const isRelevant = this.problem.spaces[v].relevant;
    let relevant = Int32Array.of(0);
    let irrelevant = Int32Array.of(0);
    for (let d = 0; d < this.problem.dimensions; d++) {
      const n = this.shapes[isRelevant[d] ? inside : outside][d];
      const r = new Int32Array(relevant.length * n);
      const s = new Int32Array(relevant.length * n);
      for (let i = 0; i < relevant.length; i++) {
        for (let k = 0; k < n; k++) {
          r[i * n + k] = isRelevant[d] ? relevant[i] * n + k : relevant[i];
          s[i * n + k] = isRelevant[d] ? irrelevant[i] : irrelevant[i] * n + k;
        }
      }
      relevant = r;
      irrelevant = s;
    }
    const made = { relevant, irrelevant };
    this.tables.indices.set(key, made);
    return made;
  }

  /** Which tile vectors a level can hold; null: all. */
  private validity(boundary: number): Uint8Array | null {
    const known = this.valid[boundary];
    if (known !== undefined) return known;
    const level = boundary - 1;
    const { problem } = this;
    let valid: Uint8Array | null = null;
    if (level >= 0 && (problem.capacity[level] < Number.POSITIVE_INFINITY || problem.leastWords[level] > 0)) {
      const shape = this.shapes[boundary];
      const size = shape.reduce((product, n) => product * n, 1);
      valid = new Uint8Array(size);
      const used = new Float64Array(size);
      problem.spaces.forEach((space, v) => {
        if (((this.keep[level] >> v) & 1) === 0) return;
        const { relevant } = this.indices(v, boundary, boundary);
        const words = this.tileTable(space.relevantList, boundary, (extent) => tileWords(space, extent));
        for (let i = 0; i < size; i++) used[i] += words[relevant[i]];
      });
      for (let i = 0; i < size; i++) {
        valid[i] = used[i] <= problem.capacity[level] && used[i] >= problem.leastWords[level] ? 1 : 0;
      }
    }
    this.valid[boundary] = valid;
    return valid;
  }

  private tileTable(
    list: readonly number[],
    boundary: number,
    words: (extent: (d: number) => number) => number,
  ): Float64Array {
    const { sk } = this;
    const shape = list.map((d) => this.shapes[boundary][d]);
    const size = shape.reduce((product, n) => product * n, 1);
    const table = new Float64Array(size);
    const extents = new Float64Array(this.problem.dimensions);
    for (let i = 0; i < size; i++) {
      let rest = i;
      for (let k = shape.length - 1; k >= 0; k--) {
        const d = list[k];
        extents[d] = Math.min(sk.spreads[d].graph.tiles[boundary][rest % shape[k]], sk.bounds[d]);
        rest = Math.floor(rest / shape[k]);
      }
      table[i] = words((d) => extents[d]);
    }
    return table;
  }
}
