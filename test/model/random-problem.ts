import type { Random } from "../support/random.ts";
import type { SimLevel, SimLoop, SimProblem } from "./simulator.ts";

export interface Flavour {
  /** Several loops of one dimension with residuals. */
  residuals?: boolean;
  /** Ranks that add dimensions, with strides and dilations. */
  windows?: boolean;
  /** A level bypassed between two kept ones, with spatial loops between. */
  bypass?: boolean;
  perfect?: boolean;
  /** Residuals in spatial loops only, and most dimensions spread (Ruby-S). */
  spread?: boolean;
}

type DataSpaces = SimProblem["dataSpaces"];

/** A tiny problem with a mapping of its whole operation space; loops of any order, split and residual. */
export function randomProblem(random: Random, flavour: Flavour): SimProblem {
  const dimensions = random.between(2, 4);
  const bounds = randomBounds(random, dimensions, flavour);
  const dataSpaces = randomDataSpaces(random, dimensions, flavour);
  const count = flavour.bypass ? random.between(3, 4) : random.between(2, 4);
  const slots: SimLoop[][][] = Array.from({ length: count }, () => [[], [], []]);
  bounds.forEach((bound, dimension) => {
    placeLoops(random, bound, dimension, slots, flavour);
  });
  const directive = () => (random.chance(0.06) ? dataSpaces.map(() => random.chance(0.5)) : undefined);
  const levels = slots.map(([temporal, spatialX, spatialY], l): SimLevel => {
    const used = (loops: SimLoop[]) => loops.reduce((product, loop) => product * loop.factor, 1);
    return {
      temporal: random.shuffle(temporal),
      spatialX: random.shuffle(spatialX),
      spatialY: random.shuffle(spatialY),
      keep: dataSpaces.map(() => (l === count - 1 ? random.chance(0.9) : random.chance(0.6))),
      noSpatialReuse: directive(),
      noTemporalReuse: directive(),
      rmwFirstUpdate: directive(),
      noCoalesce: directive(),
      fanoutX: used(spatialX) + (random.chance(0.3) ? random.below(3) : 0),
      fanoutY: used(spatialY) + (random.chance(0.3) ? random.below(3) : 0),
    };
  });
  dataSpaces.forEach((_, v) => {
    if (flavour.bypass) {
      const middle = random.between(1, count - 2);
      (levels[middle].keep as boolean[])[v] = false;
      (levels[middle - 1].keep as boolean[])[v] = true;
      (levels[count - 1].keep as boolean[])[v] = true;
    } else if (!levels.some((level) => level.keep[v])) (levels[random.below(count)].keep as boolean[])[v] = true;
  });
  return { bounds, dataSpaces, levels, firstReadElision: random.chance(0.95) };
}

function randomBounds(random: Random, dimensions: number, flavour: Flavour): number[] {
  for (;;) {
    const most = flavour.residuals ? 13 : 9;
    const bounds = Array.from({ length: dimensions }, () =>
      flavour.perfect ? random.pick([1, 2, 3, 4, 6, 8, 9, 12]) : random.between(flavour.residuals ? 3 : 1, most),
    );
    if (flavour.windows) bounds[1] = random.between(2, 4);
    const operations = bounds.reduce((product, bound) => product * bound, 1);
    if (operations <= 420 && operations > 1) return bounds;
  }
}

function randomDataSpaces(random: Random, dimensions: number, flavour: Flavour): DataSpaces {
  const spaces: DataSpaces[number][] = [];
  const rank = (...terms: [number, number][]) => terms.map(([dimension, coefficient]) => ({ dimension, coefficient }));
  const count = random.between(2, 3);
  for (let v = 0; v < count; v++) {
    const left = random
      .shuffle(Array.from({ length: dimensions }, (_, d) => d))
      .slice(0, random.between(1, dimensions));
    const ranks: ReturnType<typeof rank>[] = [];
    if (flavour.windows && (v === 0 || random.chance(0.3))) {
      ranks.push(rank([0, random.between(1, 3)], [1, random.between(1, 3)]));
      if (dimensions > 3 && random.chance(0.3)) ranks.push(rank([2, random.between(1, 2)], [3, random.between(1, 2)]));
      if (random.chance(0.06)) ranks.push(rank([random.below(dimensions), 1]));
      for (const d of left)
        if (!ranks.some((r) => r.some((t) => t.dimension === d)) && random.chance(0.5)) ranks.push(rank([d, 1]));
    } else for (const d of left) ranks.push(rank([d, random.chance(0.1) ? 2 : 1]));
    spaces.push({ readWrite: v === count - 1 || random.chance(0.1), ranks });
  }
  return spaces;
}

/** Splits one dimension over the slots, inner to outer, with the residuals that make the product fit. */
function placeLoops(random: Random, bound: number, dimension: number, slots: SimLoop[][][], flavour: Flavour): void {
  const places = slots.flatMap((kinds) => [kinds[1], kinds[2], kinds[0]]);
  const isSpatial = (k: number) => k % 3 !== 2;
  const spatialShare = flavour.spread ? 0.45 : 0.25;
  const chosen = places.map((_, k) => random.chance(isSpatial(k) ? spatialShare : flavour.residuals ? 0.7 : 0.55));
  let rest = bound;
  places.forEach((place, k) => {
    if (!chosen[k] || rest === 1) return;
    const most = Math.min(rest, isSpatial(k) ? 4 : 6);
    let factor = random.between(1, most);
    if (flavour.perfect || (flavour.spread && !isSpatial(k))) while (rest % factor !== 0) factor--;
    if (flavour.residuals && !flavour.spread && random.chance(0.8))
      factor = random.between(2, Math.max(2, Math.min(3, most)));
    const residual = ((rest - 1) % factor) + 1;
    rest = Math.ceil(rest / factor);
    if (factor > 1 || random.chance(0.1)) place.push({ dimension, factor, residual });
  });
  if (rest === 1) return;
  const outermost = slots[slots.length - 1];
  const has = (kind: number) => outermost[kind].some((loop) => loop.dimension === dimension);
  const spatial = rest <= 4 && random.chance(0.2) ? random.between(1, 2) : 0;
  // Only where no loop of the dimension in this slot is outside it: temporal ones are, and Y is outside X.
  if (spatial > 0 && !has(0) && !has(2) && !has(spatial)) {
    // Spread without a loop outside; at times over more than the dimension has.
    const factor = rest + (!flavour.perfect && random.chance(0.3) ? 1 : 0);
    outermost[spatial].push({ dimension, factor, residual: rest });
  } else extraLevel(slots, { dimension, factor: rest, residual: rest });
}

/** Puts a loop outside all others of its dimension in the outermost temporal slot, merging where one is there. */
function extraLevel(slots: SimLoop[][][], loop: SimLoop): void {
  const temporal = slots[slots.length - 1][0];
  const own = temporal.findIndex((l) => l.dimension === loop.dimension);
  if (own < 0) temporal.push(loop);
  else {
    const inner = temporal[own];
    temporal[own] = {
      dimension: loop.dimension,
      factor: inner.factor * loop.factor,
      residual: (loop.residual - 1) * inner.factor + inner.residual,
    };
  }
}

/** What a problem exercises. */
export function traits(problem: SimProblem): { twoResiduals: boolean; windows: boolean; bypassedSpatial: boolean } {
  const loopsOf = (level: SimLevel) => [...level.temporal, ...level.spatialX, ...level.spatialY];
  const cut = (level: SimLevel, d: number) => loopsOf(level).some((l) => l.dimension === d && l.residual !== l.factor);
  const spread = (level: SimLevel) => [...level.spatialX, ...level.spatialY].some((l) => l.factor > 1);
  return {
    twoResiduals: problem.bounds.some((_, d) => problem.levels.filter((level) => cut(level, d)).length >= 2),
    windows: problem.dataSpaces.some((space) =>
      space.ranks.some((rank) => rank.length > 1 && rank.some((term) => term.coefficient > 1)),
    ),
    bypassedSpatial: problem.dataSpaces.some((_, v) => {
      const kept = [...problem.levels.keys()].filter((l) => problem.levels[l].keep[v]);
      return kept.some((o, i) => {
        const c = i === 0 ? -1 : kept[i - 1];
        return o - c > 1 && problem.levels.slice(c + 1, o + 1).some(spread);
      });
    }),
  };
}
