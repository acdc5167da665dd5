import { type Boxes, differenceBoxes, wholeTile } from "./boxes.ts";
import { compareWithHistory, emptyHistory, overlap, remember, type TileHistory } from "./delta.ts";
import { movedSince, type Received, servedByNeighbours } from "./links.ts";
import { captureState, restoreState, type Stretch, stateKey } from "./memory.ts";
import { groupsServed, multicastPatterns, type Pattern, singlePattern } from "./multicast.ts";
import { type Nest, temporal } from "./nest.ts";
import { type Projection, rankExtents, shiftBy, tileSize } from "./projection.ts";
import { type AccessRecord, Ledger } from "./records.ts";
import { type Grid, gridOf, type Spread, spreadChildren } from "./spread.ts";
import { stepsOf } from "./steps.ts";

/** What one instance of a storage level sends to its children, for one data space. */
export interface Traffic {
  records: AccessRecord[];
  linkTransfers: number;
  /** Largest tile of one child and of all children of one parent together, words. */
  childWords: number;
  unionWords: number;
  /** Most children ever served at one step. */
  children: number;
}

export interface TrafficRules {
  linkTransfers: boolean;
  toroidal: boolean;
  /** The window rule of versions before January 2025. */
  pausesCount: boolean;
  fanout: { x: number; y: number };
  noMulticast: boolean;
  noLinkTransfer: boolean;
  noTemporalReuse: boolean;
}

/** Stretches of fewer temporal loops than this are walked anew: looking them up would cost more. */
const shortestStretch = 4;

/** Children at one step: their tiles, and the multicasts that serve them (`set`: number of its patterns). */
interface Served {
  spread: Spread;
  number: number;
  set: number;
}

interface Tile {
  extents: Float64Array;
  words: number;
}

/**
 * Follows the tile of one data space in one child of storage level `level` over time (Timeloop
 * `NestAnalysis::ComputeDeltas`). Only the child at the origin is walked; the others receive the same words, translated.
 * For level 0 with spatial loops the children are the arithmetic units and take single points.
 */
export class TrafficWalk {
  private readonly inner: number;
  private readonly parent: number;
  private readonly points: boolean;
  private readonly spatial: boolean;
  private readonly links: boolean;
  private readonly grid: Grid;
  private readonly position: Float64Array;
  private readonly history: TileHistory;
  private received: Received | null = null;
  private boxes: Boxes = [];
  private childWords = 0;
  private unionWords = 0;
  private children = 0;
  private readonly patterns: (readonly Pattern[])[] = [singlePattern];
  private ledger: Ledger = new Ledger(this.patterns);
  private readonly tiles = new Map<number, Tile>();
  private readonly spreads = new Map<number, Served>();
  private readonly spreadNumbers = new Map<Spread, number>();
  private readonly relieved = new Map<string, { set: number; transfers: number } | null>();
  private readonly stretches = new Map<string, Stretch>();

  constructor(
    private readonly nest: Nest,
    private readonly projection: Projection,
    level: number,
    private readonly rules: TrafficRules,
  ) {
    this.inner = nest.first[level];
    this.spatial = nest.master[level] >= 0;
    this.points = level === 0;
    this.parent = this.spatial ? nest.master[level] : this.inner;
    this.grid = gridOf(nest, this.inner, this.spatial ? this.parent : this.inner - 1, rules.fanout);
    this.links = this.spatial && rules.linkTransfers && !rules.noLinkTransfer && this.grid.width * this.grid.height > 1;
    this.position = new Float64Array(projection.ranks);
    this.history = emptyHistory(projection.ranks);
  }

  run(): Traffic {
    this.visit(this.nest.length - 1, 1, this.nest.allLast);
    return {
      records: this.ledger.records(),
      linkTransfers: this.ledger.linkTransfers,
      childWords: this.childWords,
      unionWords: this.unionWords,
      children: this.children,
    };
  }

  private visit(level: number, epochs: number, mask: number): void {
    if (level - this.parent < shortestStretch) {
      this.walk(level, epochs, mask);
      return;
    }
    const number = (spread: Spread) => this.spreadNumbers.get(spread) ?? -1;
    const key = `${level} ${mask} ${stateKey(this.history, this.received, this.position, number)}`;
    let stretch = this.stretches.get(key);
    if (stretch === undefined) {
      const total = this.ledger;
      this.ledger = new Ledger(this.patterns);
      this.walk(level, 1, mask);
      stretch = { ledger: this.ledger, after: captureState(this.history, this.received, this.position) };
      this.ledger = total;
      this.stretches.set(key, stretch);
    } else {
      this.received = restoreState(stretch.after, this.history, this.position);
    }
    this.ledger.addAll(stretch.ledger, epochs);
  }

  private walk(level: number, epochs: number, mask: number): void {
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
    let at = 0;
    for (const step of stepsOf(trips, walkLast, nest.end[level] !== nest.residual[level])) {
      if (step.index !== at) shiftBy(this.position, move, step.index - at);
      at = step.index;
      const within = last && at + 1 >= nest.residual[level] ? mask : mask & ~bit;
      if (level === this.parent) this.ledger.add(0, this.receive(within) * step.weight * epochs);
      else this.visit(level - 1, epochs * step.inside, within);
    }
    if (at !== 0) shiftBy(this.position, move, -at);
  }

  /** Words of this step that are new to the first child. */
  private receive(mask: number): number {
    const { position, history, rules } = this;
    const { extents, words } = this.tile(mask);
    if (words > this.childWords) this.childWords = words;
    let remaining: "all" | "difference" = "all";
    const reuse = !this.points && !rules.noTemporalReuse;
    if (reuse) remaining = compareWithHistory(history, position, extents, rules.pausesCount);
    let fresh = words;
    if (remaining === "difference") fresh -= overlap(history, position, extents);
    if (this.links) {
      this.boxes = remaining === "all" ? wholeTile(position, extents) : differenceBoxes(history, position, extents);
    }
    if (reuse) remember(history, position, extents);
    return fresh;
  }

  private tile(mask: number): Tile {
    let tile = this.tiles.get(mask);
    if (tile === undefined) {
      const extents = this.points
        ? new Float64Array(this.projection.ranks).fill(1)
        : rankExtents(this.projection, this.nest, this.inner - 1, mask);
      tile = { extents, words: tileSize(extents) };
      this.tiles.set(mask, tile);
    }
    return tile;
  }

  /** One step of the spatial loops: the first child's new words, seen by every child. */
  private distribute(epochs: number, mask: number): void {
    const { nest } = this;
    let within = mask;
    for (let i = this.parent; i >= this.inner; i--) {
      if (nest.residual[i] > 1) within &= ~nest.lastBit[nest.dimension[i]];
    }
    const words = this.receive(within) * epochs;
    const served = this.serve(mask);
    const relief = this.links ? this.relief(served) : null;
    if (words === 0) return;
    this.ledger.add(relief?.set ?? served.set, words);
    if (relief !== null) this.ledger.linkTransfers += words * relief.transfers;
  }

  private serve(mask: number): Served {
    let served = this.spreads.get(mask);
    if (served === undefined) {
      const spread = spreadChildren(this.nest, this.projection, this.inner, this.parent, mask);
      const patterns = multicastPatterns(spread.group, this.grid, this.rules.noMulticast, null);
      served = { spread, number: this.spreads.size, set: this.patterns.push(patterns) - 1 };
      this.spreads.set(mask, served);
      this.spreadNumbers.set(spread, served.number);
      this.children = Math.max(this.children, spread.children);
      const union = tileSize(rankExtents(this.projection, this.nest, this.parent, mask));
      this.unionWords = Math.max(this.unionWords, union);
    }
    return served;
  }

  /** Transfers from neighbours, where they save the parent accesses. */
  private relief(served: Served): { set: number; transfers: number } | null {
    const before = this.received;
    const now: Received = { spread: served.spread, boxes: this.boxes };
    this.received = now;
    if (before === null) return null;
    const shift = movedSince(now, before);
    if (shift === null) return null;
    const key = `${served.number} ${this.spreadNumbers.get(before.spread)} ${shift.join()}`;
    let relief = this.relieved.get(key);
    if (relief === undefined) {
      relief = this.findRelief(served, before.spread, shift);
      this.relieved.set(key, relief);
    }
    return relief;
  }

  private findRelief(served: Served, before: Spread, shift: readonly number[]) {
    const marks = servedByNeighbours(served.spread, before, shift, this.grid, this.rules.toroidal);
    if (marks === null) return null;
    const left = multicastPatterns(served.spread.group, this.grid, this.rules.noMulticast, marks);
    if (groupsServed(left) >= groupsServed(this.patterns[served.set])) return null;
    return { set: this.patterns.push(left) - 1, transfers: marks.reduce((sum, mark) => sum + mark, 0) };
  }
}
