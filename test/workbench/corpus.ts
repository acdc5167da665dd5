/** Designs for the real workbench, all examples and reference cases, and what `mapspace evaluate` says of them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { formatCount, formatEdp, formatEnergy } from "../../server/src/workspace/quantities.ts";
import { mapspace } from "../support/cli.ts";
import { repositoryRoot, sharedDir } from "../support/shared.ts";

export interface CorpusCase {
  /** What stands in the lens over the mapping, piece by piece. */
  figures: string[];
  path: string;
}

/** The examples alone where the reference data are absent. */
export function corpusCases(): CorpusCase[] {
  const paths = [...examples(), ...referenceCases()];
  const { out, err } = mapspace(["evaluate", "--each", "--json", ...paths]);
  const costs = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  if (costs.length !== paths.length) throw new Error(err);
  return costs.map(({ cycles, energyPj, edpPjCycles }, i) => ({
    path: paths[i],
    figures: [`${formatCount(cycles)} cycles`, formatEnergy(energyPj), `EDP ${formatEdp(edpPjCycles)}`],
  }));
}

function examples(): string[] {
  const folder = join(repositoryRoot, "examples");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.map\.yaml$|\.jinja2$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function referenceCases(): string[] {
  const shared = sharedDir();
  if (shared === null) return [];
  const folder = join(shared, "data/timeloop/cases");
  return readdirSync(folder)
    .sort()
    .map((id) => join(folder, id, "input.yaml"));
}
