import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checks } from "./checks.ts";
import { contextOf, disguises, fixturesFolder, readFixture } from "./fixture.ts";

/** `UPDATE_GOLDEN=1` writes what is, instead of comparing it with what should be. */
const update = process.env.UPDATE_GOLDEN === "1";
const notes = /^#\|.*\n/gm;

for (const feature of Object.keys(checks)) {
  const folder = join(fixturesFolder, feature);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".yaml")) : [];
  test(`${feature}: has fixtures`, () => assert.ok(names.length > 0));
  for (const name of names) {
    const path = join(folder, name);
    const source = readFileSync(path, "utf8");
    const fixture = readFixture(source.replace(notes, ""));
    const inline = feature === "diagnostics";
    const golden = path.replace(/\.yaml$/, ".golden");
    test(`${feature}: ${name.replace(/\.yaml$/, "").replaceAll("-", " ")}`, () => {
      for (const [disguise, change] of Object.entries(disguises)) {
        const { context, offset } = contextOf(fixture, change);
        const said = `${checks[feature](context, offset, fixture).replace(/\n+$/, "")}\n`;
        if (update && disguise === "as written") {
          if (inline) writeFileSync(path, withNotes(source, said));
          else writeFileSync(golden, said);
          continue;
        }
        const expected = inline ? mainOf(source) : readFileSync(golden, "utf8");
        assert.equal(said, expected, `${disguise}: see ${golden}`);
      }
    });
  }
}

/** The annotated main file of a fixture of diagnostics: it comes first. */
function mainOf(source: string): string {
  const { files, main } = readFixture(source);
  return `${files.get(main)!.replace("$0", "").replace(/\n+$/, "")}\n`;
}

function withNotes(source: string, said: string): string {
  return source.replace(mainOf(source), said);
}
