/** Runs inside the extension host. Writes what happened to the file MAPSPACE_SUITE_RESULTS names. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface SuiteResults {
  vscode: string;
  tests: { title: string; error: string | null }[];
  skipped: string[];
}

export async function run(): Promise<void> {
  const { default: Mocha } = await import("mocha");
  const { version } = await import("vscode");
  const mocha = new Mocha({ ui: "bdd", timeout: 60_000, slow: 5_000 });
  for (const file of ["tests", "corpus"]) mocha.addFile(join(__dirname, `${file}.cjs`));
  const tests: SuiteResults["tests"] = [];
  const skipped: string[] = [];
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on("pass", (test) => tests.push({ title: test.fullTitle(), error: null }))
      .on("pending", (test) => skipped.push(test.fullTitle()))
      .on("fail", (test, error) => tests.push({ title: test.fullTitle(), error: String(error?.stack ?? error) }));
  });
  const results = process.env.MAPSPACE_SUITE_RESULTS;
  if (results) writeFileSync(results, JSON.stringify({ vscode: version, tests, skipped } satisfies SuiteResults));
  const failed = tests.filter((test) => test.error !== null);
  if (failed.length > 0) throw new Error(`${failed.length} of ${tests.length} failed: ${failed[0].error}`);
}
