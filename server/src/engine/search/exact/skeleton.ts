import { distinctWords, type ExactProblem } from "./problem.ts";

/** One way a dimension spreads over the arrays, and where its chain of passes ends. */
export interface DimensionSpread {
  /** Index into `mapspace.profiles[dimension]`. */
  profile: number;
  bound: number;
  /** Spatial factor by level. */
  spatial: readonly number[];
  /** Product of all factors P of the dimension: the bound, or more where a spatial loop has a remainder. */
  top: number;
  /** Temporal iterations: `top / Π spatial`. */
  passes: number;
  graph: DimensionGraph;
}

/**
 * Tile sizes one dimension may have at each level boundary, and which follow which. Boundary l lies outside the
 * temporal slot of level l; boundary −1 is the arithmetic, so entries are at index l + 1.
 */
export interface DimensionGraph {
  /** Cumulative product of the factors P inside each boundary. */
  tiles: readonly Float64Array[];
  /** `edges[m][i]`: indices at boundary m reached from tile i at boundary m − 1 through slot m. */
  edges: readonly (readonly Int32Array[])[];
  /** The edge on which the temporal factor is 1, or −1. */
  still: readonly Int32Array[];
}

/** Spatial factors and ends of all dimensions: what a label-setting programme over tiles keeps fixed. */
export interface Skeleton {
  spreads: readonly DimensionSpread[];
  /** `outside[(l + 1) · dimensions + d]`: product of the spatial factors of d outside boundary l. */
  outside: Float64Array;
  /** Instances by boundary: product of all spatial factors outside it, at index l + 1. */
  instances: Float64Array;
  cycles: number;
  bounds: readonly number[];
  tops: readonly number[];
  /** Distinct words of each data space. */
  distinct: readonly number[];
}

/** The spreads of each dimension: its profiles, each with every product its chain can end in. */
export function dimensionSpreads(problem: ExactProblem): DimensionSpread[][][] {
  const { mapspace, levels, dimensions } = problem;
  const { rules } = mapspace;
  return mapspace.profiles.map((profiles, d) =>
    profiles.map((profile, index) => {
      const bound = rules.bounds[d][profile.bound];
      const spatial = new Array<number>(levels).fill(1);
      rules.spreads.forEach((spread, s) => {
        spatial[spread.level] = profile.factors[s];
      });
      const ruleOf = (level: number) => rules.factors[(2 * level + 1) * dimensions + d];
      return graphs(bound, spatial, ruleOf).map(({ top, graph }) => ({
        profile: index,
        bound,
        spatial,
        top,
        passes: top / spatial.reduce((product, p) => product * p, 1),
        graph,
      }));
    }),
  );
}

/**
 * A spread whose bounds hold for each of these, which differ in the ends of their chains only: as soon done as any, and
 * with a remainder.
 */
export function loosestOf(ends: readonly DimensionSpread[]): DimensionSpread {
  const [least, ...others] = [...ends].sort((a, b) => a.passes - b.passes);
  return others.length === 0 ? least : { ...least, top: Number.NaN };
}

function graphs(
  bound: number,
  spatial: readonly number[],
  ruleOf: (level: number) => { min: number; max: number },
): { top: number; graph: DimensionGraph }[] {
  const levels = spatial.length;
  const reached: number[][] = [[1]];
  const next = (tile: number, m: number): number[] => {
    const passes = Math.ceil(Math.ceil(bound / tile) / spatial[m]);
    const { min, max } = ruleOf(m);
    const found: number[] = [];
    for (let p = min; p <= Math.min(max, passes); p++) if (passes % p === 0) found.push(tile * spatial[m] * p);
    return found;
  };
  for (let m = 0; m < levels; m++) {
    const tiles = new Set<number>();
    for (const tile of reached[m]) {
      // A spatial loop is never longer than the passes it takes.
      if (spatial[m] > Math.ceil(bound / tile)) continue;
      for (const t of next(tile, m)) tiles.add(t);
    }
    reached.push([...tiles].sort((a, b) => a - b));
  }
  const tops = reached[levels].filter((tile) => tile >= bound);
  return tops.map((top) => {
    const kept: number[][] = [];
    kept[levels] = [top];
    for (let m = levels - 1; m >= 0; m--) {
      const allowed = new Set(kept[m + 1]);
      kept[m] = reached[m].filter(
        (tile) => spatial[m] <= Math.ceil(bound / tile) && next(tile, m).some((t) => allowed.has(t)),
      );
    }
    const edges: Int32Array[][] = [];
    const still: Int32Array[] = [];
    for (let m = 0; m < levels; m++) {
      const at = new Map(kept[m + 1].map((tile, i) => [tile, i]));
      edges.push(
        kept[m].map((tile) =>
          Int32Array.from(
            next(tile, m).filter((t) => at.has(t)),
            (t) => at.get(t)!,
          ),
        ),
      );
      still.push(
        Int32Array.from(kept[m], (tile) =>
          next(tile, m).includes(tile * spatial[m]) ? (at.get(tile * spatial[m]) ?? -1) : -1,
        ),
      );
    }
    return { top, graph: { tiles: kept.map((list) => Float64Array.from(list)), edges, still } };
  });
}

export function skeletonOf(problem: ExactProblem, spreads: readonly DimensionSpread[]): Skeleton {
  const { levels, dimensions } = problem;
  const outside = new Float64Array((levels + 1) * dimensions).fill(1);
  const instances = new Float64Array(levels + 1).fill(1);
  for (let l = levels - 2; l >= -1; l--) {
    for (let d = 0; d < dimensions; d++) {
      outside[(l + 1) * dimensions + d] = outside[(l + 2) * dimensions + d] * spreads[d].spatial[l + 1];
      instances[l + 1] *= outside[(l + 1) * dimensions + d];
    }
  }
  return {
    spreads,
    outside,
    instances,
    cycles: spreads.reduce((product, s) => product * s.passes, 1),
    bounds: spreads.map((s) => s.bound),
    tops: spreads.map((s) => s.top),
    distinct: distinctOf(problem, spreads),
  };
}

const knownDistinct = new WeakMap<ExactProblem, Map<string, number[]>>();

function distinctOf(problem: ExactProblem, spreads: readonly DimensionSpread[]): number[] {
  let known = knownDistinct.get(problem);
  if (known === undefined) {
    known = new Map();
    knownDistinct.set(problem, known);
  }
  const bounds = spreads.map((s) => s.bound);
  const key = bounds.join();
  let words = known.get(key);
  if (words === undefined) {
    words = problem.spaces.map((space) => distinctWords(space, bounds));
    known.set(key, words);
  }
  return words;
}
