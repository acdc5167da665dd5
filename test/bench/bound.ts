/**
 * What exact search proves when it is stopped: with and without bounds by geometric programs, perfect factors. Machines
 * of `examples` and of the recorded baselines, with their constraints on what is kept, and all spreads free.
 * `npm run bench:bound [-- PATTERN]`: CPU seconds of one thread.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { Mapspace } from "../../server/src/engine/mapspace/mapspace.ts";
import { exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import type { Objective } from "../../server/src/engine/search/objective.ts";
import { lowerConstraints } from "../../server/src/spec/mapspace-constraints.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";

const [pattern = ""] = process.argv.slice(2);
const times = [1, 3, 10];
const recorded = join(process.cwd(), "../shared/data/mapper");

const cases: { name: string; files: string[] }[] = [
  ...["simba-like", "gemmini-like", "eyeriss-like"].flatMap((machine) => {
    const folder = join(process.cwd(), "examples", machine);
    const shared = ["arch.yaml", "constraints.yaml", "ert.yaml"].map((file) => join(folder, file)).filter(existsSync);
    return readdirSync(folder)
      .filter((file) => /^(gemm|resnet50-.*[^p])\.yaml$/.test(file) && !file.includes(".map."))
      .map((layer) => ({ name: `${machine} ${layer.replace(".yaml", "")}`, files: [...shared, join(folder, layer)] }));
  }),
  ...["ey__rn50_3x3_128_28", "gm__rn50_3x3_128_28", "t3__rn50_3x3_128_28"].map((name) => ({
    name,
    files: [join(recorded, `${name}__uber__random__60s`, "in.yaml")],
  })),
].filter(({ name, files }) => name.includes(pattern) && files.every(existsSync));

function mapspaceOf(files: readonly string[]): Mapspace {
  const read = readSpecification(files.map((uri) => ({ uri, text: readFileSync(uri, "utf8") })));
  const { architecture, layers, constraints, architectureSource } = read;
  const { workload } = layers[0];
  const lowered = lowerConstraints(constraints, architecture!, workload, architectureSource);
  const kept = lowered.constraints.filter(({ kind }) => kind === "keep");
  const { mapspace } = createMapspace(architecture!, workload, "pfm", kept);
  if (mapspace === undefined) throw new Error("no mapping");
  return mapspace;
}

interface Outcome {
  /** Bound after each of the times; fewer where it had ended. */
  bounds: number[];
  seconds: number;
  done: boolean;
  best: number;
}

function run(mapspace: Mapspace, objective: Objective, geometric: boolean): Outcome {
  const began = process.cpuUsage();
  const bounds: number[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (const progress of exactSearch(mapspace, { objective, seed: 1, geometric })) {
    const { user, system } = process.cpuUsage(began);
    const seconds = (user + system) / 1e6;
    best = progress.best?.value ?? best;
    if (progress.done) return { bounds, seconds, done: true, best };
    while (bounds.length < times.length && seconds >= times[bounds.length]) bounds.push(progress.bound);
    if (bounds.length === times.length) break;
  }
  return { bounds, seconds: times[times.length - 1], done: false, best };
}

const columns = ["machine, layer", "objective", "geometric programs", ...times.map((t) => `bound after ${t} s`)];
process.stdout.write("Bounds as a share of the best mapping found in either run.\n\n");
process.stdout.write(`| ${columns.join(" | ")} |\n|${columns.map(() => "---").join("|")}|\n`);
for (const { name, files } of cases) {
  const mapspace = mapspaceOf(files);
  for (const objective of ["edp", "energy"] as const) {
    const runs = [false, true].map((geometric) => ({ geometric, ...run(mapspace, objective, geometric) }));
    const best = Math.min(...runs.map((one) => one.best));
    for (const { geometric, bounds, seconds, done } of runs) {
      const cells = bounds.map((bound) => (bound > 0 ? `${((100 * bound) / best).toFixed(1)} %` : "none"));
      if (done) cells.push(`proven, ${seconds.toFixed(1)} s`);
      process.stdout.write(`| ${[name, objective, geometric ? "with" : "without", ...cells].join(" | ")} |\n`);
    }
  }
}
