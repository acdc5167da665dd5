import type { NetworkRecord } from "../counts.ts";
import { meshBetween } from "./classes.ts";
import type { ClosedForm } from "./closed.ts";
import type { Nest } from "./nest.ts";
import type { Projection } from "./projection.ts";
import { uniformRecords } from "./records.ts";
import type { StepClass, WalkRules } from "./sharing.ts";
import { type WalkResult, walkingSteps } from "./walk.ts";

/** Words moved between a kept level and the next kept one inside it, or the arithmetic. */
export interface Traffic {
  /** Words leaving the parents (A of docs/model.md) and arriving at the children (F). */
  parentWords: number;
  childWords: number;
  /** The same for the parent, and the child, whose spatial indices are all 0. */
  firstParentWords: number;
  firstChildWords: number;
  /** Words that children, and the first of them, took from a neighbour. */
  linkedWords: number;
  firstLinkedWords: number;
  /** By size of the groups that share a transfer, ascending. */
  records: NetworkRecord[];
  /** The loop down to which steps move the tile, or −1, and what arrives if no tile keeps anything of the last one. */
  through: number;
  wholeWords: number;
  /** Kinds of step, where the general walk was needed. */
  steps: readonly StepClass[] | null;
}

/** In closed form where that is known, else by kinds of step, with pauses. */
export function* trafficBetween(
  nest: Nest,
  projection: Projection,
  child: number,
  parent: number,
  fanouts: readonly { x: number; y: number }[],
  rules: WalkRules,
  closed: ClosedForm,
): Generator<void, Traffic> {
  if (rules.links) {
    const alone = { ...rules, links: null };
    const without = yield* trafficBetween(nest, projection, child, parent, fanouts, alone, closed);
    const linked = yield* walked(nest, projection, child, parent, fanouts, rules);
    return linked.parentWords < without.parentWords ? linked : without;
  }
  if (closed.traffic(nest, projection, child, parent, rules.wholeTiles)) {
    const out = rules.alone ? closed.childWords : closed.parentWords;
    const records = uniformRecords(nest, projection, child, parent, fanouts, rules.alone, out);
    if (records !== null && !(rules.alone && closed.parentWords !== closed.childWords)) {
      return {
        parentWords: out,
        childWords: closed.childWords,
        firstParentWords: closed.firstParentWords,
        firstChildWords: closed.firstChildWords,
        linkedWords: 0,
        firstLinkedWords: 0,
        records,
        through: closed.through,
        wholeWords: closed.wholeWords,
        steps: null,
      };
    }
  }
  return yield* walked(nest, projection, child, parent, fanouts, rules);
}

function* walked(
  nest: Nest,
  projection: Projection,
  child: number,
  parent: number,
  fanouts: readonly { x: number; y: number }[],
  rules: WalkRules,
): Generator<void, Traffic> {
  const mesh = meshBetween(nest, child, parent, fanouts);
  const result = yield* walkingSteps(nest, projection, child, parent, mesh, rules);
  const through = result.steps.reduce((innermost, step) => Math.max(innermost, step.advancing), -1);
  const wholeWords = result.steps.reduce((sum, step) => sum + step.count * step.wholeWords, 0);
  return { ...result, records: recordsOf(result), through, wholeWords };
}

function recordsOf({ steps }: WalkResult): NetworkRecord[] {
  const records = new Map<number, NetworkRecord>();
  for (const step of steps) {
    for (const group of step.groups) {
      const record = records.get(group.multicast);
      const accesses = step.count * group.words;
      const hops = step.count * group.hops;
      if (record === undefined) {
        records.set(group.multicast, { multicast: group.multicast, scatter: group.groups, accesses, hops });
      } else {
        record.scatter = Math.max(record.scatter, group.groups);
        record.accesses += accesses;
        record.hops += hops;
      }
    }
  }
  return [...records.values()].sort((a, b) => a.multicast - b.multicast);
}
