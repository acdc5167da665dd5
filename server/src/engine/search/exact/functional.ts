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
  const { storage } = problem.mapspace.architecture;
  const spaces = problem.spaces.length;
  const { read, fill, update } = none(problem);
  for (let l = 0, at = 0; l < storage.length; l++) {
    const level = storage[l];
    const instances = sk.instances[l + 1];
    const shared = instances / Math.min(instances, level.instances / level.clusterSize);
    const per = level.blockSize * shared;
    for (let v = 0; v < spaces; v++, at++) {
      read[at] = level.readEnergyPj / per;
      fill[at] = level.fillEnergyPj / per;
      update[at] = level.updateEnergyPj / per;
    }
  }
  return { read, fill, update };
}

/** Least cycles a level needs for a word on one of its ports, as a share of all its instances. */
export function cycleWeights(
  problem: ExactProblem,
  sk: Skeleton,
  at: number,
  port: "read" | "write" | "shared",
): Weights {
  const level = problem.mapspace.architecture.storage[at];
  const bandwidth =
    port === "read" ? level.readBandwidth : port === "write" ? level.writeBandwidth : level.sharedBandwidth;
  const spaces = problem.spaces.length;
  const { read, fill, update } = none(problem);
  for (let v = 0; v < spaces; v++) {
    const per = (level.bandwidthScale[v] ?? 1) / (bandwidth ?? Number.POSITIVE_INFINITY) / sk.instances[at + 1];
    if (port !== "write") read[at * spaces + v] = per;
    if (port === "read") continue;
    fill[at * spaces + v] = per;
    update[at * spaces + v] = per;
  }
  return { read, fill, update };
}

/** a + factor · b. */
export function addWeights(a: Weights, b: Weights, factor: number): Weights {
  const sum = (x: Float64Array, y: Float64Array) => x.map((value, i) => value + factor * y[i]);
  return { read: sum(a.read, b.read), fill: sum(a.fill, b.fill), update: sum(a.update, b.update) };
}

function none({ levels, spaces }: ExactProblem): Weights {
  const size = levels * spaces.length;
  return { read: new Float64Array(size), fill: new Float64Array(size), update: new Float64Array(size) };
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
