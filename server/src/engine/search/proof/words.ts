import type { Chain } from "./chains.ts";
import { type Claimed, type Group, surelyActing, type Tensor } from "./group.ts";

/**
 * Least words of transfers, from point 4 to 6 of the rule `exact`. A transfer into child c lasts as long as loops
 * outside c leave the data space where it is (its rest). `b`: the boundary inside the slot in which the rest ends;
 * tiles are those of boundary b, where relevant dimensions have seen no temporal loop since c.
 */

const pieces = (chain: Chain, tile: number) => Math.ceil(chain.bound / tile);

/** How often loops of an irrelevant dimension repeat a transfer, over the instances outside boundary `of`; its loops up to boundary e (tile `tile`) are in the rest. */
function visits(chain: Chain, of: number, e: number, tile: number): number {
  const passes = pieces(chain, tile);
  const between = chain.outside[of] / chain.outside[e];
  if (between === 1 || tile * passes === chain.bound) return between * passes;
  // In the last pass one instance acts at least; where it is the only pass, all of the longest loop do.
  let certain = 1;
  if (passes === 1) for (let l = of; l < e; l++) certain = Math.max(certain, chain.spatial[l]);
  return between * (passes - 1) + certain;
}

/** The same at the children and, where instances under one parent share, at the parents. */
export function repeats(chain: Chain, child: number, parent: number, e: number, tile: number): [number, number] {
  const atParent =
    parent + 1 > e
      ? Math.ceil(pieces(chain, tile) / (chain.outside[e] / chain.outside[parent + 1]))
      : visits(chain, parent + 1, e, tile);
  return [visits(chain, child + 1, e, tile), atParent];
}

/** Does a pass along d end with idle instances outside boundary `of`? */
function idles(chain: Chain, of: number, tile: number): boolean {
  return chain.outside[of] > 1 && tile * pieces(chain, tile) !== chain.top;
}

export function tileWords(tensor: Tensor, extent: (d: number) => number): number {
  let words = 1;
  for (const rank of tensor.ranks) words *= rank.reduce((sum, { d, by }) => sum + by * (extent(d) - 1), 1);
  return words;
}

/**
 * Words that arrive at all children when nothing irrelevant repeats them. `first`: the innermost loop that moves the
 * data space, null where none does; `trips` its iterations where known.
 */
export function wordsInto(
  { chains }: Group,
  tensor: Tensor,
  child: number,
  b: number,
  tile: ArrayLike<number>,
  first: number | null,
  trips: number | null,
): number {
  if (!tensor.regular) return 0;
  const c = child + 1;
  const held = (d: number) => (tile[d] * chains[d].outside[b]) / chains[d].outside[c];
  // Every tile loaded whole: extents of the pieces of a dimension add up to its bound.
  let whole = 1;
  let count = 1;
  const wholeOf = tensor.ranks.map((rank) => {
    let loads = 1;
    let extent = 1;
    for (const { d, by } of rank) {
      const n = pieces(chains[d], held(d));
      loads *= n;
      extent += by * (chains[d].bound / n - 1);
    }
    whole *= loads * extent;
    count *= loads;
    return loads * extent;
  });
  if (first === null) return whole;
  const at = tensor.ranks.findIndex((rank) => rank.some(({ d }) => d === first));
  const saved = (whole / wholeOf[at]) * slidesSave(chains, tensor.ranks[at], first, c, b, tile, held);
  let words = Math.max(whole - saved, distinct(chains, tensor));
  // An instance that idles in the second of two iterations is not moved by this loop: it and the load after count nothing.
  const lazy = idleInstances(chains[first], c, b, held(first), tile[first], trips);
  if (lazy > 0) {
    const largest = tileWords(tensor, (d) => Math.min(held(d), chains[d].bound));
    words = whole - saved - 2 * lazy * largest * (count / pieces(chains[first], held(first)));
  }
  return Math.max(0, words);
}

/** Least number of different words of a tensor. */
export function distinct(chains: readonly Chain[], tensor: Tensor): number {
  return tensor.regular ? tensor.ranks.reduce((n, rank) => n * sums(rank, (d) => chains[d].bound), 1) : 0;
}

const knownSums = new Map<string, number>();

/** Number of different values of Σ by·i for i below `bound`. */
function sums(rank: Tensor["ranks"][number], bound: (d: number) => number): number {
  if (rank.length === 1) return bound(rank[0].d);
  const key = rank.map(({ d, by }) => `${by}×${bound(d)}`).join();
  const known = knownSums.get(key);
  if (known !== undefined) return known;
  let reached = new Set([0]);
  for (const { d, by } of rank) {
    const next = new Set<number>();
    for (const x of reached) for (let i = 0; i < bound(d); i++) next.add(x + by * i);
    reached = next;
  }
  if (knownSums.size > 1000) knownSums.clear();
  knownSums.set(key, reached.size);
  return reached.size;
}

function idleInstances(chain: Chain, c: number, b: number, held: number, tile: number, trips: number | null): number {
  if (!idles(chain, c, held)) return 0;
  const left = chain.top / (tile * chain.outside[b]);
  if (trips === null ? left % 2 === 1 : trips !== 2) return 0;
  const spread = chain.spatial.flatMap((s, l) => (s > 1 && l >= c ? [l] : []));
  const n = chain.outside[c];
  if (spread.length > 1 || spread[0] > b) return n - 1;
  return n * Math.ceil(pieces(chain, held) / n) - pieces(chain, held);
}

/** Words along one rank that need not be loaded because its innermost loop slides the tile over part of itself. */
function slidesSave(
  chains: readonly Chain[],
  rank: Tensor["ranks"][number],
  first: number,
  c: number,
  b: number,
  tile: ArrayLike<number>,
  held: (d: number) => number,
): number {
  if (rank.length === 1) return 0;
  const step = ({ d, by }: { d: number; by: number }) => by * tile[d] * chains[d].spatial[b];
  const own = step(rank.find(({ d }) => d === first)!);
  const extent = rank.reduce((sum, { d, by }) => sum + by * (Math.min(held(d), chains[d].bound) - 1), 1);
  const overlap = Math.max(0, extent - own);
  let loads = 1;
  let begins = 1;
  let returns = 1;
  for (const { d } of rank) {
    const n = pieces(chains[d], held(d));
    const acting = idles(chains[d], c, held(d)) ? mostSpread(chains[d], c) : chains[d].outside[c];
    loads *= n;
    begins *= acting;
    returns *= d === first ? acting : n;
  }
  const movers = rank.filter(({ d }) => d !== first && tile[d] * chains[d].outside[b] < chains[d].top);
  // The tile may come back to where it was when another loop of the rank undoes the return of the first: no load then.
  const unclear =
    movers.length > 1 ||
    (movers.length > 0 &&
      (rank.some(({ d }) => idles(chains[d], c, held(d))) ||
        [first, movers[0].d].some((d) => chains[d].outside[b + 1] > 1)));
  const free = unclear ? 1 / 2 : movers.length === 0 ? 0 : Math.min(1 / 2, comebacks(step(movers[0]) / own));
  if (free === 0) return overlap * Math.max(0, loads - returns);
  return loads * free * extent + overlap * Math.max(0, loads * (1 - free) - begins);
}

const mostSpread = (chain: Chain, c: number) => Math.max(...chain.spatial.slice(c));

/**
 * Largest share of loads at which the tile can be where it was. `ratio`: the other loop's step in steps of the first.
 * Its step undoes the return of a first loop of ratio + 1 iterations; or the first dimension's next loop undoes that of
 * the other one, of 1 / ratio + 1 iterations, which holds at least two of the first.
 */
function comebacks(ratio: number): number {
  return (
    (Number.isInteger(ratio) ? 1 / (ratio + 1) : 0) + (Number.isInteger(1 / ratio) ? 1 / (2 * (1 / ratio + 1)) : 0)
  );
}

/** Share of the children's words that the parents must send: children whose tiles begin at the same place share. */
export function sent(
  { chains }: Group,
  tensor: Tensor,
  child: number,
  parent: number,
  held: (d: number) => number,
): number {
  if (!tensor.regular) return 0;
  let share = 1;
  for (const rank of tensor.ranks) {
    const spread = rank
      .map(({ d, by }) => ({ d, by, n: chains[d].outside[child + 1] / chains[d].outside[parent + 1] }))
      .filter(({ n }) => n > 1);
    if (spread.length < 2) continue;
    const children = spread.reduce((product, { n }) => product * n, 1);
    const even = spread.every(({ d }) => chains[d].top === chains[d].bound) && parent === child + 1;
    const places = even
      ? sums(
          spread.map(({ d, by }) => ({ d, by: by * held(d) })),
          (d) => chains[d].spatial[parent],
        )
      : 1 + spread.reduce((sum, { n }) => sum + n - 1, 0);
    share *= places / children;
  }
  return share;
}

/** Words of operands: one per operation and group of units below a parent that work on the same. */
export function operands(group: Group, tensor: Tensor, parent: number): number {
  return group.chains.reduce(
    (words, chain, d) => {
      const spread = chain.outside[0] / chain.outside[parent + 1];
      return words * (tensor.moves[d] ? chain.bound : Math.ceil(chain.bound / spread));
    },
    sent(group, tensor, -1, parent, () => 1),
  );
}

/** Most words whose first write spares a read at a level, over its instances. */
export function firstWrites({ chains }: Group, tensor: Tensor, level: number): number {
  return chains.reduce((n, chain, d) => n * (tensor.moves[d] ? chain.bound : chain.outside[level + 1]), 1);
}

/** Least words of a transfer at parents and children: each word once per instance that needs it. */
export function compulsory(
  { tensors, levels }: Claimed,
  { chains }: Group,
  v: number,
  child: number,
  parent: number,
): [number, number] {
  let [atChild, atParent] = [distinct(chains, tensors[v]), distinct(chains, tensors[v])];
  chains.forEach((chain, d) => {
    if (tensors[v].moves[d]) return;
    atChild *= surelyActing(chain, child + 1, levels);
    atParent *= surelyActing(chain, parent + 1, levels);
  });
  return [atChild, atParent];
}
