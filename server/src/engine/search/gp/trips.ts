import type { Workload } from "../../model/types.ts";
import type { Monomial, Posynomial } from "../../numeric/geometric-program.ts";
import type { LoopRanges } from "./loops.ts";
import { constant, variable } from "./posynomials.ts";
import type { Trip } from "./volumes.ts";

/** The trip counts of a program, by slot · dimensions + dimension: those that are variables, and those settled. */
export interface TripVariables {
  /** Variables 0, 1, … ; −1 where the count is settled. */
  variables: Int32Array;
  count: number;
  /** Ranges, and that the product over the slots is the dimension's bound. */
  atMostOne: Posynomial[];
  equalToOne: Monomial[];
  /** Least and largest value of each variable. */
  low: number[];
  high: number[];
  of(trip: Trip): Posynomial;
}

/** A constraint that no point satisfies. */
const never = constant(2);

/** `pinned`: counts that are 1. */
export function tripVariables(workload: Workload, ranges: LoopRanges, pinned: ReadonlySet<number>): TripVariables {
  const nd = workload.dimensions.length;
  const slots = ranges.min.length / nd;
  const variables = new Int32Array(slots * nd).fill(-1);
  const settled = new Float64Array(slots * nd).fill(1);
  const low: number[] = [];
  const high: number[] = [];
  const atMostOne: Posynomial[] = [];
  const equalToOne: Monomial[] = [];
  workload.dimensions.forEach(({ bound }, d) => {
    let rest = bound;
    const open: number[] = [];
    for (let slot = 0; slot < slots; slot++) {
      const at = slot * nd + d;
      const most = pinned.has(at) ? 1 : ranges.max[at];
      if (ranges.min[at] < most) open.push(at);
      else {
        settled[at] = ranges.min[at];
        rest /= settled[at];
      }
    }
    if (open.length === 1 && rest >= ranges.min[open[0]] && rest <= ranges.max[open[0]]) settled[open[0]] = rest;
    else if (rest < 1 || (open.length < 2 && rest > 1)) atMostOne.push(never);
    else if (rest > 1) {
      const powers: [number, number][] = [];
      for (const at of open) {
        const own = low.length;
        variables[at] = own;
        low.push(ranges.min[at]);
        high.push(Math.min(rest, ranges.max[at]));
        powers.push([own, 1]);
        atMostOne.push([{ coefficient: ranges.min[at], powers: [[own, -1]] }]);
        if (ranges.max[at] < bound) atMostOne.push([{ coefficient: 1 / ranges.max[at], powers: [[own, 1]] }]);
      }
      equalToOne.push({ coefficient: 1 / rest, powers });
    }
  });
  const of = ({ slot, dimension }: Trip): Posynomial => {
    const at = slot * nd + dimension;
    return variables[at] < 0 ? constant(settled[at]) : variable(variables[at]);
  };
  return { variables, count: low.length, atMostOne, equalToOne, low, high, of };
}
