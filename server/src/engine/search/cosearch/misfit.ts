import type { MapspacePoint } from "../../mapspace/point.ts";
import { Prng } from "../../numeric/prng.ts";
import { NetworkDesign } from "../gradient/design.ts";
import { LocalSearch } from "../gradient/local.ts";
import { Neighbourhood } from "../gradient/moves.ts";
import { loadPoint, type Network } from "../gradient/network.ts";
import { randomDesign } from "../gradient/start.ts";

/** What a mapping takes of a level where the hardware has less, or asks for more. */
export interface Misfit {
  kind: "words" | "least-words" | "fan-out" | "parallel";
  /** The level with the fan-out, or that holds the words; −1: the whole array. */
  level: number;
  /** What the mapping takes, and what it may take at most or must take at least. */
  taken: number;
  limit: number;
}

export interface LayerMisfit {
  layer: number;
  /** Empty where only the places of loops that lie in space at once are too few. */
  misfits: Misfit[];
}

const tries = 5;
const perTry = 500;

/**
 * Layers of which no mapping was found that the hardware holds, each with what keeps out the mapping that came nearest:
 * for when a search has found nothing. A few small descents towards fitting per layer.
 */
export function layerMisfits(network: Network): LayerMisfit[] {
  const neighbourhoods = network.layers.map(({ mapspace }) => new Neighbourhood(mapspace));
  const design = new NetworkDesign(network);
  const nearest = network.layers.map(() => ({ excess: Number.POSITIVE_INFINITY, misfits: [] as Misfit[] }));
  for (let t = 0; t < tries; t++) {
    const random = new Prng(1, t);
    const local = new LocalSearch(network, neighbourhoods, random);
    randomDesign(network, random, design);
    for (const i of network.layers.keys()) {
      if (nearest[i].excess === 0) continue;
      if (design.records[i].excess > 0) local.descend(design, i, perTry);
      const { excess } = design.records[i];
      if (excess < nearest[i].excess) nearest[i] = { excess, misfits: misfitsOf(network, i, design.points[i]) };
    }
  }
  return nearest.flatMap(({ excess, misfits }, layer) => (excess === 0 ? [] : [{ layer, misfits }]));
}

function misfitsOf(network: Network, index: number, point: MapspacePoint): Misfit[] {
  const { rules } = network.layers[index].mapspace;
  const layer = network.relaxed[index];
  const nd = layer.dimensions;
  loadPoint(layer, point);
  layer.measure();
  const misfits: Misfit[] = [];
  const compare = (kind: Misfit["kind"], level: number, taken: number, limit: number) => {
    const short = kind === "words" || kind === "fan-out" ? taken > limit : taken < limit;
    if (short) misfits.push({ kind, level, taken, limit });
  };
  for (let l = 0; l < network.levels; l++) {
    compare("words", l, Math.round(layer.heldWords[l]), network.capacityOf(l));
    compare("least-words", l, Math.round(layer.heldWords[l]), network.leastOf(l));
  }
  let parallel = 1;
  for (const { level, x, y, most } of rules.spreads) {
    const used = [1, 1];
    for (let d = 0; d < nd; d++) used[point.alongY[level * nd + d]] *= point.factors[2 * level * nd + d];
    compare("fan-out", level, used[0], x);
    compare("fan-out", level, used[1], y);
    if (used[0] <= x && used[1] <= y) compare("fan-out", level, used[0] * used[1], most);
    parallel *= used[0] * used[1];
  }
  compare("parallel", -1, parallel, rules.minParallel);
  return misfits;
}
