import assert from "node:assert/strict";
import { test } from "node:test";
import { differences } from "../support/compare-reference.ts";
import { skipWithoutShared } from "../support/shared.ts";
import {
  mapperReferenceCases,
  type ReferenceCase,
  randomReferenceCases,
  referenceCases,
} from "../support/timeloop-reference.ts";

// Counting `timeloop` must give Timeloop's own numbers: cycles, accesses and tile sizes equal, energies to 1e-6.

interface Score {
  equal: number;
  all: number;
}

function check(cases: readonly ReferenceCase[], title: string): void {
  const groups = new Map<string, Score>();
  const tags = new Map<string, Score>();
  const failures: string[] = [];
  for (const reference of cases) {
    const found = differences(reference);
    if (found.length > 0) failures.push(`${reference.id}: ${found.slice(0, 4).join("; ")} (${found.length} in all)`);
    count(groups, reference.group, found.length === 0);
    for (const tag of reference.tags) count(tags, tag, found.length === 0);
  }
  console.log(`${title}: ${cases.length - failures.length} of ${cases.length} cases equal Timeloop`);
  console.log(table("by group", groups));
  console.log(table("by tag", tags));
  assert.equal(failures.length, 0, failures.join("\n"));
}

function count(scores: Map<string, Score>, key: string, equal: boolean): void {
  const score = scores.get(key) ?? { equal: 0, all: 0 };
  scores.set(key, { equal: score.equal + Number(equal), all: score.all + 1 });
}

function table(title: string, scores: Map<string, Score>): string {
  const entries = [...scores].sort(([a], [b]) => (a < b ? -1 : 1));
  return `  ${title}: ${entries.map(([key, { equal, all }]) => `${key} ${equal}/${all}`).join(" · ")}`;
}

test("the reference cases", { skip: skipWithoutShared }, () => check(referenceCases(), "reference cases"));

test("the random reference cases", { skip: skipWithoutShared }, () => check(randomReferenceCases(), "random cases"));

test("the best mappings of timeloop-mapper", { skip: skipWithoutShared }, () =>
  check(mapperReferenceCases(), "mapper"),
);
