/** How large a tile is: per rank of the data space, what the loops inside the level and at it touch. */

import { formatCount } from "../workspace/quantities.ts";
import { extentsAt, rankWords } from "../workspace/tile-extents.ts";
import type { Explained } from "./explain-loops.ts";

/** “192 words = 16 (K) × 4 (C) × 1 (R) × 3 (S)”; `null` where the extents do not come to the tile (residuals). */
export function explainTile(
  { workload, mapping }: Explained,
  level: number,
  dataSpace: number,
  tileWords: number,
): string | null {
  const extents = extentsAt(workload, mapping, level);
  const ranks = workload.dataSpaces[dataSpace].ranks.map((rank) => {
    const extent = rankWords(rank, extents);
    const spanning = rank.filter(({ dimension }) => extents[dimension] > 1);
    const name = ({ dimension, coefficient }: (typeof rank)[number]) =>
      `${coefficient === 1 ? "" : `${coefficient}·`}${workload.dimensions[dimension].name}`;
    const [only] = spanning;
    if (only === undefined) return { extent, text: null };
    if (spanning.length === 1 && only.coefficient === 1) return { extent, text: `${extent} (${name(only)})` };
    const sum = spanning
      .map(({ dimension, coefficient }) => `${coefficient === 1 ? "" : `${coefficient}·`}(${extents[dimension]} − 1)`)
      .join(" + ");
    return { extent, text: `${extent} (${spanning.map(name).join(" + ")}: ${sum} + 1)` };
  });
  const words = ranks.reduce((product, { extent }) => product * extent, 1);
  if (words !== tileWords) return null;
  const factors = ranks.flatMap(({ text }) => text ?? []);
  if (factors.length === 0) return "1 word";
  return `${formatCount(words)} words = ${factors.join(" × ")}`;
}
