import { solveGeometricProgram } from "../../numeric/geometric-program.ts";
import { MinHeap } from "../exact/heap.ts";
import type { ExactProblem } from "../exact/problem.ts";
import type { Objective } from "../objective.ts";
import {
  type BoundCase,
  type BoundSetting,
  boundProgram,
  boundSetting,
  type Returns,
  type SlotClass,
} from "./bound-program.ts";
import type { LoopRanges } from "./loops.ts";

export interface GeometricBound {
  /** No mapping of the mapspace has a smaller objective. */
  bound: number;
  programs: number;
  done: boolean;
}

/** Sums that come back at most so often, less often, … are cases of their own. */
const returnSteps = [1, 2, 4, 16];

/** Choices of kept levels beyond which there are too many programs. */
const mostKeeps = 512;

/** Does the bound hold for a mapspace, and are its programs few enough? */
export function hasGeometricBound({ mapspace, levels }: ExactProblem): boolean {
  const open = mapspace.rules.keep.flat().filter((keep) => keep === null).length;
  return mapspace.kind === "pfm" && levels > 1 && 2 ** open <= mostKeeps;
}

/**
 * A lower bound on the objective over a whole mapspace of perfect factors, without going through its spreads: best
 * first over cases (kept levels, then what moves innermost at each level from the outermost inwards, then how often
 * sums come back), each bounded by a geometric program. Yields after every program; the bound only rises.
 */
export function* geometricBound(
  problem: ExactProblem,
  objective: Objective,
  /** Cases above this need no closer look. */
  target: () => number,
): Generator<GeometricBound, GeometricBound> {
  const setting = boundSetting(problem, objective);
  const open = new MinHeap<{ of: BoundCase; returns: readonly Returns[] }>();
  let programs = 0;
  let least = 0;
  const add = (of: BoundCase, parent: number): void => {
    programs++;
    const { program, low, high, returns } = boundProgram(setting, of);
    const outcome = solveGeometricProgram(program, { gap: 1e-4, tooMuch: target(), range: { low, high } });
    if (outcome.status === "infeasible") return;
    const bound = outcome.status === "optimal" || outcome.status === "above" ? outcome.bound : parent;
    open.push(Math.max(parent, bound), { of, returns });
  };
  const state = (done: boolean): GeometricBound => ({ bound: least, programs, done });
  let cases: BoundCase[] = keepRows(problem).map((keep) => ({
    keep,
    slots: new Array<null>(problem.levels).fill(null),
    returns: new Map(),
  }));
  while (cases.length > 0) {
    for (const [i, one] of cases.entries()) {
      add(one, least);
      // Until all cases are bounded, only what they come from is.
      if (i === cases.length - 1) least = Math.max(least, open.least);
      yield state(false);
    }
    if (open.size === 0 || least >= target()) break;
    const { of, returns } = open.pop();
    cases = refined(setting, of, returns);
  }
  yield state(true);
  return state(true);
}

/** The cases that a case falls into; none where nothing is left to tell apart. */
function refined({ problem, ranges }: BoundSetting, of: BoundCase, returns: readonly Returns[]): BoundCase[] {
  for (let level = problem.levels - 1; level > 0; level--) {
    if (of.slots[level] !== null) continue;
    return slotClasses(problem, ranges, of.keep, level).map((slot) => ({
      ...of,
      slots: of.slots.map((known, l) => (l === level ? slot : known)),
    }));
  }
  const next = returns.find(({ key, least, most }) => !of.returns.has(key) && least <= 2 && most > least);
  if (next === undefined) return [];
  const { key, least, most } = next;
  return returnSteps.flatMap((from, i) => {
    const to = i === 0 ? 1 : (returnSteps[i + 1] ?? Number.POSITIVE_INFINITY);
    const range = [Math.max(least, from), Math.min(most, to)] as const;
    return range[0] > range[1] ? [] : [{ ...of, returns: new Map([...of.returns, [key, range]]) }];
  });
}

/** What can move innermost in a slot, as far as words differ by it. */
function slotClasses(
  { mapspace, spaces, levels, dimensions: nd }: ExactProblem,
  ranges: LoopRanges,
  keep: readonly number[],
  level: number,
): SlotClass[] {
  const inside = keep.slice(0, level).reduce((bits, row) => bits | row, 0);
  const found = new Map<string, SlotClass>();
  const none: SlotClass = { innermost: -1, passing: 0 };
  if (level < levels - 1) found.set("none", none);
  for (let d = 0; d < nd; d++) {
    if (ranges.max[(2 * level + 1) * nd + d] === 1 || mapspace.workload.dimensions[d].bound === 1) continue;
    // The rank it moves along, where that is a window.
    const moved = spaces.map(({ relevant, ranks }, v) => {
      if (((inside >> v) & 1) === 0) return "";
      const rank = ranks.findIndex(({ dimensions }) => dimensions.length > 1 && dimensions.includes(d));
      return relevant[d] ? `${rank}` : "still";
    });
    const still = moved.flatMap((how, v) => (how === "still" ? [1 << v] : []));
    const sets = level === levels - 1 ? [0] : subsets(still);
    for (const passing of sets) {
      const key = `${moved.join()} ${passing}`;
      if (!found.has(key)) found.set(key, { innermost: d, passing });
    }
  }
  return found.size > 0 ? [...found.values()] : [none];
}

function subsets(bits: readonly number[]): number[] {
  return bits.reduce((sets, bit) => sets.concat(sets.map((set) => set | bit)), [0]);
}

/** All choices of kept levels, as rows of bits by level. */
function keepRows({ mapspace, spaces, levels }: ExactProblem): number[][] {
  let rows: number[][] = [new Array<number>(levels).fill(0)];
  mapspace.rules.keep.forEach((row, l) => {
    row.forEach((keep, v) => {
      const on = (one: readonly number[]) => one.map((bits, k) => (k === l ? bits | (1 << v) : bits));
      if (keep === true) rows = rows.map(on);
      else if (keep === null) rows = rows.flatMap((one) => [one, on(one)]);
    });
  });
  return rows.filter((one) => spaces.every((_, v) => one.some((bits) => (bits >> v) & 1)));
}

const workBefore = 2048;
const workPerProgram = 512;
const programsBehind = 100;

/**
 * The bound made on the side of another search: nothing while that is short, then one program for every so much of its
 * work, about a third of the time.
 */
export class SideBound {
  bound = 0;
  private work = 0;
  private programs = 0;
  private steps: Generator<GeometricBound> | null;

  constructor(problem: ExactProblem | null, objective: Objective, target: () => number) {
    this.steps = problem !== null && hasGeometricBound(problem) ? geometricBound(problem, objective, target) : null;
  }

  /** `work`: in spreads looked at; `proven`: the other search's own bound, which ends this one where it stays ahead. */
  spend(work: number, proven = 0): void {
    this.work += work;
    if (this.steps === null || this.work < workBefore) return;
    if (proven > this.bound && this.programs >= programsBehind) {
      this.steps = null;
      return;
    }
    this.work -= workPerProgram;
    const { value, done } = this.steps.next();
    if (done) this.steps = null;
    this.bound = Math.max(this.bound, value.bound);
    this.programs = value.programs;
  }
}
