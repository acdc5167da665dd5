/**
 * Our searches beside the recorded runs of timeloop-mapper, one line per run:
 * `npm run bench:search [-- --only PATTERN] [--seconds 60] [--random-seconds 1]`. CPU seconds of one thread.
 * Ends with the claims and whether they hold; fails where an optimum, a gap or a comparison does not.
 * `--layers N`: instead, exact search on N draws of a published layer, a machine and a mapspace.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { MapspaceKind } from "../../server/src/engine/mapspace/constraints.ts";
import type { Mapspace } from "../../server/src/engine/mapspace/mapspace.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import {
  type Architecture,
  defaultEvaluationOptions,
  type Mapping,
  type MappingLevel,
  type Workload,
} from "../../server/src/engine/model/types.ts";
import { type BlockSettings, blockSearch } from "../../server/src/engine/search/blocks.ts";
import { exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import { lowerConstraints } from "../../server/src/spec/mapspace-constraints.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { layersTable } from "./search/layers.ts";
import { cpuSeconds, type Outcome, run } from "./search/run.ts";

interface Recorded {
  arch: string;
  layer: string;
  mapspace: "uber" | "ruby" | "rubyS";
  algorithm: string;
  budget: number;
  best?: {
    edp: number;
    mapping: { bypass: string[]; levels_inner_to_outer: [string, number, number, string][][] };
  };
  end?: { t: number; total: number; valid: number }[];
}

interface Found {
  architecture: Architecture;
  workload: Workload;
  best: Outcome;
  proven: boolean;
  random: Outcome;
}

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    seconds: { type: "string", default: "60" },
    "random-seconds": { type: "string", default: "1" },
    layers: { type: "string" },
  },
});
const data = join(process.cwd(), "../shared/data");
const folder = join(data, "mapper");
const kindOf: Record<Recorded["mapspace"], MapspaceKind> = { uber: "pfm", ruby: "ruby", rubyS: "ruby-s" };
const titles: Record<MapspaceKind, string> = {
  pfm: "Perfect factors",
  "ruby-s": "Ruby-S",
  ruby: "Ruby (the Ruby-S optimum, and local search with remainders everywhere)",
  "ruby-t": "",
  padded: "",
};
/** CPU seconds for a proven optimum of perfect factors. */
const limitSeconds: Record<string, number> = { ey: 5, gm: 5, t3: 30 };

function design(name: string) {
  const text = readFileSync(join(folder, name, "in.yaml"), "utf8");
  const { architecture, layers, constraints, architectureSource } = readSpecification([{ uri: name, text }]);
  const { workload } = layers[0];
  const lowered = lowerConstraints(constraints, architecture!, workload, architectureSource);
  const space = (kind: MapspaceKind): Mapspace =>
    createMapspace(architecture!, workload, kind, lowered.constraints).mapspace!;
  return { architecture: architecture!, workload, space };
}

function find(name: string, kind: MapspaceKind): Found {
  const { architecture, workload, space } = design(name);
  const limit = Number(options.seconds);
  let best = run(exactSearch(space(kind === "ruby" ? "ruby-s" : kind), { objective: "edp", seed: 1 }), limit);
  if (kind === "ruby") {
    const local = run(blockSearch(space(kind), blocks("local", 100_000)), limit);
    const seconds = best.seconds + local.seconds;
    const evaluations = best.progress.evaluations + local.progress.evaluations;
    const better = value(local) < value(best) ? local : best;
    best = { progress: { ...better.progress, evaluations, bound: null }, seconds };
  }
  const mapspace = space(kind);
  run(blockSearch(mapspace, blocks("random", 40_000)), 1);
  const random = run(blockSearch(mapspace, blocks("random", null)), Number(options["random-seconds"]));
  return { architecture, workload, best, proven: kind !== "ruby", random };
}

function blocks(strategy: "random" | "local", evaluations: number | null): BlockSettings {
  return { strategy, objective: "edp", seed: 2, evaluations, victory: null };
}

const value = ({ progress }: Outcome) => progress.best?.value ?? Number.POSITIVE_INFINITY;

/** EDP of a recorded mapping under `exact`. */
function recost({ architecture, workload }: Found, { mapping }: NonNullable<Recorded["best"]>): number {
  const levels = mapping.levels_inner_to_outer.map((loops, l): MappingLevel => {
    const of = (axis: string) =>
      loops
        .filter(([, factor, , kind]) => kind === axis && factor > 1)
        .map(([letter, factor, residual]) => ({
          dimension: workload.dimensions.findIndex((d) => d.name === letter),
          factor,
          residual,
        }));
    return {
      temporal: of("T"),
      spatialX: of("X"),
      spatialY: of("Y"),
      keep: workload.dataSpaces.map((_, v) => mapping.bypass[v][l] === "1"),
    };
  });
  const model: Mapping = { levels };
  return evaluate(architecture, workload, model, defaultEvaluationOptions("exact")).evaluation!.edpPjCycles;
}

class Claim {
  private held = 0;
  private readonly misses: string[] = [];

  constructor(
    private readonly text: string,
    /** Proven: whoever breaks it breaks the build, however busy the machine is. */
    readonly proof: boolean,
  ) {}

  check(name: string, holds: boolean, measured: string): void {
    if (holds) this.held++;
    else this.misses.push(`${name} (${measured})`);
  }

  get broken(): boolean {
    return this.misses.length > 0;
  }

  toString(): string {
    const all = this.held + this.misses.length;
    const missed = this.broken ? `; not: ${this.misses.join(", ")}` : "";
    return `${this.broken ? "MISSED" : "holds "} ${this.text}: ${this.held} of ${all}${missed}`;
  }
}

const claims = {
  above: new Claim("never above the best recorded, re-costed under exact", true),
  gap: new Claim("perfect factors: the optimum; Ruby-S: a gap of 1 % or less", true),
  perfect: new Claim("perfect factors: done within 5 CPU seconds on ey and gm, 30 on t3", false),
  ruby: new Claim("Ruby-S: done within 60 CPU seconds", false),
  tried: new Claim("random: 300,000 mappings tried a CPU second", false),
  valid: new Claim("random: 200 × the valid mappings a second recorded", false),
};

const header = [
  "recorded run",
  "EDP recorded",
  "re-costed",
  "ours",
  "change",
  "gap",
  "CPU s",
  "costed",
  "random tried/s",
  "valid/s",
  "valid/s recorded",
  "×",
  "random EDP",
];
const known = new Map<string, Found>();

function line(name: string, recorded: Recorded): string[] {
  const kind = kindOf[recorded.mapspace];
  const key = `${recorded.arch} ${recorded.layer} ${kind}`;
  const found = known.get(key) ?? find(name, kind);
  const { best, random, proven } = found;
  const first = !known.has(key);
  known.set(key, found);
  const ours = value(best);
  const recosted = recorded.best === undefined ? null : recost(found, recorded.best);
  const { bound } = best.progress;
  const gap = bound === null || !proven ? null : 1 - bound / ours;
  const end = recorded.end?.at(-1);
  const theirs = end === undefined ? null : end.valid / end.t;
  const tried = random.progress.evaluations / random.seconds;
  const valid = random.progress.valid / random.seconds;
  if (recosted !== null) claims.above.check(name, ours <= recosted * (1 + 1e-9), (ours / recosted).toFixed(3));
  if (first && proven) {
    const most = kind === "pfm" ? 1e-9 : 0.01;
    claims.gap.check(key, gap !== null && gap <= most, gap === null ? "no bound" : `${(100 * gap).toFixed(2)} %`);
    const limit = kind === "pfm" ? limitSeconds[recorded.arch] : 60;
    claims[kind === "pfm" ? "perfect" : "ruby"].check(key, best.seconds <= limit, `${best.seconds.toFixed(1)} s`);
  }
  if (first) claims.tried.check(key, tried >= 300_000, tried.toFixed(0));
  if (theirs !== null) claims.valid.check(name, valid >= 200 * theirs, (valid / theirs).toFixed(0));
  const run = `${recorded.arch} ${recorded.layer} ${recorded.algorithm} ${recorded.budget} s`;
  return [
    run.replaceAll("_", " "),
    recorded.best?.edp.toExponential(3) ?? "none",
    recosted?.toExponential(3) ?? "none",
    ours.toExponential(3),
    recosted === null ? "" : `${(100 * (ours / recosted - 1)).toFixed(1)} %`,
    gap === null ? "" : `${(100 * gap).toFixed(2)} %`,
    best.seconds.toFixed(2),
    String(best.progress.evaluations),
    tried.toFixed(0),
    valid.toFixed(0),
    theirs?.toFixed(0) ?? "",
    theirs === null ? "" : (valid / theirs).toFixed(0),
    value(random).toExponential(3),
  ];
}

if (!existsSync(folder)) {
  process.stdout.write("reference data not present (../shared is absent)\n");
} else if (options.layers !== undefined) {
  if (!layersTable(data, Number(options.layers), options.only)) process.exitCode = 1;
} else {
  const runs = readdirSync(folder)
    .sort()
    .filter((name) => name.includes(options.only))
    .map((name): [string, Recorded] => [name, JSON.parse(readFileSync(join(folder, name, "summary.json"), "utf8"))]);
  for (const kind of ["pfm", "ruby-s", "ruby"] as const) {
    const own = runs.filter(([, recorded]) => kindOf[recorded.mapspace] === kind);
    if (own.length === 0) continue;
    process.stdout.write(`\n${titles[kind]}:\n\n| ${header.join(" | ")} |\n|${header.map(() => "---").join("|")}|\n`);
    for (const [name, recorded] of own) process.stdout.write(`| ${line(name, recorded).join(" | ")} |\n`);
  }
  process.stdout.write(`\n${runs.length} recorded runs, ${cpuSeconds().toFixed(0)} CPU seconds in all\n`);
  const all = Object.values(claims);
  for (const claim of all) process.stdout.write(`${claim}\n`);
  if (all.some((claim) => claim.proof && claim.broken)) process.exitCode = 1;
}
