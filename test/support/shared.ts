import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** The reference data beside the repository, or null in a clone without it. */
export function sharedDir(): string | null {
  const folder = resolve(repositoryRoot, "../shared");
  return existsSync(join(folder, "data", "README.md")) ? folder : null;
}

/** For `{ skip }` of a test: the reason when the reference data are absent, else false. */
export const skipWithoutShared: string | false =
  sharedDir() === null ? "reference data not present (../shared is absent)" : false;
