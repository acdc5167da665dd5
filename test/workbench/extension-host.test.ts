import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { repositoryRoot } from "../support/shared.ts";
import { ensureBuilt } from "./build.ts";
import { corpusCases } from "./corpus.ts";
import { desktopCode } from "./desktop.ts";
import { bundledWorkbenchRunsHere } from "./setup.ts";
import type { SuiteResults } from "./suite/index.ts";

const output = join(repositoryRoot, "test/.output");
const suite = join(output, "suite");
const hosts = process.env.MAPSPACE_OLDEST === "1" ? ["current", "oldest"] : ["current"];

describe("extension host", () => {
  before(async () => {
    await ensureBuilt();
    await build({
      entryPoints: Object.fromEntries(["index", "tests", "corpus"].map((n) => [n, `test/workbench/suite/${n}.ts`])),
      absWorkingDir: repositoryRoot,
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      external: ["vscode", "mocha"],
      outdir: suite,
      outExtension: { ".js": ".cjs" },
      logLevel: "error",
    });
  });

  for (const version of hosts) {
    test(`the suite passes in VS Code (${version})`, async (t) => {
      const bundled = bundledWorkbenchRunsHere && (version === "oldest" || !desktopCode());
      mkdirSync(output, { recursive: true });
      const scratch = mkdtempSync(join(output, "run-"));
      const results = join(scratch, "results.json");
      const corpus = join(scratch, "corpus.json");
      writeFileSync(corpus, JSON.stringify(corpusCases()));
      try {
        await runTests({
          vscodeExecutablePath: bundled ? join(repositoryRoot, "test/workbench/code.mjs") : desktopCode(),
          extensionDevelopmentPath: repositoryRoot,
          extensionTestsPath: join(suite, "index.cjs"),
          launchArgs: [join(repositoryRoot, "examples"), `--user-data-dir=${join(scratch, "data")}`],
          extensionTestsEnv: {
            MAPSPACE_SUITE_RESULTS: results,
            MAPSPACE_CORPUS: corpus,
            MAPSPACE_WORKBENCH: version,
          },
        }).catch((error) => t.diagnostic(String(error)));
        const { vscode, tests, skipped } = JSON.parse(readFileSync(results, "utf8")) as SuiteResults;
        t.diagnostic(`VS Code ${vscode}: ${tests.length} tests`);
        for (const title of skipped) t.diagnostic(`skipped: ${title}`);
        const failed = tests.filter((entry) => entry.error !== null);
        assert.deepEqual(failed, []);
        assert.ok(tests.length > 0);
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    });
  }
});
