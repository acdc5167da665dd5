import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { listFiles, PackageManager } from "@vscode/vsce";
import { packageExtension } from "./build.ts";

const allowed = [
  /^(package|package\.nls)\.json$/,
  /^(README\.md|CHANGELOG\.md|LICENSE)$/,
  /^dist\/[a-z]+\.cjs$/,
  /^dist\/browser\/[a-z]+\.js$/,
  /^dist\/webview\/[a-z]+\.(js|css)$/,
  /^client\/l10n\/bundle\.l10n(\.[\w-]+)?\.json$/,
  /^client\/media\/(walkthrough\/)?[\w-]+\.(png|svg|md|webp)$/,
  /^docs\/problems\.md$/,
  /^syntaxes\/[\w.-]+\.json$/,
  /^syntaxes\/schemas\/[a-z]+\.json$/,
];
const largestBundle = 500 * 1024;
const largestPackage = 2 * 1024 * 1024;

describe("the package", () => {
  let vsix: string;
  let stage: string;
  let files: string[];
  before(async () => {
    ({ vsix, stage } = await packageExtension());
    files = await listFiles({ cwd: stage, packageManager: PackageManager.None });
  });

  test("holds what is allowed and nothing else", () => {
    assert.deepEqual(
      files.filter((file) => !allowed.some((pattern) => pattern.test(file))),
      [],
    );
    for (const file of [
      "package.json",
      "README.md",
      "CHANGELOG.md",
      "LICENSE",
      "client/l10n/bundle.l10n.json",
      "docs/problems.md",
    ])
      assert.ok(files.includes(file), file);
  });

  test("holds every file the manifest points to", () => {
    const manifest = readFileSync(join(stage, "package.json"), "utf8");
    const { main, browser, icon } = JSON.parse(manifest);
    const named = [...manifest.matchAll(/"\.\/([^"]+\.(?:c?js|json|svg|md))"/g)].map((match) => match[1]);
    assert.ok(named.length > 10);
    for (const file of [main, browser, icon, ...named]) assert.ok(existsSync(join(stage, file)), file);
  });

  test("the page of the extension leads nowhere that the package does not have", () => {
    const readme = readFileSync(join(stage, "README.md"), "utf8");
    assert.doesNotMatch(readme, /\]\((?!https:)/);
    assert.doesNotMatch(readme, /npm |npx /);
  });

  test("translates every word of the manifest", () => {
    const words = JSON.parse(readFileSync(join(stage, "package.nls.json"), "utf8"));
    const used = [...readFileSync(join(stage, "package.json"), "utf8").matchAll(/"%([\w.-]+)%"/g)].map((m) => m[1]);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(words).sort());
  });

  test("is small", () => {
    assert.ok(statSync(vsix).size <= largestPackage, `${statSync(vsix).size} bytes`);
    const bundles = files.filter((name) => name.startsWith("dist/"));
    assert.ok(["dist/server.cjs", "dist/browser/server.js"].every((file) => bundles.includes(file)));
    for (const file of bundles) {
      const { size } = statSync(join(stage, file));
      assert.ok(size <= largestBundle, `${file}: ${size} bytes`);
    }
  });

  test("activation loads a small script", () => {
    // The library that talks to the server comes with the first server.
    const { size } = statSync(join(stage, "dist/client.cjs"));
    assert.ok(size <= 100_000, `${size} bytes`);
    assert.ok(files.includes("dist/languageclient.cjs"));
  });
});
