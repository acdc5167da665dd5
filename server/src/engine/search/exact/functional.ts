import type { ExactProblem } from "./problem.ts";
import type { Skeleton } from "./skeleton.ts";
import { firstWrites, operandWords } from "./traffic.ts";

/** What one word read, filled and updated adds to a quantity, by `level · spaces + space`. */
export interface Weights {
  read: Float64Array;
  fill: Float64Array;
  update: Float64Array;
}

/** Energy of a word, pJ. Whole blocks cost at least this. */
export function energyWeights(problem: ExactProblem, sk: Skeleton): Weights {
  return weights(problem, (level, l) => {
    const instances = sk.instances[l + 1];
    const shared = instances / Math.min(instances, level.instances / level.clusterSize);
    const per = level.blockSize * shared;
    return [level.readEnergyPj / per, level.fillEnergyPj / per, level.updateEnergyPj / per];
  });
}

/** Least cycles a level needs for a word on one of its ports, as a share of all its instances. */
export function cycleWeights(
  problem: ExactProblem,
  sk: Skeleton,
  at: number,
  port: "read" | "write" | "shared",
): Weights {
  return weights(problem, (level, l, v) => {
    if (l !== at) return [0, 0, 0];
    const bandwidth =
      port === "read" ? level.readBandwidth : port === "write" ? level.writeBandwidth : level.sharedBandwidth;
    const per = (level.bandwidthScale[v] ?? 1) / (bandwidth ?? Number.POSITIVE_INFINITY) / sk.instances[l + 1];
    return [port === "write" ? 0 : per, port === "read" ? 0 : per, port === "read" ? 0 : per];
  });
}

/** a + factor · b. */
export function addWeights(a: Weights, b: Weights, factor: number): Weights {
  const sum = (x: Float64Array, y: Float64Array) => x.map((value, i) => value + factor * y[i]);
  return { read: sum(a.read, b.read), fill: sum(a.fill, b.fill), update: sum(a.update, b.update) };
}

type Level = ExactProblem["mapspace"]["architecture"]["storage"][number];

function weights(problem: ExactProblem, of: (level: Level, l: number, v: number) => number[]): Weights {
  const { storage } = problem.mapspace.architecture;
  const spaces = problem.spaces.length;
  const made = {
    read: new Float64Array(storage.length * spaces),
    fill: new Float64Array(storage.length * spaces),
    update: new Float64Array(storage.length * spaces),
  };
  storage.forEach((level, l) => {
    for (let v = 0; v < spaces; v++)
      [made.read[l * spaces + v], made.fill[l * spaces + v], made.update[l * spaces + v]] = of(level, l, v);
  });
  return made;
}

/** What one word through a transfer adds at its parent and at its child, and a constant for what first writes spare. */
export interface TransferPrice {
  parent: number;
  child: number;
  constant: number;
}

/** Price of the transfer of space v between kept levels c (−1: the arithmetic) and o. */
export function transferPrice(
  problem: ExactProblem,
  sk: Skeleton,
  w: Weights,
  v: number,
  c: number,
  o: number,
): TransferPrice {
  const space = problem.spaces[v];
  const spaces = problem.spaces.length;
  const at = o * spaces + v;
  const fill = c < 0 ? 0 : w.fill[c * spaces + v];
  if (!space.readWrite) return { parent: w.read[at], child: fill, constant: 0 };
  // Elsewhere the words that first writes spare are not known; nothing is charged for what they may spare.
  if (!space.simple || space.uncoalesced) return { parent: w.update[at], child: 0, constant: 0 };
  const spared = w.read[at] * firstWrites(problem, sk, v, o) + (fill === 0 ? 0 : fill * firstWrites(problem, sk, v, c));
  return { parent: w.update[at] + w.read[at], child: fill, constant: -spared };
}

/** Transfers of a data space between storage levels, inner to outer. */
export function transfersOf(keep: ArrayLike<number>, levels: number, v: number): { c: number; o: number }[] {
  const kept: number[] = [];
  for (let l = 0; l < levels; l++) if ((keep[l] >> v) & 1) kept.push(l);
  return kept.slice(1).map((o, i) => ({ c: kept[i], o }));
}

/** The part of the cost of space v that only the spread and the kept levels decide. */
export function constantPart(
  problem: ExactProblem,
  sk: Skeleton,
  w: Weights,
  v: number,
  keep: ArrayLike<number>,
): number {
  let first = 0;
  while (((keep[first] >> v) & 1) === 0) first++;
  const operand = transferPrice(problem, sk, w, v, -1, first);
  let total = operand.parent * operandWords(problem, sk, v, first) + operand.constant;
  for (const { c, o } of transfersOf(keep, problem.levels, v)) total += transferPrice(problem, sk, w, v, c, o).constant;
  return total;
}

/** Least of the part that loops decide: every word of the tensor once per instance that needs it. */
export function compulsoryPart(
  problem: ExactProblem,
  sk: Skeleton,
  w: Weights,
  v: number,
  keep: ArrayLike<number>,
): number {
  const space = problem.spaces[v];
  let total = 0;
  for (const { c, o } of transfersOf(keep, problem.levels, v)) {
    const price = transferPrice(problem, sk, w, v, c, o);
    let parents = 1;
    let children = 1;
    for (const d of space.irrelevantList) {
      parents *= surely(sk, d, o, problem.levels);
      children *= surely(sk, d, c, problem.levels);
    }
    total += sk.distinct[v] * (price.parent * parents + price.child * children);
  }
  return total;
}

/** Instances along d outside level l that surely act. */
function surely(sk: Skeleton, d: number, l: number, levels: number): number {
  const perfect = sk.tops[d] === sk.bounds[d];
  let product = 1;
  let most = 1;
  for (let m = l + 1; m < levels; m++) {
    product *= sk.spreads[d].spatial[m];
    most = Math.max(most, sk.spreads[d].spatial[m]);
  }
  return perfect ? product : most;
}
