import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { repositoryRoot } from "./shared.ts";

/** The search worker as a script that a thread can run. */
export function bundledSearchWorker(): string {
  const outfile = join(mkdtempSync(join(tmpdir(), "mapspace-")), "search.cjs");
  const entry = join(repositoryRoot, "server/src/worker/node.ts");
  buildSync({ entryPoints: [entry], bundle: true, platform: "node", format: "cjs", outfile, logLevel: "warning" });
  return outfile;
}
