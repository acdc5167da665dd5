/** A tile, the one before it, and the way between their lower corners, per rank. */
export interface Move {
  extent: number[];
  before: number[];
  translation: number[];
}

/** A set of points: `shape` names it up to translation, `shift` is where it begins relative to the tile. */
export interface Delta {
  shape: string;
  shift: number[];
  words: number;
  tile: number;
}

export function nameOf({ shape, shift }: Delta): string {
  return `${shape}@${shift.join()}`;
}

export function wholeDelta(extent: readonly number[]): Delta {
  const tile = extent.reduce((product, x) => product * x, 1);
  return { shape: `b${extent.join("x")}`, shift: extent.map(() => 0), words: tile, tile };
}

/**
 * A box without another box. The name is the same exactly for equal sets: where what is left is a box, it is named
 * as such; otherwise its hull is the tile, so tile and hole are determined by the set.
 */
export function difference({ extent, before, translation }: Move): Delta {
  const low = translation.map((x) => Math.max(0, -x));
  const high = translation.map((x, k) => Math.min(extent[k], before[k] - x));
  if (low.some((x, k) => x >= high[k])) return wholeDelta(extent);
  const tile = extent.reduce((product, x) => product * x, 1);
  const hole = low.reduce((product, x, k) => product * (high[k] - x), 1);
  const words = tile - hole;
  if (words === 0) return { shape: "", shift: extent.map(() => 0), words, tile };
  const cut = low.map((x, k) => x > 0 || high[k] < extent[k]);
  const rank = cut.indexOf(true);
  if (cut.lastIndexOf(true) === rank && (low[rank] === 0 || high[rank] === extent[rank])) {
    const rest = [...extent];
    rest[rank] = low[rank] === 0 ? extent[rank] - high[rank] : low[rank];
    const shift = extent.map(() => 0);
    if (low[rank] === 0) shift[rank] = high[rank];
    return { shape: `b${rest.join("x")}`, shift, words, tile };
  }
  return { shape: `h${extent.join("x")}-${low.join("x")}-${high.join("x")}`, shift: extent.map(() => 0), words, tile };
}
