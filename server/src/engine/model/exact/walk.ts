import type { Cell, ChildClass, Mesh, ParentClass } from "./classes.ts";
import { parentClasses } from "./classes.ts";
import { type Nest, temporal } from "./nest.ts";
import { type Projection, rankExtent } from "./projection.ts";

/** One kind of step: which loop advances and what every class of children receives. */
export interface StepClass {
  /** Loop of the nest that advances; −1 is the first step. */
  advancing: number;
  /** How often, over all parents. */
  count: number;
  /** Of the first child that receives anything: its tile, and what it already had of it. */
  tileWords: number;
  overlapWords: number;
  /** Words leaving one parent, words arriving at its children. */
  parentWords: number;
  childWords: number;
  /** Words that would arrive if no tile kept anything. */
  wholeWords: number;
  groups: readonly { multicast: number; words: number; hops: number; groups: number }[];
}

export interface WalkResult {
  /** Words leaving the parents (A of docs/model.md) and arriving at the children (F). */
  parentWords: number;
  childWords: number;
  /** The same for the parent, and the child, whose spatial indices are all 0. */
  firstParentWords: number;
  firstChildWords: number;
  /** Words that children, and the first of them, took from a neighbour instead of the parent. */
  linkedWords: number;
  firstLinkedWords: number;
  steps: StepClass[];
}

export interface WalkRules {
  /** Every tile is sent whole: the child is the arithmetic, or keeps nothing from step to step. */
  wholeTiles: boolean;
  /** No two children share a transfer. */
  alone: boolean;
  /** Children take from a neighbour what it received at the step just before (point 9). */
  links?: { toroidal: boolean } | null;
}

/** A class of children along all dimensions: one index into the parent's classes per dimension. */
interface Joint {
  /** Column of the relation table per dimension. */
  column: Int32Array;
  classes: readonly ChildClass[];
  cells: readonly (Cell & { offset: number })[];
  first: boolean;
}

const loose = 0;
const tight = 1;
const idle = 2;

/**
 * Counts transfers by kinds of step (docs/model.md, `exact`, point 10), for any mix of residual loops, windows and
 * spatial slots. A run of the loops from one on inwards depends only on how the digits outside compare with each
 * class's last step and on the translations remembered, so each such run is worked out once, and a loop that comes
 * back to a state it was in before is not repeated: the number of runs does not grow with trip counts. Only the
 * children of one parent are enumerated, to find which deltas are equal.
 */
export function walkSteps(
  nest: Nest,
  projection: Projection,
  child: number,
  parent: number,
  mesh: Mesh,
  rules: WalkRules,
): WalkResult {
  const { dimensions } = nest;
  const perDimension: ParentClass[][] = [];
  for (let d = 0; d < dimensions; d++) {
    perDimension.push(parentClasses(nest, d, child, parent, mesh.weights, projection.relevant[d] === 1));
  }
  const result: WalkResult = {
    parentWords: 0,
    childWords: 0,
    firstParentWords: 0,
    firstChildWords: 0,
    linkedWords: 0,
    firstLinkedWords: 0,
    steps: [],
  };
  const merged = new Map<string, StepClass>();
  const choose = (d: number, chosen: ParentClass[]) => {
    if (d < dimensions) {
      for (const option of perDimension[d]) choose(d + 1, [...chosen, option]);
      return;
    }
    const multiplicity = chosen.reduce((product, option) => product * option.multiplicity, 1);
    const isFirst = chosen.every((option) => option.first);
    const walk = new Walk(
      nest,
      projection,
      child,
      chosen,
      mesh,
      rules,
      null,
      rules.links ? lastSteps(nest, perDimension) : null,
    );
    for (const [signature, count] of walk.run()) {
      const { step, firstChildWords, linkedWords, firstLinkedWords } = walk.kinds[signature];
      result.linkedWords += multiplicity * count * linkedWords;
      if (isFirst) result.firstLinkedWords += count * firstLinkedWords;
      result.parentWords += multiplicity * count * step.parentWords;
      result.childWords += multiplicity * count * step.childWords;
      if (isFirst) {
        result.firstParentWords += count * step.parentWords;
        result.firstChildWords += count * firstChildWords;
      }
      if (step.childWords === 0) continue;
      const key = JSON.stringify([step.advancing, step.tileWords, step.overlapWords, step.groups]);
      const same = merged.get(key);
      if (same === undefined) merged.set(key, { ...step, count: multiplicity * count });
      else same.count += multiplicity * count;
    }
  };
  choose(0, []);
  result.steps = [...merged.values()];
  return result;
}

/** Columns of `walkPart`: all transfers out of parents, those of the first, all into children, into the first. */
export const partColumns = 4;

/**
 * The same for one part of a data space alone, over its temporal loops before `cut`: words by advancing loop
 * (row `a + 1`; row 0 is the first step). With `slide` ≥ 0, steps of that loop, of none and of the same translation
 * keep the overlap; otherwise every tile is sent whole.
 */
export function walkPart(
  nest: Nest,
  projection: Projection,
  dimensions: readonly number[],
  child: number,
  parent: number,
  cut: number,
  slide: number,
): Float64Array {
  const words = new Float64Array(partColumns * (nest.size + 1));
  const weights = { x: new Array<number>(nest.size).fill(0), y: new Array<number>(nest.size).fill(0) };
  const aside: ParentClass[] = [
    {
      multiplicity: 1,
      first: true,
      children: [{ last: new Float64Array(nest.size), end: 1, cells: [{ value: 0, x: 0, y: 0 }], first: true }],
    },
  ];
  const perDimension = Array.from({ length: nest.dimensions }, (_, d) =>
    dimensions.includes(d) ? parentClasses(nest, d, child, parent, weights, true) : aside,
  );
  const choose = (d: number, chosen: ParentClass[]) => {
    if (d < nest.dimensions) {
      for (const option of perDimension[d]) choose(d + 1, [...chosen, option]);
      return;
    }
    const multiplicity = chosen.reduce((product, option) => product * option.multiplicity, 1);
    const isFirst = chosen.every((option) => option.first);
    const rules = { wholeTiles: slide < 0, alone: false };
    const walk = new Walk(nest, projection, child, chosen, null, rules, { dimensions, cut, slide });
    for (const [signature, count] of walk.run()) {
      const { step, firstChildWords } = walk.kinds[signature];
      const row = partColumns * (step.advancing + 1);
      words[row] += multiplicity * count * step.parentWords;
      words[row + 2] += multiplicity * count * step.childWords;
      if (!isFirst) continue;
      words[row + 1] += count * step.parentWords;
      words[row + 3] += count * firstChildWords;
    }
  };
  choose(0, []);
  return words;
}

/** Loops a walk is restricted to. */
interface Restriction {
  dimensions: readonly number[];
  cut: number;
  slide: number;
}

interface Kind {
  step: StepClass;
  firstChildWords: number;
  linkedWords: number;
  firstLinkedWords: number;
}

/** Digits of the very last step at which any instance acts, per dimension. */
function lastSteps(nest: Nest, perDimension: readonly ParentClass[][]): Float64Array[] {
  return perDimension.map((parents) => {
    let latest: Float64Array = new Float64Array(nest.size);
    for (const { children } of parents) {
      for (const { last } of children) {
        const i = last.findIndex((digit, k) => digit !== latest[k]);
        if (i >= 0 && last[i] > latest[i]) latest = last;
      }
    }
    return latest;
  });
}

interface Run {
  /** Remembered translation per joint class: an index into `translations`, −1 for none. */
  state: readonly number[];
  counts: Map<number, number>;
}

class Walk {
  readonly kinds: Kind[] = [];
  private readonly kindIds = new Map<string, number>();
  private readonly translations = new Map<string, number>();
  private readonly runs = new Map<string, Run>();
  /** Temporal loops that matter, outer to inner. */
  private readonly loops: number[] = [];
  private readonly joints: Joint[] = [];
  private readonly columns: { d: number; last: Float64Array; end: number }[] = [];
  /** Column of the last step of all, by dimension; only where links need it. */
  private readonly globals: number[] = [];
  /** Deltas by number, for the state of links. */
  private readonly deltas: Delta[] = [];
  private readonly deltaIds = new Map<string, number>();
  /** Per rank: weight of an offset along it in one number. */
  private readonly weights: number[] = [];

  constructor(
    private readonly nest: Nest,
    private readonly projection: Projection,
    private readonly child: number,
    parents: readonly ParentClass[],
    private readonly mesh: Mesh | null,
    private readonly rules: WalkRules,
    private readonly only: Restriction | null = null,
    private readonly lasts: readonly Float64Array[] | null = null,
  ) {
    let weight = 1;
    for (const rank of projection.ranks) {
      this.weights.push(weight);
      weight *= 2 * rank.words + 2;
    }
    const end = only === null ? nest.before(child) : only.cut;
    let innermost = -1;
    for (let i = 0; i < end; i++) {
      if (nest.axis[i] === temporal && (rules.wholeTiles || lasts !== null || projection.relevant[nest.dimension[i]]))
        innermost = i;
    }
    for (let i = 0; i <= innermost; i++) {
      if (nest.axis[i] === temporal && (only === null || only.dimensions.includes(nest.dimension[i])))
        this.loops.push(i);
    }
    this.join(parents);
    lasts?.forEach((last, d) => {
      this.globals.push(this.columns.push({ d, last, end: 0 }) - 1);
    });
  }

  private join(parents: readonly ParentClass[]): void {
    const columnOf: number[][] = parents.map(({ children }, d) =>
      children.map((c) => this.columns.push({ d, last: c.last, end: c.end }) - 1),
    );
    const build = (d: number, classes: ChildClass[], column: number[], cells: (Cell & { offset: number })[]) => {
      if (d === parents.length) {
        this.joints.push({
          classes,
          column: Int32Array.from(column),
          cells,
          first: classes.every((c) => c.first),
        });
        return;
      }
      parents[d].children.forEach((option, k) => {
        const longer = cells.flatMap((cell) =>
          option.cells.map((own) => ({
            value: 0,
            x: cell.x + own.x,
            y: cell.y + own.y,
            offset: cell.offset + this.offsetOf(d, own.value),
          })),
        );
        build(d + 1, [...classes, option], [...column, columnOf[d][k]], longer);
      });
    };
    build(0, [], [], [{ value: 0, x: 0, y: 0, offset: 0 }]);
  }

  private offsetOf(d: number, value: number): number {
    let offset = 0;
    this.projection.ranks.forEach((rank, k) => {
      const i = rank.dimensions.indexOf(d);
      if (i >= 0) offset += this.weights[k] * rank.coefficients[i] * value;
    });
    return offset;
  }

  /** How often each kind of step occurs at one parent. */
  run(): Map<number, number> {
    const relation = this.columns.map(() => tight);
    const state = new Array<number>(this.lasts === null ? this.joints.length : 2 * this.joints.length).fill(-1);
    const first = this.step(-1, relation, relation, state);
    const rest = this.inside(0, relation, first.state);
    return combine(new Map([[first.kind, 1]]), rest.counts, 1);
  }

  /** All steps at which one of the loops from `depth` on advances. */
  private inside(depth: number, relation: readonly number[], state: readonly number[]): Run {
    if (depth === this.loops.length) return { state, counts: new Map() };
    const key = `${depth}|${relation.join("")}|${state.join()}`;
    const known = this.runs.get(key);
    if (known !== undefined) return known;

    const i = this.loops[depth];
    const d = this.nest.dimension[i];
    let counts = new Map<number, number>();
    let now = state;
    let digit = 0;
    while (digit < this.nest.factor[i]) {
      const related = this.relate(relation, d, i, digit);
      if (!this.someoneActs(related)) break;
      let until = this.nest.factor[i];
      this.columns.forEach((column, k) => {
        if (column.d !== d || relation[k] !== tight) return;
        for (const edge of [column.last[i], column.last[i] + 1, column.last[i] + 2])
          if (edge > digit) until = Math.min(until, edge);
      });
      if (digit === 0) until = 1;
      const former = this.relate(relation, d, i, digit - 1);
      // Equal iterations: repeat until the state comes back, then multiply.
      const seen = new Map<string, number>();
      const history: Map<number, number>[] = [];
      let left = until - digit;
      while (left > 0) {
        const name = now.join();
        const before = seen.get(name);
        if (before !== undefined) {
          const period = history.slice(before);
          const times = Math.floor(left / period.length);
          for (const once of period) counts = combine(counts, once, times);
          left -= times * period.length;
          for (let k = 0; k < left; k++) {
            counts = combine(counts, period[k], 1);
          }
          now = this.replay(depth, i, former, related, now, left);
          left = 0;
          break;
        }
        seen.set(name, history.length);
        const once = this.iteration(depth, i, former, related, now, digit > 0 || history.length > 0);
        history.push(once.counts);
        counts = combine(counts, once.counts, 1);
        now = once.state;
        left--;
      }
      digit = until;
    }
    const run: Run = { state: now, counts };
    this.runs.set(key, run);
    return run;
  }

  private replay(
    depth: number,
    i: number,
    former: readonly number[],
    related: readonly number[],
    state: readonly number[],
    times: number,
  ) {
    let now = state;
    for (let k = 0; k < times; k++) now = this.iteration(depth, i, former, related, now, true).state;
    return now;
  }

  /** The loop advances (except before its first iteration) and everything inside it runs. */
  private iteration(
    depth: number,
    i: number,
    former: readonly number[],
    related: readonly number[],
    state: readonly number[],
    advances: boolean,
  ): Run {
    if (!advances) return this.inside(depth + 1, related, state);
    const step = this.step(i, former, related, state);
    const rest = this.inside(depth + 1, related, step.state);
    return { state: rest.state, counts: combine(new Map([[step.kind, 1]]), rest.counts, 1) };
  }

  private relate(relation: readonly number[], d: number, i: number, digit: number): number[] {
    return relation.map((r, k) => {
      const column = this.columns[k];
      if (column.d !== d || r !== tight) return r;
      if (digit < column.last[i]) return loose;
      return digit === column.last[i] ? tight : idle;
    });
  }

  private acts(joint: Joint, relation: readonly number[]): boolean {
    for (const k of joint.column) if (relation[k] === idle) return false;
    return true;
  }

  private someoneActs(relation: readonly number[]): boolean {
    return this.joints.some((joint) => this.acts(joint, relation));
  }

  /** What arrives when loop `a` has advanced and all temporal loops inside it begin again. */
  private step(a: number, before: readonly number[], relation: readonly number[], state: readonly number[]) {
    const next = [...state];
    const moves: (Move | null)[] = this.joints.map((joint) =>
      this.acts(joint, relation) ? this.move(joint, a, before, relation) : null,
    );
    const deltas: (Delta | null)[] = moves.map((move, j) => {
      if (move === null) return null;
      if (a < 0 || this.rules.wholeTiles) return wholeDelta(move.extent);
      if (move.translation.every((x) => x === 0)) return difference(move);
      if (this.only !== null) return this.slides(a, move) ? difference(move) : wholeDelta(move.extent);
      const id = intern(this.translations, move.translation.join());
      if (state[j] === -1 || state[j] === id) {
        // Without windows no two tiles overlap, so there is nothing to remember.
        if (this.projection.windowed) next[j] = id;
        return difference(move);
      }
      next[j] = -1;
      return wholeDelta(move.extent);
    });
    let name = `${a}:${deltas.map((delta) => (delta === null ? "" : nameOf(delta))).join(";")}`;
    let former: (Former | null)[] | null = null;
    if (this.lasts !== null) {
      former = this.joints.map((joint, j): Former | null => {
        const delta = this.deltas[state[this.joints.length + j]];
        if (a < 0 || delta === undefined || !this.actedJustBefore(joint, a, before)) return null;
        return { delta, translation: this.move(joint, a, before, relation).translation };
      });
      deltas.forEach((delta, j) => {
        next[this.joints.length + j] = delta === null || delta.words === 0 ? -1 : this.idOf(delta);
      });
      name += `|${former.map((f) => (f === null ? "" : `${nameOf(f.delta)}<${f.translation.join()}`)).join(";")}`;
    }
    let kind = this.kindIds.get(name);
    if (kind === undefined) {
      kind = this.kinds.length;
      this.kindIds.set(name, kind);
      this.kinds.push(this.kindOf(a, deltas, former));
    }
    return { state: next, kind };
  }

  private idOf(delta: Delta): number {
    const id = intern(this.deltaIds, nameOf(delta));
    if (id === this.deltas.length) this.deltas.push(delta);
    return id;
  }

  /** Was the step before this one, of all steps, one at which these children acted? */
  private actedJustBefore(joint: Joint, a: number, before: readonly number[]): boolean {
    return joint.column.every((k, d) => {
      if (before[k] === idle) return false;
      const all = this.globals[d];
      return this.loops.every((i) => {
        if (i <= a || this.nest.dimension[i] !== d) return true;
        const end = this.nest.factor[i] - 1;
        const own = before[k] === tight ? this.columns[k].last[i] : end;
        return own === (before[all] === tight ? this.columns[all].last[i] : end);
      });
    });
  }

  /** Does the tile move as under one step of the sliding loop? */
  private slides(a: number, { translation }: Move): boolean {
    const slide = this.only?.slide ?? -1;
    if (a === slide) return true;
    const d = this.nest.dimension[slide];
    return this.projection.ranks.every((rank, k) => {
      const i = rank.dimensions.indexOf(d);
      return translation[k] === (i < 0 ? 0 : rank.coefficients[i] * this.nest.stride[slide]);
    });
  }

  /** Tile, previous tile and the way between them, per rank. */
  private move(joint: Joint, a: number, former: readonly number[], relation: readonly number[]): Move {
    const { nest, projection } = this;
    const at = (this.child + 1) * nest.dimensions;
    const extents = new Float64Array(nest.dimensions);
    const before = new Float64Array(nest.dimensions);
    const moved = new Float64Array(nest.dimensions);
    for (let d = 0; d < nest.dimensions; d++) {
      const k = joint.column[d];
      const { last, end } = this.columns[k];
      const advances = a >= 0 && nest.dimension[a] === d;
      const bound = relation[k] === tight;
      let zero = true;
      let back = 0;
      for (const i of this.loops) {
        if (i <= a || nest.dimension[i] !== d) continue;
        if (last[i] !== 0) zero = false;
        back += (former[k] === tight ? last[i] : nest.factor[i] - 1) * nest.stride[i];
      }
      const full = nest.extent[at + d];
      extents[d] = bound && zero ? end : full;
      before[d] = bound && !advances ? end : full;
      moved[d] = (advances ? nest.stride[a] : 0) - back;
    }
    return {
      extent: projection.ranks.map((rank) => rankExtent(rank, extents, 0)),
      before: projection.ranks.map((rank) => rankExtent(rank, before, 0)),
      translation: projection.ranks.map((rank) =>
        rank.dimensions.reduce((sum, d, i) => sum + rank.coefficients[i] * moved[d], 0),
      ),
    };
  }

  /** Groups the children that receive the same points. */
  private kindOf(a: number, deltas: readonly (Delta | null)[], former: readonly (Former | null)[] | null): Kind {
    const groups = new Map<string, { words: number; members: Cell[] }>();
    let childWords = 0;
    let wholeWords = 0;
    let firstChildWords = 0;
    let linkedWords = 0;
    let firstLinkedWords = 0;
    let shown: Delta | null = null;
    const around = former === null ? null : this.received(former);
    this.joints.forEach((joint, j) => {
      const delta = deltas[j];
      if (delta === null || delta.words === 0) return;
      shown ??= delta;
      childWords += delta.words * joint.cells.length;
      wholeWords += delta.tile * joint.cells.length;
      if (joint.first) firstChildWords = delta.words;
      const shift = delta.shift.reduce((sum, x, k) => sum + x * this.weights[k], 0);
      joint.cells.forEach((cell, n) => {
        if (around !== null && this.linked(around, cell, `${delta.shape}@${cell.offset + shift}`)) {
          linkedWords += delta.words;
          if (joint.first && cell.offset === 0 && cell.x === 0 && cell.y === 0) firstLinkedWords += delta.words;
          return;
        }
        const key = `${delta.shape}@${cell.offset + shift}${this.rules.alone ? `|${j}|${n}` : ""}`;
        const group = groups.get(key);
        if (group === undefined) groups.set(key, { words: delta.words, members: [cell] });
        else group.members.push(cell);
      });
    });
    const bySize = new Map<number, { multicast: number; words: number; hops: number; groups: number }>();
    let parentWords = 0;
    for (const { words, members } of groups.values()) {
      parentWords += words;
      const multicast = members.length;
      const record = bySize.get(multicast) ?? { multicast, words: 0, hops: 0, groups: 0 };
      bySize.set(multicast, record);
      record.words += words;
      record.groups++;
      if (this.mesh !== null) record.hops += words * hopsOf(members, this.mesh.height);
    }
    const example = shown as Delta | null;
    const step: StepClass = {
      advancing: a,
      count: 0,
      tileWords: example?.tile ?? 0,
      overlapWords: example === null ? 0 : example.tile - example.words,
      parentWords,
      childWords,
      wholeWords,
      groups: [...bySize.values()].sort((p, q) => p.multicast - q.multicast),
    };
    return { step, firstChildWords, linkedWords, firstLinkedWords };
  }

  /** What every place of the mesh received at the step just before, named relative to where the tiles are now. */
  private received(former: readonly (Former | null)[]): Map<number, string> {
    const places = new Map<number, string>();
    this.joints.forEach((joint, j) => {
      const before = former[j];
      if (before === null) return;
      const { shape, shift } = before.delta;
      const by = shift.reduce((sum, x, k) => sum + (x - before.translation[k]) * this.weights[k], 0);
      for (const cell of joint.cells) places.set(this.place(cell.x, cell.y), `${shape}@${cell.offset + by}`);
    });
    return places;
  }

  private place(x: number, y: number): number {
    return (y + 1) * (this.mesh!.width + 2) + x + 1;
  }

  private linked(around: ReadonlyMap<number, string>, { x, y }: Cell, wanted: string): boolean {
    const { width, height } = this.mesh!;
    const toroidal = this.rules.links?.toroidal === true;
    const holds = (i: number, j: number) => {
      const atX = toroidal ? (i + width) % width : i;
      const atY = toroidal ? (j + height) % height : j;
      return !(atX === x && atY === y) && around.get(this.place(atX, atY)) === wanted;
    };
    return holds(x - 1, y) || holds(x + 1, y) || holds(x, y - 1) || holds(x, y + 1);
  }
}

/** What a class of children received at the step just before, and how far its tile has moved since. */
interface Former {
  delta: Delta;
  translation: readonly number[];
}

interface Move {
  extent: number[];
  before: number[];
  translation: number[];
}

/** A set of points: `shape` names it up to translation, `shift` is where it begins relative to the tile. */
interface Delta {
  shape: string;
  shift: number[];
  words: number;
  tile: number;
}

function nameOf({ shape, shift }: Delta): string {
  return `${shape}@${shift.join()}`;
}

function wholeDelta(extent: readonly number[]): Delta {
  const tile = extent.reduce((product, x) => product * x, 1);
  return { shape: `b${extent.join("x")}`, shift: extent.map(() => 0), words: tile, tile };
}

/**
 * A box without another box. The name is the same exactly for equal sets: where what is left is a box, it is named
 * as such; otherwise its hull is the tile, so tile and hole are determined by the set.
 */
function difference({ extent, before, translation }: Move): Delta {
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

/** From the middle of the left edge along the row, then up and down every column used (Timeloop's route). */
export function hopsOf(members: readonly Cell[], height: number): number {
  const centre = (height - 1) / 2;
  const columns = new Map<number, { low: number; high: number }>();
  let along = 0;
  for (const { x, y } of members) {
    along = Math.max(along, x);
    const column = columns.get(x);
    if (column === undefined) columns.set(x, { low: y, high: y });
    else {
      column.low = Math.min(column.low, y);
      column.high = Math.max(column.high, y);
    }
  }
  let hops = along;
  for (const { low, high } of columns.values()) hops += Math.max(0, centre - low) + Math.max(0, high - centre);
  return hops;
}

function intern(ids: Map<string, number>, name: string): number {
  let id = ids.get(name);
  if (id === undefined) {
    id = ids.size;
    ids.set(name, id);
  }
  return id;
}

function combine(into: Map<number, number>, from: ReadonlyMap<number, number>, times: number): Map<number, number> {
  if (times > 0) for (const [kind, count] of from) into.set(kind, (into.get(kind) ?? 0) + times * count);
  return into;
}
