import type { Cell, ChildClass, Mesh, ParentClass } from "./classes.ts";
import { type Delta, difference, type Move, nameOf, wholeDelta } from "./delta.ts";
import { type Nest, temporal } from "./nest.ts";
import { type Projection, rankExtent } from "./projection.ts";
import { type Former, type Joint, type Kind, Sharing, type WalkRules } from "./sharing.ts";

const loose = 0;
const tight = 1;
const idle = 2;

/** Loops a walk is restricted to. */
export interface Restriction {
  dimensions: readonly number[];
  cut: number;
  slide: number;
}

interface Run {
  /** Remembered translation per joint class: an index into `translations`, −1 for none. */
  state: readonly number[];
  counts: Map<number, number>;
}

/**
 * Walks the temporal loops of one class of parents by kinds of step; see `walkSteps`.
 */
export class StepRuns {
  readonly kinds: Kind[] = [];
  private readonly sharing: Sharing;
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
    mesh: Mesh | null,
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
    this.sharing = new Sharing(this.joints, this.weights, mesh, rules);
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
      this.kinds.push(this.sharing.kindOf(a, deltas, former));
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
