import { spawnSync } from "node:child_process";
import { repositoryRoot } from "../support/shared.ts";

/** Builds the .vsix as `npm run package` does and returns its path. */
export function packageExtension(): string {
  const result = spawnSync(process.execPath, ["scripts/package.mjs"], { cwd: repositoryRoot, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`Packaging failed:\n${result.stdout}${result.stderr}`);
  return result.stdout.trim().split("\n").at(-1) ?? "";
}
