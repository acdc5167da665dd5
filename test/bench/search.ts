/**
 * Exact search beside the recorded runs of timeloop-mapper: `npm run bench:search [-- PATTERN [SECONDS]]`.
 * One line per recorded folder: the recorded best re-costed under `exact`, the optimum, the time it took, the gap, and
 * what random sampling finds in as many evaluations a second as one core gives.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { MapspaceKind } from "../../server/src/engine/mapspace/constraints.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import {
  type Architecture,
  defaultEvaluationOptions,
  type Mapping,
  type MappingLevel,
  type Workload,
} from "../../server/src/engine/model/types.ts";
import { blockSearch } from "../../server/src/engine/search/blocks.ts";
import { type ExactProgress, exactRefusal, exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import type { SearchProgress } from "../../server/src/engine/search/progress.ts";
import { lowerConstraints } from "../../server/src/spec/mapspace-constraints.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";

interface Recorded {
  arch: string;
  layer: string;
  mapspace: "uber" | "ruby" | "rubyS";
  wall: number;
  best?: {
    total: number;
    valid: number;
    edp: number;
    mapping: { bypass: string[]; levels_inner_to_outer: [string, number, number, string][][] };
  };
  end?: { t: number; total: number; valid: number }[];
}

const folder = join(process.cwd(), "../shared/data/mapper");
const [pattern = "", seconds = "60"] = process.argv.slice(2);
const kindOf: Record<Recorded["mapspace"], MapspaceKind> = { uber: "pfm", ruby: "ruby", rubyS: "ruby-s" };

if (!existsSync(folder)) {
  process.stdout.write("reference data not present (../shared is absent)\n");
} else {
  const header = [
    "run",
    "mapspace",
    "recorded EDP",
    "re-costed",
    "ours",
    "change",
    "gap",
    "seconds",
    "costed",
    "random/s",
    "valid ×",
    "random EDP",
  ];
  process.stdout.write(`| ${header.join(" | ")} |\n|${header.map(() => "---").join("|")}|\n`);
  for (const name of readdirSync(folder).sort()) {
    if (!name.includes(pattern)) continue;
    process.stdout.write(`| ${line(name).join(" | ")} |\n`);
  }
}

function line(name: string): string[] {
  const recorded: Recorded = JSON.parse(readFileSync(join(folder, name, "summary.json"), "utf8"));
  const { architecture, layers, constraints, architectureSource } = readSpecification([
    { uri: name, text: readFileSync(join(folder, name, "in.yaml"), "utf8") },
  ]);
  const { workload } = layers[0];
  const kind = kindOf[recorded.mapspace];
  const lowered = lowerConstraints(constraints, architecture!, workload, architectureSource);
  const { mapspace } = createMapspace(architecture!, workload, kind, lowered.constraints);
  const began = process.cpuUsage().user;
  let ours: SearchProgress | undefined;
  if (exactRefusal(mapspace!) === null) {
    const until = performance.now() + 1000 * Number(seconds);
    let exact: ExactProgress | undefined;
    for (exact of exactSearch(mapspace!, { objective: "edp", seed: 1 })) if (performance.now() > until) break;
    ours = exact;
  } else {
    const settings = { strategy: "local", objective: "edp", seed: 1, evaluations: 200_000, victory: null } as const;
    for (ours of blockSearch(mapspace!, settings));
  }
  const spent = (process.cpuUsage().user - began) / 1e6;
  const { best, bound, evaluations } = ours!;
  const recost = recorded.best === undefined ? null : recostOf(architecture!, workload, recorded.best.mapping);
  const samples = 40_000;
  const settings = { strategy: "random", objective: "edp", seed: 2, evaluations: samples, victory: null } as const;
  const start = process.cpuUsage().user;
  let random: SearchProgress | undefined;
  for (random of blockSearch(mapspace!, settings));
  const randomSpent = (process.cpuUsage().user - start) / 1e6;
  const end = recorded.end?.at(-1);
  const validPerSecond = end === undefined ? null : end.valid / end.t;
  return [
    name,
    kind,
    recorded.best?.edp.toExponential(3) ?? "none",
    recost?.toExponential(3) ?? "none",
    best?.value.toExponential(3) ?? "none",
    recost === null || best === null ? "" : `${(100 * (best.value / recost - 1)).toFixed(1)} %`,
    bound === null || best === null ? "" : `${(100 * (1 - bound / best.value)).toFixed(2)} %`,
    spent.toFixed(2),
    String(evaluations),
    (samples / randomSpent).toFixed(0),
    validPerSecond === null ? "" : (random!.valid / randomSpent / validPerSecond).toFixed(0),
    random!.best?.value.toExponential(3) ?? "none",
  ];
}

function recostOf(
  architecture: Architecture,
  workload: Workload,
  mapping: NonNullable<Recorded["best"]>["mapping"],
): number | null {
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
  return evaluate(architecture, workload, model, defaultEvaluationOptions("exact")).evaluation?.edpPjCycles ?? null;
}
