import { withIntRoom, withRoom } from "../../numeric/room.ts";
import { VectorTable } from "../../numeric/vector-table.ts";
import { type ParentClass, parentClasses } from "./classes.ts";
import { Moves } from "./moves.ts";
import { type Nest, temporal } from "./nest.ts";
import { PassKinds } from "./passes.ts";
import type { Part, Projection } from "./projection.ts";

/** Columns of `StepSums.part`: all transfers out of parents, those of the first, all into children, into the first. */
export const partColumns = 4;

// What a run adds up: words leaving one parent, arriving at its children, at the first of them.
const out = 0;
const arriving = 1;
const arrivingFirst = 2;
const sums = 3;

/**
 * The sums of `walkSteps`, without records: by kinds of step, in numbers only, on arrays that are used again.
 *
 * What the loops from one on inwards transfer depends only on the kinds of pass outside and on the translations that
 * the classes of children remember. So each such run is worked out once, each iteration of a loop too, and iterations
 * that come back to a state they were in before are multiplied.
 */
export class StepSums {
  parentWords = 0;
  childWords = 0;
  firstParentWords = 0;
  firstChildWords = 0;
  private readonly passes: PassKinds;
  private readonly moves: Moves;
  private readonly chosen: ParentClass[] = [];
  private nest!: Nest;
  /** Do children remember how their tile moved? */
  private remembering = false;
  /** Are words told apart by the loop that advances? */
  private apart = false;
  /** Numbers per run. */
  private width = sums;
  /** By class of children: its translation remembered, 0 for none. */
  private readonly states = new VectorTable();
  // All iterations of a loop, and one with its step.
  private readonly runs = new KnownSums();
  private readonly onces = new KnownSums();
  /** Iterations in a row that have not come back to a state yet, of all loops entered. */
  private readonly trail: number[] = [];
  /** Sums of the runs entered, one after the other. */
  private sum = new Float64Array(256);
  private top = 0;
  /** Nothing is remembered. */
  private state = new Float64Array(64);

  constructor(dimensions: number) {
    this.passes = new PassKinds(dimensions);
    this.moves = new Moves(dimensions, this.passes);
  }

  /** Totals of the transfer between two levels. */
  transfer(nest: Nest, projection: Projection, child: number, parent: number, whole: boolean): void {
    this.parentWords = 0;
    this.childWords = 0;
    this.firstParentWords = 0;
    this.firstChildWords = 0;
    this.remembering = !whole && projection.windowed;
    this.apart = false;
    const { loops } = this.passes;
    loops.length = 0;
    let innermost = -1;
    const end = nest.before(child);
    for (let i = 0; i < end; i++) {
      if (nest.axis[i] !== temporal) continue;
      loops.push(i);
      if (whole || projection.relevant[nest.dimension[i]] === 1) innermost = loops.length;
    }
    loops.length = Math.max(0, innermost);
    this.moves.begin(nest, projection, child, whole ? "whole" : "remember", -1);
    const dimensions = Array.from({ length: nest.dimensions }, (_, d) => d);
    this.forParents(nest, projection, dimensions, child, parent, (times, first, at) => {
      const { sum } = this;
      this.parentWords += times * sum[at + out];
      this.childWords += times * sum[at + arriving];
      if (!first) return;
      this.firstParentWords += sum[at + out];
      this.firstChildWords += sum[at + arrivingFirst];
    });
  }

  /**
   * The same for one part of a data space alone: words by advancing loop (row `a + 1`; row 0 is the first step). With
   * `slide` ≥ 0, steps of that loop, of none and of the same translation keep the overlap; otherwise every tile is sent
   * whole.
   */
  part(nest: Nest, projection: Projection, { dimensions }: Part, child: number, parent: number, slide: number) {
    const words = new Float64Array(partColumns * (nest.size + 1));
    this.remembering = false;
    this.apart = true;
    const { loops } = this.passes;
    loops.length = 0;
    const end = nest.before(child);
    for (let i = 0; i < end; i++) {
      if (nest.axis[i] === temporal && dimensions.includes(nest.dimension[i])) loops.push(i);
    }
    this.moves.begin(nest, projection, child, slide < 0 ? "whole" : "slide", slide);
    this.forParents(nest, projection, dimensions, child, parent, (times, first, at) => {
      for (let n = -1; n < loops.length; n++) {
        const from = at + sums * (n + 1);
        const row = partColumns * (n < 0 ? 0 : loops[n] + 1);
        words[row] += times * this.sum[from + out];
        words[row + 2] += times * this.sum[from + arriving];
        if (!first) continue;
        words[row + 1] += this.sum[from + out];
        words[row + 3] += this.sum[from + arrivingFirst];
      }
    });
    return words;
  }

  /** Walks the steps of each class of parents; `take` is told where in `sum` they are added up. */
  private forParents(
    nest: Nest,
    projection: Projection,
    dimensions: readonly number[],
    child: number,
    parent: number,
    take: (times: number, first: boolean, at: number) => void,
  ): void {
    const { chosen } = this;
    this.nest = nest;
    this.width = this.apart ? sums * (this.passes.loops.length + 1) : sums;
    const options = dimensions.map((d) => parentClasses(nest, d, child, parent, null, projection.relevant[d] === 1));
    const choose = (k: number, times: number, first: boolean): void => {
      if (k === dimensions.length) {
        take(times, first, this.walk(dimensions));
        return;
      }
      for (const option of options[k]) {
        chosen[k] = option;
        choose(k + 1, times * option.multiplicity, first && option.first);
      }
    };
    choose(0, 1, true);
  }

  private walk(dimensions: readonly number[]): number {
    const { moves, states, runs, onces, width } = this;
    moves.choose(dimensions, this.chosen);
    states.clear(moves.classes);
    runs.clear(width);
    onces.clear(width);
    this.trail.length = 0;
    this.top = 0;
    if (this.state.length < moves.classes) this.state = new Float64Array(2 * moves.classes);
    states.numberOf(this.state);
    const at = this.enter();
    const first = this.step(-1, 0, 0);
    for (let k = 0; k < sums; k++) this.sum[at + k] += moves.words[sums * moves.kind + k];
    if (this.passes.loops.length > 0) runs.add(this.run(0, 0, first), this.sum, at, 1);
    this.top -= width;
    return at;
  }

  /** Room for the sums of one more run. */
  private enter(): number {
    const at = this.top;
    this.top += this.width;
    this.sum = withRoom(this.sum, this.top);
    this.sum.fill(0, at, this.top);
    return at;
  }

  /** All steps at which the loop at place `n` or one inside it advances. */
  private run(n: number, kinds: number, state: number): number {
    const { runs, passes, nest } = this;
    const run = runs.numberOf(n, kinds, state);
    if (!runs.added) return run;
    const at = this.enter();
    const d = nest.dimension[passes.loops[n]];
    const kind = passes.kindOf(kinds, d);
    const inner = n + 1 < passes.loops.length;
    const end = passes.to(n, kind);
    let now = state;
    for (let entry = passes.from(n, kind), begun = false; entry < end; entry++, begun = true) {
      const into = kinds + (passes.next(entry) - kind) * passes.radix[d];
      let left = passes.length(entry);
      if (!begun) {
        left--;
        if (inner) {
          const within = this.run(n + 1, into, now);
          runs.add(within, this.sum, at, 1);
          now = runs.ends[within];
        }
      }
      now = this.repeat(n, into, now, left, at);
    }
    this.top = at;
    return runs.keep(run, now, this.sum, at);
  }

  /** Iterations of one kind, each with the step into it. Returns the last state. */
  private repeat(n: number, kinds: number, state: number, times: number, at: number): number {
    const { trail, onces } = this;
    const from = trail.length;
    let now = state;
    for (let left = times; left > 0; left--) {
      const once = this.iteration(n, kinds, now);
      let p = from;
      while (p < trail.length && trail[p] !== once) p++;
      if (p < trail.length) {
        const period = trail.length - p;
        const rounds = Math.floor(left / period);
        const rest = left % period;
        for (let k = 0; k < period; k++) onces.add(trail[p + k], this.sum, at, rounds + (k < rest ? 1 : 0));
        if (rest > 0) now = onces.ends[trail[p + rest - 1]];
        break;
      }
      trail.push(once);
      onces.add(once, this.sum, at, 1);
      now = onces.ends[once];
    }
    trail.length = from;
    return now;
  }

  /** The loop at place `n` advances into a pass of these kinds, and everything inside it runs. */
  private iteration(n: number, kinds: number, state: number): number {
    const { runs, onces, moves } = this;
    const once = onces.numberOf(n, kinds, state);
    if (!onces.added) return once;
    const at = this.enter();
    let end = this.step(n, kinds, state);
    const column = this.apart ? sums * (n + 1) : 0;
    for (let k = 0; k < sums; k++) this.sum[at + column + k] += moves.words[sums * moves.kind + k];
    if (n + 1 < this.passes.loops.length) {
      const within = this.run(n + 1, kinds, end);
      runs.add(within, this.sum, at, 1);
      end = runs.ends[within];
    }
    this.top = at;
    return onces.keep(once, end, this.sum, at);
  }

  /** One step; the kind of step is left in `moves.kind`. Returns the state after it. */
  private step(n: number, kinds: number, state: number): number {
    const { moves, states } = this;
    const from = state * moves.classes;
    moves.step(n, kinds, states.values, from);
    if (!this.remembering || !moves.changed) return state;
    return states.numberOf(moves.remembered);
  }
}

/** Sums and last states worked out, by place of a loop, kinds of pass and state at the beginning. */
class KnownSums {
  ends = new Int32Array(64);
  /** Was the last number asked for new? */
  added = false;
  private width = 0;
  private sums = new Float64Array(256);
  private readonly numbers = new VectorTable();
  private readonly key = new Float64Array(3);

  clear(width: number): void {
    this.width = width;
    this.numbers.clear(3);
  }

  numberOf(n: number, kinds: number, state: number): number {
    const { key, numbers } = this;
    key[0] = n;
    key[1] = kinds;
    key[2] = state;
    const before = numbers.size;
    const number = numbers.numberOf(key);
    this.added = number === before;
    return number;
  }

  /** Keeps what stands in `sum` from `at` on. Returns the number. */
  keep(number: number, end: number, sum: Float64Array, at: number): number {
    const { width } = this;
    this.ends = withIntRoom(this.ends, number + 1);
    this.sums = withRoom(this.sums, (number + 1) * width);
    this.ends[number] = end;
    for (let k = 0; k < width; k++) this.sums[number * width + k] = sum[at + k];
    return number;
  }

  add(number: number, sum: Float64Array, at: number, times: number): void {
    const { width, sums } = this;
    for (let k = 0; k < width; k++) sum[at + k] += times * sums[number * width + k];
  }
}
