import { energyWeights, transferPrice } from "./functional.ts";
import type { ExactProblem } from "./problem.ts";
import type { Skeleton } from "./skeleton.ts";
import { operandWords } from "./traffic.ts";

/**
 * Energy in pJ that no loops of a spread save, by data space and the levels that keep it: operands, and every word of a
 * tensor once per instance that needs it. Spreads are many, so it is worked out by pairs of levels, on arrays that are
 * used again.
 */
export class Compulsory {
  private readonly levels: number;
  /** By innermost kept level and data space: what the arithmetic takes from it. */
  private readonly operands: Float64Array;
  // By pair of neighbouring kept levels and data space.
  private readonly constants: Float64Array;
  private readonly once: Float64Array;
  private readonly surely: Float64Array;

  constructor(private readonly problem: ExactProblem) {
    const { levels, spaces } = problem;
    this.levels = levels;
    this.operands = new Float64Array(levels * spaces.length);
    this.constants = new Float64Array(levels * levels * spaces.length);
    this.once = new Float64Array(levels * levels * spaces.length);
    this.surely = new Float64Array(levels);
  }

  /** Takes a spread. */
  count(sk: Skeleton): void {
    const { problem, surely, operands, constants, once } = this;
    const { levels, spaces } = problem;
    const w = energyWeights(problem, sk);
    for (let v = 0; v < spaces.length; v++) {
      const { irrelevantList } = spaces[v];
      for (let l = 0; l < levels; l++) {
        let product = 1;
        for (const d of irrelevantList) product *= acting(sk, d, l, levels);
        surely[l] = product;
      }
      for (let o = 0; o < levels; o++) {
        const operand = transferPrice(problem, sk, w, v, -1, o);
        operands[o * spaces.length + v] = operand.parent * operandWords(problem, sk, v, o) + operand.constant;
        for (let c = 0; c < o; c++) {
          const at = (c * levels + o) * spaces.length + v;
          const { parent, child, constant } = transferPrice(problem, sk, w, v, c, o);
          constants[at] = constant;
          once[at] = sk.distinct[v] * (parent * surely[o] + child * surely[c]);
        }
      }
    }
  }

  /** Of data space `v` where the levels in `keep`, as bits, keep it. */
  of(v: number, keep: number): number {
    const spaces = this.problem.spaces.length;
    let child = 0;
    while (((keep >> child) & 1) === 0) child++;
    let constant = this.operands[child * spaces + v];
    let once = 0;
    for (let l = child + 1; l < this.levels; l++) {
      if (((keep >> l) & 1) === 0) continue;
      const at = (child * this.levels + l) * spaces + v;
      constant += this.constants[at];
      once += this.once[at];
      child = l;
    }
    return constant + once;
  }
}

/** Instances along d outside level l that surely act. */
function acting(sk: Skeleton, d: number, l: number, levels: number): number {
  const { spatial } = sk.spreads[d];
  let product = 1;
  let most = 1;
  for (let m = l + 1; m < levels; m++) {
    product *= spatial[m];
    if (spatial[m] > most) most = spatial[m];
  }
  return sk.tops[d] === sk.bounds[d] ? product : most;
}
