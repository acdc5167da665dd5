import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../support/shared.ts";

const documented = new Set(
  [...readFileSync(join(repositoryRoot, "docs", "problems.md"), "utf8").matchAll(/`([a-z0-9]+(?:-[a-z0-9]+)*)`/g)].map(
    ([, code]) => code,
  ),
);

/** Codes that the readers of a folder give to a `Report`. */
function codesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const text = readFileSync(join(folder, entry.name), "utf8");
    return [...text.matchAll(/report(?:\.error|\.warning|\.information)?\(\s*"([a-z0-9-]+)"/g)].map(([, code]) => code);
  });
}

test("every code of reading files is documented", () => {
  const source = join(repositoryRoot, "server", "src");
  const codes = new Set([...codesIn(join(source, "syntax")), ...codesIn(join(source, "spec"))]);
  assert.ok(codes.size > 60);
  assert.deepEqual(
    [...codes].filter((code) => !documented.has(code)),
    [],
  );
});
