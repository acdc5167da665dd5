import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../support/shared.ts";
import { lock } from "./lock.ts";

const outputs = [
  "client.cjs",
  "languageclient.cjs",
  "server.cjs",
  "webview/explorer.js",
  "browser/client.js",
  "browser/server.js",
];
const sources = ["client/src", "server/src", "webview/src", "scripts"];
const at = (path: string) => join(repositoryRoot, path);
const changed = (path: string) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** A build for development ends with the name of its source map. */
const forRelease = (path: string) =>
  existsSync(path) && !readFileSync(path, "utf8").slice(-200).includes("sourceMapping");

/** Builds dist/ for release unless it is so and newer than every source. Tests that run side by side build once. */
export async function ensureBuilt(): Promise<void> {
  const release = await lock(at("test/.output/build.lock"));
  try {
    const newest = Math.max(...sources.flatMap((folder) => filesBelow(at(folder))).map(changed));
    const oldest = Math.min(...outputs.map((file) => changed(at(`dist/${file}`))));
    if (newest > oldest || !outputs.every((file) => forRelease(at(`dist/${file}`))))
      run("scripts/build.mjs", "--production");
  } finally {
    release();
  }
}

/** Makes the .vsix as `npm run package` does, in a folder of its own. */
export async function packageExtension(): Promise<{ vsix: string; stage: string }> {
  await ensureBuilt();
  const out = mkdtempSync(join(tmpdir(), "mapspace-package-"));
  process.once("exit", () => rmSync(out, { recursive: true, force: true }));
  run("scripts/package.mjs", "--no-build", "--out", out);
  return { vsix: join(out, "mapspace.vsix"), stage: join(out, "package") };
}

function run(script: string, ...args: string[]): void {
  const result = spawnSync(process.execPath, [script, ...args], { cwd: repositoryRoot, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${script} failed:\n${result.stdout}${result.stderr}`);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
