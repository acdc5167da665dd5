import { type Claimed, type Group, transfersOf } from "./group.ts";
import { fixedPart, type Price, priceOf, type Rates } from "./prices.ts";
import { repeats, sent, tileWords, wordsInto } from "./words.ts";

/** Per data space: the innermost level whose transfer still rests at a boundary, or −1. */
export type Resting = readonly number[];

/** One kind of order of a temporal slot. */
export interface SlotOrder {
  /** Dimensions that may have a loop here. */
  allowed: readonly boolean[];
  /** Data spaces that rest on through the whole slot. */
  staying: readonly boolean[];
  /** Those whose rest ends before any loop of the slot, with the loops that may end it. */
  ends: readonly { v: number; by: readonly number[] }[];
  /** Those whose rest takes in irrelevant loops of the slot first. */
  lingers: readonly { v: number; by: readonly number[] }[];
}

interface Transfer {
  child: number;
  parent: number;
  price: Price;
}

/**
 * Least of one quantity over all mappings of a group, by a programme over tile sizes from the outermost boundary
 * inwards. `toCome(b, resting)[tiles]`: what all transfers cost at least that still rest at boundary b or begin
 * outside it.
 */
export class Program {
  readonly claimed: Claimed;
  readonly group: Group;
  readonly fixed: number;
  /** Numbers of tiles, by boundary and dimension. */
  readonly shapes: readonly (readonly number[])[];
  private readonly transfers: Transfer[][];
  private readonly tables = new Map<string, Float64Array>();
  private readonly known: Map<string, Float64Array>[];
  private readonly held: (Uint8Array | null | undefined)[] = [];
  private readonly orders = new Map<string, SlotOrder[]>();

  constructor(claimed: Claimed, group: Group, rates: Rates) {
    this.claimed = claimed;
    this.group = group;
    this.fixed = claimed.tensors.reduce((sum, _, v) => sum + fixedPart(claimed, group, rates, v), 0);
    this.transfers = claimed.tensors.map((_, v) =>
      transfersOf(group.keep[v], claimed.levels)
        .filter(({ child }) => child >= 0)
        .map(({ child, parent }) => ({ child, parent, price: priceOf(claimed, group, rates, v, child, parent) })),
    );
    this.shapes = Array.from({ length: claimed.levels + 1 }, (_, b) =>
      group.chains.map(({ tiles }) => tiles[b].length),
    );
    this.known = this.shapes.map(() => new Map());
  }

  /** No mapping of the group has less. */
  least(): number {
    return (
      this.fixed +
      this.toCome(
        0,
        this.claimed.tensors.map(() => -1),
      )[0]
    );
  }

  toCome(b: number, resting: Resting): Float64Array {
    const key = resting.join();
    let made = this.known[b].get(key);
    if (made === undefined) {
      made = b === this.claimed.levels ? this.outermost(resting) : this.within(b, resting);
      const held = this.holds(b);
      if (held !== null) for (let i = 0; i < made.length; i++) if (held[i] === 0) made[i] = Number.POSITIVE_INFINITY;
      this.known[b].set(key, made);
    }
    return made;
  }

  /** What rests outside a slot: what stayed, and what its level keeps begins to. */
  after(b: number, resting: Resting, order: SlotOrder): Resting {
    return resting.map((from, v) =>
      order.staying[v] && from >= 0 ? from : this.transfers[v].some(({ child }) => child === b) ? b : -1,
    );
  }

  /** Never moved in time: each instance gets its part once. */
  private outermost(resting: Resting): Float64Array {
    const tops = this.group.chains.map(({ top }) => top);
    const end = this.claimed.levels;
    return Float64Array.of(resting.reduce((sum, _, v) => sum + this.charge(v, resting, end, tops, [], tops, end), 0));
  }

  private within(b: number, resting: Resting): Float64Array {
    const { chains } = this.group;
    const size = this.shapes[b].reduce((n, k) => n * k, 1);
    const least = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    for (const order of this.ordersAt(b, resting)) {
      const [lingering, ...more] = order.lingers;
      let values = this.toCome(b + 1, this.after(b, resting, order));
      const shape = [...this.shapes[b + 1]];
      const bring = (d: number) => {
        const next = order.allowed[d] ? chains[d].next[b] : chains[d].still[b].map((j) => (j < 0 ? [] : [j]));
        values = leastOver(values, shape, d, next);
        shape[d] = next.length;
      };
      const relevant = (d: number) => lingering === undefined || this.claimed.tensors[lingering.v].moves[d];
      chains.forEach((_, d) => {
        if (relevant(d)) bring(d);
      });
      if (lingering !== undefined) {
        values = values.slice();
        const boundaries = chains.map((_, d) => (relevant(d) ? b : b + 1));
        this.addCharges(values, boundaries, lingering, resting, b, b + 1);
        chains.forEach((_, d) => {
          if (!relevant(d)) bring(d);
        });
      }
      const own = values.slice();
      const here = chains.map(() => b);
      for (const end of order.ends) this.addCharges(own, here, end, resting, b, b);
      // Two at once linger over different loops; for the others all repeats count as saved.
      for (const other of more) this.addCharges(own, here, other, resting, b, null);
      for (let i = 0; i < size; i++) if (own[i] < least[i]) least[i] = own[i];
    }
    return least;
  }

  /**
   * What the transfers of v cost whose rest ends in slot b: `tile` at boundary b for what moves v, `rest` at boundary e
   * for what does not; one of the loops `by` ends it.
   */
  charge(
    v: number,
    resting: Resting,
    b: number,
    tile: ArrayLike<number>,
    by: readonly number[],
    rest: ArrayLike<number>,
    e: number,
  ): number {
    const { moves } = this.claimed.tensors[v];
    let sum = 0;
    for (const transfer of this.open(v, resting, b)) {
      let [children, parents] = this.words(v, transfer, b, tile, by, null);
      this.group.chains.forEach((chain, d) => {
        if (moves[d]) return;
        const [atChild, atParent] = repeats(chain, transfer.child, transfer.parent, e, rest[d]);
        children *= atChild;
        parents *= atParent;
      });
      sum += children + parents;
    }
    return sum;
  }

  private open(v: number, resting: Resting, b: number): Transfer[] {
    return resting[v] < 0 ? [] : this.transfers[v].filter(({ child }) => child >= resting[v] && child < b);
  }

  /** Price of a transfer's words at children and parents, before anything repeats them. */
  words(
    v: number,
    { child, parent, price }: Transfer,
    b: number,
    tile: ArrayLike<number>,
    by: readonly number[],
    trips: number | null,
  ): [number, number] {
    const { claimed, group } = this;
    const { chains } = group;
    const tensor = claimed.tensors[v];
    let words = Number.POSITIVE_INFINITY;
    for (const w of by) {
      if (tensor.moves[w] && tile[w] * chains[w].outside[b] < chains[w].top)
        words = Math.min(words, wordsInto(group, tensor, child, b, tile, w, trips));
    }
    if (words === Number.POSITIVE_INFINITY) words = wordsInto(group, tensor, child, b, tile, null, null);
    const held = (d: number) => (tile[d] * chains[d].outside[b]) / chains[d].outside[child + 1];
    return [words * price.atChild, words * price.atParent * sent(group, tensor, child, parent, held)];
  }

  /**
   * Adds what the transfers of v cost whose rest ends in slot b, for all tiles, those of dimension d at boundary
   * `boundaries[d]`; irrelevant loops up to boundary e are in the rest (null: nothing repeats).
   */
  private addCharges(
    values: Float64Array,
    boundaries: readonly number[],
    { v, by }: { v: number; by: readonly number[] },
    resting: Resting,
    b: number,
    e: number | null,
  ): void {
    const { chains } = this.group;
    const { moves } = this.claimed.tensors[v];
    const relevant = chains.flatMap((_, d) => (moves[d] ? [d] : []));
    const others = chains.flatMap((_, d) => (moves[d] ? [] : [d]));
    const loops = by.filter((d) => moves[d]);
    for (const transfer of this.open(v, resting, b)) {
      const words = this.table(`w ${v} ${transfer.child} ${b} ${loops}`, relevant, b, (tile) =>
        this.words(v, transfer, b, tile, loops, null),
      );
      const repeated =
        e === null
          ? null
          : this.table(`r ${v} ${transfer.child} ${e}`, others, e, (tile) =>
              others.reduce(
                ([children, parents], d): [number, number] => {
                  const [atChild, atParent] = repeats(chains[d], transfer.child, transfer.parent, e, tile[d]);
                  return [children * atChild, parents * atParent];
                },
                [1, 1],
              ),
            );
      this.everyTile(boundaries, (i, at) => {
        let w = 0;
        for (const d of relevant) w = w * this.shapes[b][d] + at[d];
        let n = 0;
        if (e !== null) for (const d of others) n = n * this.shapes[e][d] + at[d];
        values[i] += words[2 * w] * (repeated?.[2 * n] ?? 1) + words[2 * w + 1] * (repeated?.[2 * n + 1] ?? 1);
      });
    }
  }

  /** Pairs of numbers for every choice of tiles of some dimensions at a boundary. */
  private table(
    key: string,
    dimensions: readonly number[],
    b: number,
    of: (tile: Float64Array) => [number, number],
  ): Float64Array {
    let made = this.tables.get(key);
    if (made === undefined) {
      const size = dimensions.reduce((n, d) => n * this.shapes[b][d], 1);
      made = new Float64Array(2 * size);
      const tile = new Float64Array(this.group.chains.length).fill(1);
      for (let i = 0; i < size; i++) {
        let rest = i;
        for (const d of [...dimensions].reverse()) {
          tile[d] = this.group.chains[d].tiles[b][rest % this.shapes[b][d]];
          rest = Math.floor(rest / this.shapes[b][d]);
        }
        made.set(of(tile), 2 * i);
      }
      this.tables.set(key, made);
    }
    return made;
  }

  private everyTile(boundaries: readonly number[], visit: (index: number, at: Int32Array) => void): void {
    const at = new Int32Array(boundaries.length);
    const sizes = boundaries.map((b, d) => this.shapes[b][d]);
    const count = sizes.reduce((n, k) => n * k, 1);
    for (let i = 0; i < count; i++) {
      visit(i, at);
      for (let d = sizes.length - 1; d >= 0; d--) {
        if (++at[d] < sizes[d]) break;
        at[d] = 0;
      }
    }
  }

  /** Kinds of order of the slot outside boundary b, as far as they matter to what rests there. */
  ordersAt(b: number, resting: Resting): SlotOrder[] {
    const key = `${b} ${resting.map((from) => (from < 0 ? 0 : 1)).join("")}`;
    let made = this.orders.get(key);
    if (made === undefined) {
      made = [...this.makeOrders(b, resting)];
      this.orders.set(key, made);
    }
    return made;
  }

  private *makeOrders(b: number, resting: Resting): Generator<SlotOrder> {
    const { tensors, mapspace } = this.claimed;
    const { chains } = this.group;
    const all = chains.map((_, d) => d);
    const movable = all.filter((d) => chains[d].next[b].some((to, i) => to.some((j) => j !== chains[d].still[b][i])));
    const open = tensors.flatMap((_, v) => (resting[v] < 0 ? [] : [v]));
    const { prefix, suffix } = mapspace.rules.orders[b];
    const place = (d: number) =>
      prefix.includes(d) ? prefix.indexOf(d) : suffix.includes(d) ? all.length + suffix.indexOf(d) : prefix.length;
    const flags = (list: readonly number[], n: number) => Array.from({ length: n }, (_, i) => list.includes(i));
    for (let mask = 0; mask < 1 << open.length; mask++) {
      const staying = open.filter((_, i) => (mask >> i) & 1);
      const closing = open.filter((v) => !staying.includes(v));
      const free = movable.filter((d) => staying.every((v) => !tensors[v].moves[d]));
      if (closing.length === 0) {
        yield { allowed: flags(free, all.length), staying: flags(staying, tensors.length), ends: [], lingers: [] };
        continue;
      }
      // Innermost loops that do the same to those that end are one kind.
      const kinds = new Map<string, { innermost: number[]; allowed: number[] }>();
      for (const d of free) {
        const allowed = free.filter((other) => place(other) >= place(d));
        const kind = `${closing.map((v) => tensors[v].moves[d])} ${allowed}`;
        const known = kinds.get(kind);
        if (known === undefined) kinds.set(kind, { innermost: [d], allowed });
        else known.innermost.push(d);
      }
      for (const { innermost, allowed } of kinds.values()) {
        const ends = closing.filter((v) => tensors[v].moves[innermost[0]]);
        const lingers = closing.filter(
          (v) => !tensors[v].moves[innermost[0]] && allowed.some((d) => tensors[v].moves[d]),
        );
        if (ends.length + lingers.length < closing.length) continue;
        yield {
          allowed: flags(allowed, all.length),
          staying: flags(staying, tensors.length),
          ends: ends.map((v) => ({ v, by: innermost })),
          lingers: lingers.map((v) => ({ v, by: allowed.filter((d) => tensors[v].moves[d]) })),
        };
      }
    }
  }

  /** Which tiles at boundary b level b − 1 can hold; null: all. */
  private holds(b: number): Uint8Array | null {
    const known = this.held[b];
    if (known !== undefined) return known;
    const { claimed, group } = this;
    const level = b - 1;
    let made: Uint8Array | null = null;
    if (level >= 0 && (claimed.capacity[level] < Number.POSITIVE_INFINITY || claimed.least[level] > 0)) {
      const used = new Float64Array(this.shapes[b].reduce((n, k) => n * k, 1));
      claimed.tensors.forEach((tensor, v) => {
        if (((group.keep[v] >> level) & 1) === 0) return;
        this.everyTile(
          group.chains.map(() => b),
          (i, at) => {
            used[i] += tileWords(tensor, (d) => Math.min(group.chains[d].tiles[b][at[d]], group.chains[d].bound));
          },
        );
      });
      made = Uint8Array.from(used, (n) => (n <= claimed.capacity[level] && n >= claimed.least[level] ? 1 : 0));
    }
    this.held[b] = made;
    return made;
  }
}

/** The least over the next tiles of one dimension, for each of its tiles now. */
function leastOver(
  values: Float64Array,
  shape: readonly number[],
  d: number,
  next: readonly (readonly number[])[],
): Float64Array {
  const inner = shape.slice(d + 1).reduce((n, k) => n * k, 1);
  const outer = values.length / (shape[d] * inner);
  const least = new Float64Array(outer * next.length * inner).fill(Number.POSITIVE_INFINITY);
  for (let a = 0; a < outer; a++) {
    next.forEach((following, i) => {
      for (const j of following) {
        for (let c = 0; c < inner; c++) {
          const at = (a * next.length + i) * inner + c;
          least[at] = Math.min(least[at], values[(a * shape[d] + j) * inner + c]);
        }
      }
    });
  }
  return least;
}
