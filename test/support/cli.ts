import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./shared.ts";

export interface Run {
  status: number | null;
  out: string;
  err: string;
}

/** Runs the built command line tool in the repository; builds it when there is no build yet. */
export function mapspace(args: readonly string[], input?: string): Run {
  if (!existsSync(join(repositoryRoot, "dist/cli.cjs"))) {
    spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: repositoryRoot, stdio: "inherit" });
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/mapspace.js", ...args], {
    cwd: repositoryRoot,
    input: input ?? "",
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { status, out: stdout, err: stderr };
}
