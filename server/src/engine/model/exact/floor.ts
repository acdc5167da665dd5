import type { ClosedForm } from "./closed.ts";
import { type Nest, temporal } from "./nest.ts";
import { type Projection, projectionOfRanks, type Rank } from "./projection.ts";

/**
 * Least words a data space with windows may move, from one without: along every window only one of its two dimensions
 * counts, or none. A tile that moves by p indices of the dimension brings p new words or more, whatever halo it keeps,
 * unless a loop of the other dimension goes back at the same step; then only the extent across that window counts.
 */
export class WindowFloor {
  parentWords = 0;
  childWords = 0;
  private readonly windows: readonly { rank: Rank; weight: number }[];
  /** By choice per window in base 3: its first dimension, its second, neither. */
  private readonly without: readonly Projection[];

  private constructor(projection: Projection, windows: readonly Rank[]) {
    this.windows = windows.map((rank, k) => ({ rank, weight: 3 ** k }));
    this.without = Array.from({ length: 3 ** windows.length }, (_, choice) => thinned(projection, windows, choice));
  }

  /** Null where a window joins other than two dimensions along one rank, and for outputs. */
  static of(projection: Projection): WindowFloor | null {
    const windows = projection.parts.filter((part) => part.dimensions.length > 1);
    const simple = windows.every(({ dimensions, ranks }) => dimensions.length === 2 && ranks.length === 1);
    const steps = windows.every(({ ranks }) => ranks[0].coefficients.every((c) => c >= 1 && Number.isInteger(c)));
    if (projection.readWrite || !simple || !steps) return null;
    return new WindowFloor(
      projection,
      windows.map(({ ranks }) => ranks[0]),
    );
  }

  /** Of one transfer, into `parentWords` and `childWords`. */
  count(nest: Nest, closed: ClosedForm, child: number, parent: number): void {
    const at = (child + 1) * nest.dimensions;
    const end = nest.before(child);
    let choice = 0;
    let across = 1;
    for (let k = 0; k < this.windows.length; k++) {
      const { rank, weight } = this.windows[k];
      const { dimensions, coefficients } = rank;
      let counted = 0;
      if (child < 0) counted = spread(nest, dimensions[1], end) > spread(nest, dimensions[0], end) ? 1 : 0;
      else {
        const first = moves(nest, dimensions[0], end);
        const second = moves(nest, dimensions[1], end);
        if (first && second) counted = 2;
        else if (second) counted = 1;
        else if (!first) counted = spread(nest, dimensions[1], end) > spread(nest, dimensions[0], end) ? 1 : 0;
        // Children that stop at different steps may receive the same words from different tiles.
        const d = dimensions[counted & 1];
        if (counted < 2 && nest.perfect[at + d] === 0 && spread(nest, d, end) > 1) counted = 2;
      }
      choice += counted * weight;
      if (counted < 2) continue;
      let extent = 1;
      for (let t = 0; t < 2; t++) extent += coefficients[t] * (leastExtent(nest, at + dimensions[t]) - 1);
      across *= extent;
    }
    closed.traffic(nest, this.without[choice], child, parent, child < 0);
    this.parentWords = across * closed.parentWords;
    this.childWords = across * closed.childWords;
  }
}

function thinned(projection: Projection, windows: readonly Rank[], choice: number): Projection {
  const ranks = projection.ranks.map((rank): Rank => {
    const k = windows.indexOf(rank);
    if (k < 0) return rank;
    const counted = Math.floor(choice / 3 ** k) % 3;
    if (counted === 2) return { dimensions: [], coefficients: [], words: 1 };
    return { dimensions: [rank.dimensions[counted]], coefficients: [1], words: rank.words };
  });
  return projectionOfRanks(projection.relevant.length, projection.readWrite, ranks);
}

function leastExtent(nest: Nest, at: number): number {
  return nest.perfect[at] === 1 ? nest.extent[at] : Math.min(nest.extent[at], nest.lastExtent[at]);
}

/** Do temporal loops outside the child move this dimension? */
function moves(nest: Nest, d: number, end: number): boolean {
  for (let i = 0; i < end; i++) if (nest.dimension[i] === d && nest.axis[i] === temporal) return true;
  return false;
}

function spread(nest: Nest, d: number, end: number): number {
  let children = 1;
  for (let i = 0; i < end; i++) if (nest.dimension[i] === d && nest.axis[i] !== temporal) children *= nest.factor[i];
  return children;
}
