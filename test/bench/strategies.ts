/**
 * Every strategy on the same recorded inputs (perfect factors, EDP), one core: distance to the proven optimum and CPU
 * seconds. `npm run bench:strategies [-- PATTERN]`; needs the reference data beside the repository.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { Mapspace } from "../../server/src/engine/mapspace/mapspace.ts";
import { bayesSearch } from "../../server/src/engine/search/bayes/bayes.ts";
import { blockSearch } from "../../server/src/engine/search/blocks.ts";
import { exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import { gpSearch } from "../../server/src/engine/search/gp/gp.ts";
import { gradientSearch } from "../../server/src/engine/search/gradient/strategy.ts";
import type { Search } from "../../server/src/engine/search/progress.ts";
import { lowerConstraints } from "../../server/src/spec/mapspace-constraints.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";

const folder = join(process.cwd(), "../shared/data/mapper");
const [pattern = ""] = process.argv.slice(2);
const baselines = ["ey__bert_768_768", "ey__rn50_3x3_128_28", "gm__bert_768_768", "gm__rn50_3x3_128_28"]
  .concat(["t3__bert_768_768", "t3__rn50_3x3_128_28"])
  .map((name) => `${name}__uber__random__60s`)
  .filter((name) => name.includes(pattern));
const objective = "edp";
const seed = 1;
const blocks = (strategy: "local" | "random", evaluations: number) => (mapspace: Mapspace) =>
  blockSearch(mapspace, { strategy, objective, seed, evaluations, victory: null });

/** Budgets are mappings tried; those without one end by themselves. */
const strategies: readonly { name: string; search(mapspace: Mapspace): Search }[] = [
  { name: "exact", search: (mapspace) => exactSearch(mapspace, { objective, seed }) },
  {
    name: "gradient, 10,000",
    search: (mapspace) => gradientSearch(mapspace, { objective, seed, evaluations: 10_000 }),
  },
  { name: "local, 40,000", search: blocks("local", 40_000) },
  { name: "gp", search: (mapspace) => gpSearch(mapspace, { objective }) },
  { name: "random, 40,000", search: blocks("random", 40_000) },
  { name: "bayes, 60", search: (mapspace) => bayesSearch(mapspace, { objective, seed, evaluations: 60 }) },
];

function mapspaceOf(name: string): Mapspace {
  const file = { uri: name, text: readFileSync(join(folder, name, "in.yaml"), "utf8") };
  const { architecture, layers, constraints, architectureSource } = readSpecification([file]);
  const { workload } = layers[0];
  const lowered = lowerConstraints(constraints, architecture!, workload, architectureSource);
  const { mapspace } = createMapspace(architecture!, workload, "pfm", lowered.constraints);
  if (mapspace === undefined) throw new Error(`${name}: no mapping`);
  return mapspace;
}

if (!existsSync(folder)) process.stdout.write("reference data not present (../shared is absent)\n");
else {
  const title = (name: string) => name.replace(/__uber.*/, "").replace("__", " ");
  process.stdout.write(
    `| strategy | ${baselines.map(title).join(" | ")} |\n|---|${baselines.map(() => "---").join("|")}|\n`,
  );
  const mapspaces = baselines.map(mapspaceOf);
  const optima: number[] = [];
  for (const { name, search } of strategies) {
    const cells = mapspaces.map((mapspace, i) => {
      const began = process.cpuUsage();
      let last: ReturnType<Search["next"]>["value"] | undefined;
      for (last of search(mapspace));
      const { user, system } = process.cpuUsage(began);
      const seconds = `${((user + system) / 1e6).toFixed(1)} s`;
      if (last?.best == null) return `none, ${seconds}`;
      if (name === "exact") optima[i] = last.best.value;
      const above = 100 * (last.best.value / optima[i] - 1);
      return `${name === "exact" ? "optimum" : `+${Math.max(0, above).toFixed(1)} %`}, ${seconds}`;
    });
    process.stdout.write(`| ${name} | ${cells.join(" | ")} |\n`);
  }
}
