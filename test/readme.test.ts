/** What `README.md` of the tests names is there. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "./support/shared.ts";

const lines = readFileSync(join(repositoryRoot, "test/README.md"), "utf8").split("\n");
const rows = lines.filter((line) => line.startsWith("| ")).map((line) => line.split("|").map((cell) => cell.trim()));

function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^` ]+)`/g)].map(([, path]) => path);
}

test("the cure and the test of each complaint are where the README says", () => {
  const complaints = rows.slice(rows.findIndex(([, first]) => first === "complaint") + 2);
  assert.ok(complaints.length > 20);
  const absent: string[] = [];
  for (const [, complaint, cure, tests] of complaints) {
    // What has no slash and no dot is a name in the code.
    const cures = quoted(cure).filter((path) => /[/.]/.test(path));
    assert.ok(cures.length > 0 && quoted(tests).length > 0, complaint);
    for (const path of cures) {
      if (!["", "server/src"].some((base) => existsSync(join(repositoryRoot, base, path)))) absent.push(path);
    }
    for (const path of quoted(tests)) {
      if (!["", ".test.ts"].some((end) => existsSync(join(repositoryRoot, "test", path + end)))) absent.push(path);
    }
    for (const [, fixture] of tests.matchAll(/\bdiagnostics\/([\w-]+)/g)) {
      const path = `features/fixtures/diagnostics/${fixture}.yaml`;
      if (!existsSync(join(repositoryRoot, "test", path))) absent.push(path);
    }
  }
  assert.deepEqual(absent, []);
});
