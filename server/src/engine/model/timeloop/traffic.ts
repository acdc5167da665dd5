import {
  type Boxes,
  compareWithHistory,
  differenceBoxes,
  emptyHistory,
  overlap,
  remember,
  type TileHistory,
  wholeTile,
} from "./delta.ts";
import { type Received, servedByNeighbours } from "./links.ts";
import { type Nest, temporal } from "./nest.ts";
import { type Projection, rankExtents, tileSizes } from "./projection.ts";
import { type AccessRecord, AccessRecords } from "./records.ts";
import { type Grid, gridOf, multicastPatterns, type Pattern, type Spread, spreadChildren } from "./spread.ts";
import { stepsOf } from "./steps.ts";

/** What one instance of a storage level sends to its children, for one data space. */
export interface Traffic {
  records: AccessRecord[];
  linkTransfers: number;
  /** Largest tile of one child and of all children of one parent together, words. */
  childWords: number;
  unionWords: number;
}

export interface TrafficRules {
  linkTransfers: boolean;
  toroidal: boolean;
  /** The window rule of versions before January 2025. */
  pausesCount: boolean;
  fanout: { x: number; y: number };
  /** Per data space, of the sending level. */
  noMulticast: readonly boolean[] | undefined;
  noLinkTransfer: readonly boolean[] | undefined;
  /** Per data space, of the receiving level. */
  noTemporalReuse: readonly boolean[] | undefined;
}

/** Operations done below the innermost level when its spatial loops feed the arithmetic directly. */
export interface ArithmeticSteps {
  /** Sum over units of the steps at which they act, and the number of units that ever act. */
  operations: number;
  units: number;
}

/**
 * Follows the tiles of one child of storage level `level` over time (Timeloop `NestAnalysis::ComputeDeltas`). Only the
 * child at the origin is walked; the others receive the same words, translated. For level 0 with spatial loops the
 * children are the arithmetic units and take single points.
 */
export class TrafficWalk {
  readonly arithmetic: ArithmeticSteps = { operations: 0, units: 0 };
  private readonly records: AccessRecords[] = [];
  private readonly links: Float64Array;
  private readonly childWords: Float64Array;
  private readonly unionWords: Float64Array;
  private readonly histories: TileHistory[] = [];
  private readonly position: Float64Array;
  private readonly delta: Float64Array;
  private readonly boxes: Boxes[] = [];
  private readonly received: (Received | null)[] = [];
  private readonly inner: number;
  private readonly parent: number;
  private readonly points: boolean;
  private readonly spatial: boolean;
  private readonly grid: Grid;
  private readonly wantsBoxes: boolean;
  private readonly extentsByMask = new Map<
    number,
    { extents: Float64Array; sizes: Float64Array; union: Float64Array }
  >();
  private readonly spreadByMask = new Map<number, { spread: Spread; patterns: Pattern[][] }>();

  constructor(
    private readonly nest: Nest,
    private readonly projection: Projection,
    level: number,
    private readonly rules: TrafficRules,
  ) {
    const { dataSpaces } = projection;
    this.inner = nest.first[level];
    this.spatial = nest.master[level] >= 0;
    this.points = level === 0;
    this.parent = this.spatial ? nest.master[level] : this.inner;
    this.grid = gridOf(nest, this.inner, this.spatial ? this.parent : this.inner - 1, rules.fanout);
    this.links = new Float64Array(dataSpaces);
    this.childWords = new Float64Array(dataSpaces);
    this.unionWords = new Float64Array(dataSpaces);
    this.delta = new Float64Array(dataSpaces);
    this.position = new Float64Array(projection.ranks);
    const allApart = rules.noLinkTransfer?.every(Boolean);
    this.wantsBoxes = this.spatial && rules.linkTransfers && !allApart && this.grid.width * this.grid.height > 1;
    for (let p = 0; p < dataSpaces; p++) {
      this.records.push(new AccessRecords());
      this.histories.push(emptyHistory(projection.start[p + 1] - projection.start[p]));
      this.boxes.push([]);
      this.received.push(null);
    }
  }

  run(): Traffic[] {
    this.visit(this.nest.length - 1, 1, this.nest.allLast);
    return this.records.map((records, p) => ({
      records: records.sorted(),
      linkTransfers: this.links[p],
      childWords: this.childWords[p],
      unionWords: this.unionWords[p],
    }));
  }

  private visit(level: number, epochs: number, mask: number): void {
    const { nest } = this;
    if (level === this.parent && this.spatial) {
      this.distribute(epochs, mask);
      return;
    }
    const d = nest.dimension[level];
    const bit = nest.lastBit[d];
    const last = (mask & bit) !== 0;
    if (nest.kind[level] !== temporal) {
      this.visit(level - 1, epochs, last && nest.residual[level] <= 1 ? mask : mask & ~bit);
      return;
    }
    const trips = last ? nest.residual[level] : nest.end[level];
    const walkLast = last && nest.innermostImperfect[d] < level;
    const move = this.projection.moves[level];
    const { position } = this;
    let at = 0;
    for (const step of stepsOf(trips, walkLast, nest.end[level] !== nest.residual[level])) {
      const by = step.index - at;
      at = step.index;
      if (by !== 0) for (let k = 0; k < move.ranks.length; k++) position[move.ranks[k]] += by * move.steps[k];
      const within = last && at + 1 >= nest.residual[level] ? mask : mask & ~bit;
      if (level === this.parent) {
        this.receive(within, within);
        const words = step.weight * epochs;
        for (let p = 0; p < this.delta.length; p++) this.records[p].addSingle(this.delta[p] * words);
      } else {
        this.visit(level - 1, epochs * step.inside, within);
      }
    }
    if (at !== 0) for (let k = 0; k < move.ranks.length; k++) position[move.ranks[k]] -= at * move.steps[k];
  }

  /** The first child's new words at this step, into `delta`. `outerMask` is the state outside the spatial loops. */
  private receive(mask: number, outerMask: number): void {
    const { projection, position, delta, rules } = this;
    const { extents, sizes, union } = this.extents(mask, outerMask);
    for (let p = 0; p < projection.dataSpaces; p++) {
      const from = projection.start[p];
      const to = projection.start[p + 1];
      if (sizes[p] > this.childWords[p]) this.childWords[p] = sizes[p];
      if (union[p] > this.unionWords[p]) this.unionWords[p] = union[p];
      if (this.points || rules.noTemporalReuse?.[p]) {
        delta[p] = sizes[p];
        if (this.wantsBoxes) this.boxes[p] = wholeTile(position, extents, from, to);
        continue;
      }
      const history = this.histories[p];
      const remaining = compareWithHistory(history, position, extents, from, to, rules.pausesCount);
      if (remaining === "all") {
        delta[p] = sizes[p];
        if (this.wantsBoxes) this.boxes[p] = wholeTile(position, extents, from, to);
      } else {
        delta[p] = sizes[p] - overlap(history, position, extents, from, to);
        if (this.wantsBoxes) this.boxes[p] = differenceBoxes(history, position, extents, from, to);
      }
      remember(history, position, extents, from, to);
    }
  }

  private extents(mask: number, outerMask: number) {
    const key = mask * 2 ** 26 + outerMask;
    let known = this.extentsByMask.get(key);
    if (known === undefined) {
      const { projection, nest } = this;
      const extents = this.points
        ? new Float64Array(projection.ranks).fill(1)
        : rankExtents(projection, nest, this.inner - 1, mask);
      known = {
        extents,
        sizes: tileSizes(projection, extents),
        union: tileSizes(projection, rankExtents(projection, nest, this.parent, outerMask)),
      };
      this.extentsByMask.set(key, known);
    }
    return known;
  }

  /** One step of the spatial loops: the first child's new words, seen by every child. */
  private distribute(epochs: number, mask: number): void {
    const { nest, rules } = this;
    let within = mask;
    for (let i = this.parent; i >= this.inner; i--) {
      const bit = nest.lastBit[nest.dimension[i]];
      if (nest.residual[i] > 1) within &= ~bit;
    }
    this.receive(within, mask);
    const { spread, patterns } = this.spread(mask);
    if (this.points) {
      this.arithmetic.operations += epochs * spread.children;
      this.arithmetic.units = Math.max(this.arithmetic.units, spread.children);
    }
    for (let p = 0; p < this.delta.length; p++) {
      const words = this.delta[p] * epochs;
      const served = this.wantsBoxes ? this.neighbours(p, spread) : null;
      if (words === 0) continue;
      if (served !== null) {
        const reduced = multicastPatterns(spread.group[p], this.grid, rules.noMulticast?.[p] ?? false, served);
        if (groups(reduced) < groups(patterns[p])) {
          this.records[p].add(reduced, words);
          this.links[p] += words * count(served);
          continue;
        }
      }
      this.records[p].add(patterns[p], words);
    }
  }

  private neighbours(p: number, spread: Spread): Uint8Array | null {
    const { projection, rules } = this;
    const before = this.received[p];
    const now: Received = { spread, boxes: this.boxes[p] };
    this.received[p] = now;
    if (before === null || rules.noLinkTransfer?.[p]) return null;
    return servedByNeighbours(now, before, projection.start[p], projection.start[p + 1], this.grid, rules.toroidal);
  }

  private spread(mask: number) {
    let known = this.spreadByMask.get(mask);
    if (known === undefined) {
      const spread = spreadChildren(this.nest, this.projection, this.inner, this.parent, mask);
      const patterns = spread.group.map((group, p) =>
        multicastPatterns(group, this.grid, this.rules.noMulticast?.[p] ?? false, null),
      );
      known = { spread, patterns };
      this.spreadByMask.set(mask, known);
    }
    return known;
  }
}

function groups(patterns: readonly Pattern[]): number {
  return patterns.reduce((sum, pattern) => sum + pattern.scatter, 0);
}

function count(marks: Uint8Array): number {
  let sum = 0;
  for (const mark of marks) sum += mark;
  return sum;
}
