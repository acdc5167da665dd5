// Runs every check of the repository and prints `N passed, N failed` last. Arguments narrow it to test files
// whose path contains one of them (`npm test -- model`); then only those test files run.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const wanted = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };

function step(name, command, args) {
  process.stdout.write(`${name}\n`);
  const started = performance.now();
  const result = spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  const ok = result.status === 0;
  totals[ok ? "passed" : "failed"]++;
  process.stdout.write(`  ${ok ? "ok" : "FAILED"}  ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`);
  return ok;
}

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith(".") || entry.name === "node_modules" ? [] : testFiles(path);
    return entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

function runTestFiles(files, concurrency) {
  if (files.length === 0) return Promise.resolve();
  const scratch = mkdtempSync(join(tmpdir(), "mapspace-test-"));
  const summary = join(scratch, "summary.json");
  const run = spawn(
    process.execPath,
    ["--import", "tsx", "--test", `--test-concurrency=${concurrency}`, "--test-reporter=./test/reporter.mjs", ...files],
    { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, MAPSPACE_TEST_SUMMARY: summary } },
  );
  return new Promise((resolve) => {
    run.once("close", (status) => {
      try {
        const counted = JSON.parse(readFileSync(summary, "utf8"));
        for (const key of Object.keys(totals)) totals[key] += counted[key];
        if (status !== 0 && counted.failed === 0) totals.failed++;
      } catch {
        totals.failed++;
        process.stdout.write("  FAILED  the test process ended without a summary\n");
      } finally {
        rmSync(scratch, { recursive: true, force: true });
        resolve();
      }
    });
  });
}

if (wanted.length === 0) {
  step("types", "npx", ["tsc", "-p", "."]);
  step("types of the panel", "npx", ["tsc", "-p", "webview"]);
  step("format and lint", "npx", ["biome", "ci", "--colors=off", "--reporter=summary", "."]);
  step("rooms import only what they may", "npx", [
    "depcruise",
    "--config",
    ".dependency-cruiser.cjs",
    "--output-type",
    "err",
    "server/src",
    "client/src",
    "webview/src",
  ]);
  step("build", process.execPath, ["scripts/build.mjs", "--production", "--metafile"]);
}
const files = testFiles("test").filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)));
// Tests in the workbench mostly wait: one at a time, beside all others.
const inWorkbench = (file) => file.startsWith(join("test", "workbench"));
await Promise.all([
  runTestFiles(files.filter(inWorkbench), 1),
  runTestFiles(
    files.filter((file) => !inWorkbench(file)),
    2,
  ),
]);

const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed${skipped}\n`);
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
