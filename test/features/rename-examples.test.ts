/** A rename through all files of a design changes nothing about what it costs or what is wrong with it. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { CheckedContext } from "../../server/src/features/context.ts";
import { type NameKind, occurrences } from "../../server/src/features/names.ts";
import { rename } from "../../server/src/features/rename.ts";
import { lineIndex } from "../../server/src/syntax/position.ts";
import { repositoryRoot } from "../support/shared.ts";
import { applyEdits } from "./checks.ts";
import { contextOf } from "./fixture.ts";

const examples = join(repositoryRoot, "examples");
const newNames: Readonly<Record<NameKind, string>> = { component: "Renamed", dimension: "Z", "data space": "Renamed" };
const root = "file:///design/";

type Files = ReadonlyMap<string, string>;

const open = (files: Files, main: string): CheckedContext =>
  contextOf({ options: new Map(), main, files, cursor: null }, (text) => text).context;

function folder(name: string): Files {
  const names = readdirSync(join(examples, name)).filter((file) => file.endsWith(".yaml"));
  return new Map(names.map((file) => [file, readFileSync(join(examples, name, file), "utf8")]));
}

function outcome({ snapshot, problems }: CheckedContext) {
  return {
    costs: snapshot.analysis.layers.map(({ outcome: cost }) => {
      assert.ok(cost?.evaluation, "it has a cost");
      const { energyPj, cycles, areaUm2 } = cost.evaluation;
      return { energyPj, cycles, areaUm2 };
    }),
    problems: problems.map(({ code }) => code),
  };
}

function renamed(files: Files, context: CheckedContext, uri: string, offset: number, newName: string): Files {
  const file = context.snapshot.files.find((candidate) => candidate.uri === uri)!;
  const edit = rename({ ...context, file }, lineIndex(file).position(offset), newName);
  assert.ok(typeof edit !== "string", String(edit));
  const after = new Map(files);
  for (const [changed, edits] of Object.entries(edit.changes!)) {
    const name = changed.slice(root.length);
    after.set(name, applyEdits(files.get(name)!, edits));
  }
  return after;
}

for (const name of readdirSync(examples).filter((entry) => !entry.endsWith(".md"))) {
  const files = folder(name);
  for (const main of [...files.keys()].filter((file) => file.endsWith(".map.yaml"))) {
    test(`${name}/${main} costs the same whatever its names are`, () => {
      const context = open(files, main);
      const before = outcome(context);
      const definitions = occurrences(context.snapshot).filter(({ role }) => role === "definition");
      assert.deepEqual(new Set(definitions.map(({ kind }) => kind)), new Set(Object.keys(newNames)));
      for (const { kind, name: old, location } of definitions) {
        const after = renamed(files, context, location.uri, location.start, newNames[kind]);
        const now = open(after, main);
        assert.deepEqual(outcome(now), before, `${kind} ${old}`);
        assert.deepEqual(renamed(after, now, location.uri, location.start, old), files, `${kind} ${old} and back`);
      }
    });
  }
}
