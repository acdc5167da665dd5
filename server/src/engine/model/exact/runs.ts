import { Advances, type JointMove } from "./advances.ts";
import type { Mesh, ParentClass } from "./classes.ts";
import { type Delta, nameOf } from "./delta.ts";
import { type Joint, jointsOf, rankWeights } from "./joints.ts";
import { type Nest, temporal } from "./nest.ts";
import { tight } from "./passes.ts";
import type { Projection } from "./projection.ts";
import { type Relation, Relations } from "./relations.ts";
import { type Former, type Kind, Sharing, type WalkRules } from "./sharing.ts";

/** What is remembered per class of children: a translation by number, −1 for none; with links also the last delta. */
interface State {
  id: number;
  values: readonly number[];
}

interface Run {
  state: State;
  /** How often each kind of step occurs, by number. */
  counts: readonly number[];
}

/** One iteration of a loop: the step at which it advances (kind −1: it does not), then everything inside. */
interface Iteration {
  kind: number;
  rest: Run;
}

/** Steps between two pauses. */
const stepsPerPause = 16;

/** Ids of runs are put together from two numbers below this. */
const many = 2 ** 26;

/**
 * Walks the temporal loops of one class of parents by kinds of step; see `walkSteps`.
 */
export class StepRuns {
  readonly kinds: Kind[] = [];
  private readonly sharing: Sharing;
  private readonly kindIds = new Map<string, number>();
  private readonly runs: Map<number, Run>[];
  private readonly states = new Map<string, State>();
  /** Temporal loops that matter, outer to inner. */
  private readonly loops: number[] = [];
  private readonly joints: readonly Joint[];
  private readonly relations: Relations;
  private readonly advances: Advances;
  /** Column of the last step of all, by dimension; only where links need it. */
  private readonly globals: number[] = [];
  /** Deltas by number, for the state of links. */
  private readonly deltas: Delta[] = [];
  private readonly deltaIds = new Map<string, number>();
  private taken = 0;

  constructor(
    private readonly nest: Nest,
    private readonly projection: Projection,
    child: number,
    parents: readonly ParentClass[],
    mesh: Mesh,
    private readonly rules: WalkRules,
    private readonly lasts: readonly Float64Array[] | null = null,
  ) {
    const end = nest.before(child);
    let innermost = -1;
    for (let i = 0; i < end; i++) {
      if (nest.axis[i] === temporal && (rules.wholeTiles || lasts !== null || projection.relevant[nest.dimension[i]]))
        innermost = i;
    }
    for (let i = 0; i <= innermost; i++) {
      if (nest.axis[i] === temporal) this.loops.push(i);
    }
    this.runs = this.loops.map(() => new Map());
    const weights = rankWeights(projection);
    const { columns, joints } = jointsOf(projection, parents, weights);
    this.joints = joints;
    lasts?.forEach((last, d) => {
      this.globals.push(columns.push({ d, last, end: 0 }) - 1);
    });
    this.sharing = new Sharing(joints, weights, mesh, rules);
    this.relations = new Relations(nest, this.loops, columns, joints);
    this.advances = new Advances(nest, projection, child, this.loops, columns, joints);
  }

  /** How often each kind of step occurs at one parent; with links there may be thousands. */
  *running(): Generator<void, readonly number[]> {
    const relation = this.relations.begin;
    const nothing = new Array<number>(this.lasts === null ? this.joints.length : 2 * this.joints.length).fill(-1);
    const first = this.step(-1, relation, relation, this.stateOf(nothing));
    const counts: number[] = [];
    add(counts, { kind: first.kind, rest: yield* this.inside(0, relation, first.state) }, 1);
    return counts;
  }

  /** All steps at which one of the loops from `depth` on advances. */
  private *inside(depth: number, relation: Relation, state: State): Generator<void, Run> {
    const known = this.known(depth, relation, state);
    if (known !== undefined) return known;
    const counts: number[] = [];
    let now = state;
    let former: Relation | null = null;
    for (const { related, length } of this.relations.passes(relation, depth)) {
      const once = yield* this.iteration(depth, former, related, now);
      add(counts, once, 1);
      now = yield* this.repeat(depth, related, once.rest.state, length - 1, counts);
      former = related;
    }
    const run: Run = { state: now, counts };
    this.runs[depth].set(relation.id * many + state.id, run);
    return run;
  }

  private known(depth: number, relation: Relation, state: State): Run | undefined {
    if (depth === this.loops.length) return { state, counts: [] };
    return this.runs[depth].get(relation.id * many + state.id);
  }

  /** Equal iterations, until the state comes back; then they are multiplied. Returns the last state. */
  private *repeat(
    depth: number,
    related: Relation,
    state: State,
    times: number,
    counts: number[],
  ): Generator<void, State> {
    const seen: State[] = [];
    const history: Iteration[] = [];
    let now = state;
    for (let left = times; left > 0; left--) {
      const before = seen.indexOf(now);
      if (before >= 0) {
        const period = history.slice(before);
        const rounds = Math.floor(left / period.length);
        const rest = left % period.length;
        period.forEach((once, k) => {
          add(counts, once, rounds + (k < rest ? 1 : 0));
        });
        return rest === 0 ? now : period[rest - 1].rest.state;
      }
      seen.push(now);
      const once = yield* this.iteration(depth, related, related, now);
      history.push(once);
      add(counts, once, 1);
      now = once.rest.state;
    }
    return now;
  }

  /** The loop advances, except before its first iteration, and everything inside it runs. */
  private *iteration(
    depth: number,
    former: Relation | null,
    related: Relation,
    state: State,
  ): Generator<void, Iteration> {
    const step = former === null ? { kind: -1, state } : this.step(depth, former, related, state);
    this.taken++;
    if (this.taken % stepsPerPause === 0) yield;
    const rest = this.known(depth + 1, related, step.state) ?? (yield* this.inside(depth + 1, related, step.state));
    return { kind: step.kind, rest };
  }

  /** What arrives when the loop at `depth` has advanced (−1: the first step) and all temporal loops inside it begin again. */
  private step(depth: number, before: Relation, relation: Relation, state: State): { state: State; kind: number } {
    const advance = this.advances.of(depth, before, relation);
    const { moves } = advance;
    let next: number[] | null = null;
    let choice = "";
    for (let j = 0; j < moves.length; j++) {
      const move = moves[j];
      if (move === null) continue;
      const remembered = state.values[j];
      const keeps = this.keeps(depth, move, remembered);
      choice += keeps ? "k" : "w";
      if (!this.remembers(depth, move)) continue;
      const then = keeps ? move.translation : -1;
      if (then === remembered) continue;
      next ??= [...state.values];
      next[j] = then;
    }
    if (this.lasts !== null) return this.linkedStep(depth, before, relation, this.deltasOf(moves, choice), state, next);
    let kind = advance.kinds.get(choice);
    if (kind === undefined) {
      kind = this.kindOf(depth, this.deltasOf(moves, choice), null, "");
      advance.kinds.set(choice, kind);
    }
    return { state: next === null ? state : this.stateOf(next), kind };
  }

  /** Does a class of children keep what its new tile shares with the old one? */
  private keeps(depth: number, move: JointMove, remembered: number): boolean {
    if (depth < 0 || this.rules.wholeTiles) return false;
    if (move.still) return true;
    return remembered === -1 || remembered === move.translation;
  }

  /** Without windows no two tiles overlap, so there is nothing to remember. */
  private remembers(depth: number, move: JointMove): boolean {
    return depth >= 0 && !this.rules.wholeTiles && !move.still && this.projection.windowed;
  }

  private deltasOf(moves: readonly (JointMove | null)[], choice: string): (Delta | null)[] {
    let at = 0;
    return moves.map((move) => {
      if (move === null) return null;
      return choice[at++] === "k" ? move.kept : move.whole;
    });
  }

  private kindOf(
    depth: number,
    deltas: readonly (Delta | null)[],
    former: readonly (Former | null)[] | null,
    suffix: string,
  ): number {
    const a = depth < 0 ? -1 : this.loops[depth];
    const name = `${a}:${deltas.map((delta) => (delta === null ? "" : nameOf(delta))).join(";")}${suffix}`;
    let kind = this.kindIds.get(name);
    if (kind === undefined) {
      kind = this.kinds.length;
      this.kindIds.set(name, kind);
      this.kinds.push(this.sharing.kindOf(a, deltas, former));
    }
    return kind;
  }

  /** With links it also matters what neighbours received at the step before. */
  private linkedStep(
    depth: number,
    before: Relation,
    relation: Relation,
    deltas: readonly (Delta | null)[],
    state: State,
    remembered: readonly number[] | null,
  ): { state: State; kind: number } {
    const { length } = this.joints;
    const next = [...(remembered ?? state.values)];
    const former = this.joints.map((joint, j): Former | null => {
      const delta = this.deltas[state.values[length + j]];
      if (depth < 0 || delta === undefined || !this.actedJustBefore(joint, depth, before)) return null;
      return { delta, translation: this.advances.moveOf(joint, depth, before, relation).translation };
    });
    deltas.forEach((delta, j) => {
      next[length + j] = delta === null || delta.words === 0 ? -1 : this.idOf(delta);
    });
    const suffix = `|${former.map((f) => (f === null ? "" : `${nameOf(f.delta)}<${f.translation.join()}`)).join(";")}`;
    return { state: this.stateOf(next), kind: this.kindOf(depth, deltas, former, suffix) };
  }

  private stateOf(values: readonly number[]): State {
    const name = values.join();
    let state = this.states.get(name);
    if (state === undefined) {
      state = { id: this.states.size, values };
      this.states.set(name, state);
    }
    return state;
  }

  private idOf(delta: Delta): number {
    const name = nameOf(delta);
    let id = this.deltaIds.get(name);
    if (id === undefined) {
      id = this.deltas.push(delta) - 1;
      this.deltaIds.set(name, id);
    }
    return id;
  }

  /** Was the step before this one, of all steps, one at which these children acted? */
  private actedJustBefore(joint: Joint, depth: number, before: Relation): boolean {
    if (!this.relations.acts(joint, before)) return false;
    return joint.column.every((k, d) => {
      const all = this.globals[d];
      return this.loops.every((i, n) => {
        if (n <= depth || this.nest.dimension[i] !== d) return true;
        const end = this.nest.factor[i] - 1;
        const own = before.values[k] === tight ? this.relations.columns[k].last[i] : end;
        return own === (before.values[all] === tight ? this.relations.columns[all].last[i] : end);
      });
    });
  }
}

/** Adds an iteration, so many times. */
function add(into: number[], { kind, rest }: Iteration, times: number): void {
  if (times === 0) return;
  const { counts } = rest;
  const length = Math.max(counts.length, kind + 1);
  while (into.length < length) into.push(0);
  if (kind >= 0) into[kind] += times;
  for (let k = 0; k < counts.length; k++) into[k] += times * counts[k];
}
