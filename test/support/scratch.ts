import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/**
 * A folder of this test file's own, removed after its tests. The folder around it is its own too, because the tool
 * looks one folder up for what a design lacks, where it must not find the files of other tests.
 */
export function scratchFolder(): string {
  const around = mkdtempSync(join(tmpdir(), "mapspace-"));
  after(() => rmSync(around, { recursive: true, force: true }));
  const folder = join(around, "scratch");
  mkdirSync(folder);
  return folder;
}
