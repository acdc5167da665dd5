/** Reference cases for the real workbench: one of each kind, and what `mapspace evaluate` says of them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { formatCount, formatEdp, formatEnergy } from "../../server/src/workspace/quantities.ts";
import { mapspace } from "../support/cli.ts";
import { sharedDir } from "../support/shared.ts";

export interface CorpusCase {
  /** What stands in the lens over the mapping, piece by piece. */
  figures: string[];
  path: string;
}

/** Kinds differ in format version, problem and what mappings do; where there is a choice, on hardware not seen before. Empty where the reference data are absent. */
export function corpusSample(): CorpusCase[] {
  const shared = sharedDir();
  if (shared === null) return [];
  const folder = join(shared, "data/timeloop/cases");
  const ids = readdirSync(folder).sort();
  const kindOf = (id: string) => id.split("-").slice(0, -2).join("-");
  const hardwareOf = (id: string) => id.split("-").at(-2) ?? "";
  const seen = new Set<string>();
  const paths = [...new Set(ids.map(kindOf))].map((kind) => {
    const all = ids.filter((id) => kindOf(id) === kind);
    const id = all.find((id) => !seen.has(hardwareOf(id))) ?? all[0];
    seen.add(hardwareOf(id));
    return join(folder, id, "input.yaml");
  });
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
