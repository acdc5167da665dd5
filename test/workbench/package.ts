import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../support/shared.ts";

/** Builds the .vsix as `npm run package` does and returns its path. */
export function packageExtension(): string {
  const vsix = join(repositoryRoot, "test/.output/mapspace.vsix");
  mkdirSync(join(repositoryRoot, "test/.output"), { recursive: true });
  const vsce = join(repositoryRoot, "node_modules/@vscode/vsce/vsce");
  const options = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links", "--out", vsix];
  const result = spawnSync(process.execPath, [vsce, "package", ...options], { cwd: repositoryRoot, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`Packaging failed:\n${result.stdout}${result.stderr}`);
  return vsix;
}
