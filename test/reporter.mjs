// Prints failures and skips as they come, one line per file that passed with its seconds, and leaves the totals in the
// file named by MAPSPACE_TEST_SUMMARY so that test/run.mjs can print them last.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";

const indent = (text, by) => text.replace(/^/gm, " ".repeat(by));

function reason(error) {
  const cause = error?.cause ?? error;
  return cause?.stack ?? cause?.message ?? String(cause);
}

export default async function* reporter(source) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const perFile = new Map();
  const seconds = new Map();
  for await (const { type, data } of source) {
    if (type === "test:stdout" || type === "test:stderr") {
      yield data.message;
      continue;
    }
    if (type === "test:complete" && data.name === data.file) {
      seconds.set(relative(process.cwd(), data.file), data.details.duration_ms / 1000);
    }
    if (type !== "test:pass" && type !== "test:fail") continue;
    const isSuite = data.details?.type === "suite";
    const isFileItself = data.file !== undefined && data.name === data.file;
    if (isSuite || (isFileItself && type === "test:pass")) continue;
    const file = data.file ? relative(process.cwd(), data.file) : data.name;
    if (data.skip !== undefined) {
      totals.skipped++;
      yield `  skipped  ${file} › ${data.name}${typeof data.skip === "string" ? `: ${data.skip}` : ""}\n`;
    } else if (type === "test:pass") {
      totals.passed++;
      perFile.set(file, (perFile.get(file) ?? 0) + 1);
    } else {
      // A parent fails when its subtests do: only the leaf counts.
      if (data.details?.error?.failureType === "subtestsFailed") continue;
      totals.failed++;
      yield `  FAILED   ${file}:${data.line ?? ""} › ${data.name}\n${indent(reason(data.details?.error), 11)}\n`;
    }
  }
  for (const [file, count] of [...perFile].sort()) {
    yield `  ${String(count).padStart(5)}  ${file} (${(seconds.get(file) ?? 0).toFixed(1)} s)\n`;
  }
  const out = process.env.MAPSPACE_TEST_SUMMARY;
  if (out) writeFileSync(out, JSON.stringify(totals));
}
