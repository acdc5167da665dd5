import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bundle, bundlePath } from "../../scripts/l10n.ts";
import { repositoryRoot } from "../support/shared.ts";

const read = (path: string) => readFileSync(join(repositoryRoot, path), "utf8");

function sources(folder: string): string[] {
  return readdirSync(join(repositoryRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? sources(path) : entry.name.endsWith(".ts") ? [path] : [];
  });
}

test("the bundle for translators is up to date (npm run l10n)", () => {
  assert.equal(readFileSync(bundlePath, "utf8"), bundle());
  const { l10n } = JSON.parse(read("package.json"));
  assert.equal(join(repositoryRoot, l10n, "bundle.l10n.json"), bundlePath);
});

test("what people read in the extension can be translated, as whole messages", () => {
  // A text or a template where a message, a title, a label or a name belongs.
  const untranslated =
    /(?:show(?:Information|Warning|Error)Message\(|\b(?:title|message|label|placeHolder|detail|tooltip): |\.(?:text|name|detail|title) = )(?:"[^"]*[A-Za-z]{2}|`[^`]*[A-Za-z]{3,} )/g;
  // A translated piece inside a template would be a fragment; two whole sentences may stand side by side.
  const fragment = /`[^`]*\$\{l10n\.t\("[^"]*[^."]"[^`]*`/g;
  for (const path of sources("client/src")) {
    const text = read(path);
    assert.deepEqual(text.match(untranslated) ?? [], [], path);
    assert.deepEqual(
      (text.match(fragment) ?? []).filter((match) => !match.includes("<title>")),
      [],
      path,
    );
  }
});

test("every %key% of the manifest has its words, and every word its key", () => {
  const used = [...read("package.json").matchAll(/"%([\w.-]+)%"/g)].map((match) => match[1]);
  assert.deepEqual([...new Set(used)].sort(), Object.keys(JSON.parse(read("package.nls.json"))).sort());
});
