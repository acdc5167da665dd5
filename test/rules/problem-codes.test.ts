import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../support/shared.ts";

/** Rooms that make problems. */
const rooms = ["syntax", "spec", "rules", "workspace", "features"];
const word = "[a-z]+(?:-(?:[a-z]+|\\$\\{[^}]*\\}))*";
/** A code as it stands in the code: after `code:`, or first in the call that reports. */
const places = [
  new RegExp(`\\bcode: (?:[^,;\\n"\`]*\\? )?["\`](${word})["\`](?: : "(${word})")?`, "g"),
  new RegExp(
    `\\b(?:report|this|progress)(?:\\.report)?(?:\\.(?:error|warning|information|report))?\\(\\s*["\`](${word})["\`],`,
    "g",
  ),
  new RegExp(`\\b(?:report|missing|problem|note)\\(\\s*(?:[^\\n"\`()]*\\?\\? )?["\`](${word})["\`],`, "g"),
  /: "((?:yaml|expression)-[a-z-]+)"/g,
  /\?\? "(yaml-[a-z]+)"/g,
];

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

function codesInSource(): Map<string, string> {
  const codes = new Map<string, string>();
  for (const room of rooms) {
    for (const path of sourceFiles(join(repositoryRoot, "server/src", room))) {
      const text = readFileSync(path, "utf8");
      for (const place of places) {
        for (const [, ...found] of text.matchAll(place)) {
          for (const code of found) if (code !== undefined) codes.set(code, path.slice(repositoryRoot.length + 1));
        }
      }
    }
  }
  return codes;
}

const documented = new Set(
  readFileSync(join(repositoryRoot, "docs/problems.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| <a "))
    // The anchor is where the link of a diagnostic leads.
    .flatMap((line) => [...line.split("|")[1].matchAll(/<a id="([^"]+)"><\/a>`\1`/g)].map((match) => match[1])),
);

/** `fanout-${axis}` stands for every documented code of that form. */
const form = (code: string) => new RegExp(`^${code.replace(/\$\{[^}]*\}/g, "[a-z]+")}$`);

test("docs/problems.md lists every code that the program can give", () => {
  const missing = [...codesInSource()].filter(([code]) => ![...documented].some((known) => form(code).test(known)));
  assert.deepEqual(
    missing.map(([code, path]) => `${code} (${path})`),
    [],
  );
});

test("docs/problems.md lists no code that the program never gives", () => {
  const forms = [...codesInSource().keys()].map(form);
  assert.deepEqual(
    [...documented].filter((code) => !forms.some((pattern) => pattern.test(code))),
    [],
  );
});
