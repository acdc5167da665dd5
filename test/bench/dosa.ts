/**
 * Co-search of networks as in DOSA (Hong et al., MICRO 2023): random, Bayesian, the published gradient search and
 * ours at equal evaluations, the default accelerators with optimal mappings, single layers against proven optima, and
 * the relaxed model against the reference model. Results are kept in dist/bench/dosa, so a run goes on where the last
 * one stopped; plots and tables are written there.
 * Usage: npm run bench:dosa [-- --seeds 5 --evaluations 10500 --networks bert,unet --rows 10 --parts known,profile --report]
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sharedDir } from "../support/shared.ts";
import { costDefault, type DefaultResult, defaultAccelerators } from "./dosa/defaults.ts";
import { type Fidelity, relaxedFidelity } from "./dosa/fidelity.ts";
import { bestKnown, type KnownResult } from "./dosa/known.ts";
import { gemminiTemplate, networkNames, openNetwork, readNetwork } from "./dosa/networks.ts";
import { type ProfileResult, profiled } from "./dosa/profile.ts";
import { plot, tables } from "./dosa/report.ts";
import { type Algorithm, type RunResult, runOne } from "./dosa/runs.ts";
import { type LayerResult, singleLayers } from "./dosa/single.ts";

const parts = ["runs", "profile", "defaults", "known", "single", "fidelity"] as const;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "5" },
    evaluations: { type: "string", default: "10500" },
    networks: { type: "string", default: networkNames.join() },
    rows: { type: "string", default: "1" },
    parts: { type: "string", default: parts.join() },
    report: { type: "boolean", default: false },
  },
});

const folder = join("dist", "bench", "dosa");

/** Lines of JSON, one per finished piece of work. */
class Kept<T> {
  readonly all: T[];
  private readonly file: string;

  constructor(name: string) {
    this.file = join(folder, `${name}.jsonl`);
    const lines = existsSync(this.file) ? readFileSync(this.file, "utf8").trim().split("\n") : [];
    this.all = lines.filter(Boolean).map((line) => JSON.parse(line) as T);
  }

  add(value: T): void {
    this.all.push(value);
    appendFileSync(this.file, `${JSON.stringify(value)}\n`);
  }
}

if (sharedDir() === null) {
  console.log("skipped: reference data not present (../shared is absent)");
} else {
  mkdirSync(folder, { recursive: true });
  const runs = new Kept<RunResult>("runs");
  const defaults = new Kept<DefaultResult>("defaults");
  const known = new Kept<KnownResult>("known");
  const profiles = new Kept<ProfileResult>("profile");
  const single = new Kept<LayerResult>("single");
  const fidelity = new Kept<Fidelity>("fidelity");
  if (!values.report) work();
  const text = tables({
    runs: runs.all,
    defaults: defaults.all,
    known: known.all,
    profiles: profiles.all,
    single: single.all,
    fidelity: fidelity.all,
  });
  writeFileSync(join(folder, "tables.md"), text);
  for (const name of networkNames) {
    const own = runs.all.filter(({ network }) => network === name);
    if (own.length > 0) writeFileSync(join(folder, `${name}.svg`), plot(name, own));
  }
  console.log(text);

  function work(): void {
    const names = values.networks.split(",");
    const evaluations = Number(values.evaluations);
    const wanted = (part: (typeof parts)[number]) => values.parts.split(",").includes(part);
    // What costs most comes last.
    for (const group of wanted("runs") ? ([["random", "dosa", "ours"], ["bayes"], ["bayesOwn"]] as const) : []) {
      for (let seed = 1; seed <= Number(values.seeds); seed++) {
        for (const name of names) for (const algorithm of group) search(name, algorithm, seed, evaluations);
      }
    }
    for (const name of wanted("profile") ? names : []) {
      for (const algorithm of ["dosa", "ours"] as const) {
        if (profiles.all.some((p) => p.network === name && p.algorithm === algorithm)) continue;
        profiles.add(profiled(name, algorithm, evaluations));
      }
    }
    for (const name of wanted("defaults") ? names : []) {
      for (const accelerator of defaultAccelerators) {
        if (defaults.all.some((d) => d.network === name && d.accelerator === accelerator.name)) continue;
        defaults.add(costDefault(accelerator, name, readNetwork(name)));
      }
    }
    for (const name of wanted("known") ? names : []) {
      if (!known.all.some(({ network }) => network === name)) known.add(bestKnown(name, runs.all));
    }
    if (wanted("single")) for (const result of singleLayers([...single.all])) single.add(result);
    if (wanted("fidelity") && fidelity.all.length === 0) fidelity.add(relaxedFidelity(Number(values.rows)));
  }

  function search(name: string, algorithm: Algorithm, seed: number, evaluations: number): void {
    if (runs.all.some((run) => run.network === name && run.algorithm === algorithm && run.seed === seed)) return;
    const network = openNetwork(readNetwork(name), gemminiTemplate(), "all");
    const result = runOne(name, network, algorithm, seed, evaluations);
    const edp = `${result.edp.toExponential(3)} µJ·cycles`;
    console.log(`${name} ${algorithm} seed ${seed}: ${edp}, ${result.seconds.toFixed(1)} s`);
    runs.add(result);
  }
}
