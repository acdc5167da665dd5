/**
 * Ruby-S against perfect factors, by the paper's protocol (random sampling until 3,000 valid mappings in a row are no
 * better) and optimum against optimum: `npm run bench:ruby [-- figure]`.
 */

import { createMapspace } from "../../server/src/engine/mapspace/build.ts";
import type { MapspaceConstraint, MapspaceKind } from "../../server/src/engine/mapspace/constraints.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import {
  type Architecture,
  defaultEvaluationOptions,
  type StorageLevel,
  type Workload,
} from "../../server/src/engine/model/types.ts";
import { blockSearch } from "../../server/src/engine/search/blocks.ts";
import { type ExactProgress, exactSearch } from "../../server/src/engine/search/exact/exact.ts";
import type { SearchProgress } from "../../server/src/engine/search/progress.ts";
import { compute, storage, workload } from "../mapspace/hardware.ts";

const limitMs = 60_000;

interface Case {
  figure: string;
  name: string;
  architecture: Architecture;
  workload: Workload;
  constraints: MapspaceConstraint[];
  kinds: readonly MapspaceKind[];
}

/** Relative energies of the paper's memory hierarchy: a word from DRAM costs about 200 operations, from the buffer 6. */
const level = (name: string, read: number, over: Partial<StorageLevel>): StorageLevel =>
  storage(name, { readEnergyPj: read, fillEnergyPj: read, updateEnergyPj: read, ...over });

function toy(x: number, y: number, words: number, buffer: number): Architecture {
  return {
    name: `${x} × ${y}`,
    storage: [
      level("Spad", 1, { meshX: x, meshY: y, capacityWords: words }),
      level("GLB", 6, { capacityWords: buffer }),
      level("DRAM", 200, {}),
    ],
    compute: compute(x, y),
    networks: [],
    globalCycleSeconds: null,
  };
}

const conv = (k: number, c: number, p: number, r: number): Workload =>
  workload({ r, s: r, p, q: p, c, k }, { W: ["c", "k", "r", "s"], I: ["c", "p+r", "q+s"], O: ["k", "p", "q"] });
const matmul = (m: number, n: number, k: number): Workload =>
  workload({ m, n, k }, { A: ["m", "k"], B: ["k", "n"], C: ["m", "n"] });

/** Kept everywhere: what the small machines of Figs. 7 and 8 do. */
function keepAll(levels: number, spaces: number): MapspaceConstraint[] {
  return Array.from(
    { length: levels * spaces },
    (_, id) => ({ id, kind: "keep", level: Math.floor(id / spaces), dataSpace: id % spaces, keep: true }) as const,
  );
}

/** 14 × 12 row-stationary, after the recorded baselines: rows of the filter along Y, columns of the output along X. */
function eyerissLike(): { architecture: Architecture; constraints: MapspaceConstraint[] } {
  const mesh = { meshX: 14, meshY: 12 };
  const architecture: Architecture = {
    name: "14 × 12 Eyeriss-like",
    storage: [
      level("psum", 0.25, { ...mesh, capacityWords: 16 }),
      level("weights", 1.98, { ...mesh, capacityWords: 192 }),
      level("ifmap", 0.2, { ...mesh, capacityWords: 12 }),
      level("column", 0, { meshX: 14, meshY: 1 }),
      level("GLB", 18.18, { capacityWords: 65536, blockSize: 4 }),
      level("DRAM", 512, { blockSize: 4 }),
    ],
    compute: compute(14, 12, { energyPj: 0.56 }),
    networks: [],
    globalCycleSeconds: null,
  };
  const constraints: MapspaceConstraint[] = [];
  const keeps = [[2], [0], [1], [], [1, 2], [0, 1, 2]];
  keeps.forEach((kept, l) => {
    for (let v = 0; v < 3; v++)
      constraints.push({ id: constraints.length, kind: "keep", level: l, dataSpace: v, keep: kept.includes(v) });
  });
  // Dimensions r s p q c k. Free in each slot: psum k; weights c, r; column (Y) s, c, k; GLB (X) q, k.
  const free: [number, "temporal" | "spatial", number[]][] = [
    [0, "temporal", [5]],
    [1, "temporal", [4, 0]],
    [2, "temporal", []],
    [3, "spatial", [1, 4, 5]],
    [3, "temporal", []],
    [4, "spatial", [3, 5]],
  ];
  for (const [l, slot, dims] of [...free]) {
    for (let d = 0; d < 6; d++) {
      if (!dims.includes(d))
        constraints.push({
          id: constraints.length,
          kind: "factor",
          level: l,
          slot,
          dimension: d,
          relation: "=",
          value: 1,
        });
    }
  }
  return { architecture, constraints };
}

const cases: Case[] = [];
for (const pes of [5, 16]) {
  const name = `matmul 100×100×100 on ${pes} PEs`;
  cases.push({
    figure: "7",
    name,
    architecture: toy(pes, 1, 256, 16384),
    workload: matmul(100, 100, 100),
    constraints: keepAll(3, 3),
    kinds: ["pfm", "ruby-s"],
  });
}
for (const pes of [8, 15]) {
  const name = `3×3×64 on 28×28×64 on ${pes} PEs`;
  cases.push({
    figure: "7",
    name,
    architecture: toy(pes, 1, 256, 65536),
    workload: conv(64, 64, 28, 3),
    constraints: keepAll(3, 3),
    kinds: ["pfm", "ruby-s"],
  });
}
for (const bound of [113, 127]) {
  const name = `vector of ${bound} on 16 PEs`;
  cases.push({
    figure: "8",
    name,
    architecture: toy(16, 1, 64, 1024),
    workload: workload({ d: bound }, { X: ["d"], Y: ["d"] }),
    constraints: keepAll(3, 2),
    kinds: ["pfm", "padded", "ruby-s"],
  });
}
{
  const layer = workload(
    { r: 5, s: 5, p: 27, q: 27, c: 48, k: 96 },
    { W: ["c", "k", "r", "s"], I: ["c", "p+r", "q+s"], O: ["k", "p", "q"] },
  );
  cases.push({
    figure: "9",
    name: "AlexNet layer 2, 14×12 Eyeriss-like",
    ...eyerissLike(),
    workload: layer,
    kinds: ["pfm", "ruby-s"],
  });
}

const wanted = process.argv[2];
const header = [
  "Fig.",
  "case",
  "mapspace",
  "counting",
  "EDP, 3,000 rule",
  "optimum",
  "gap",
  "utilization",
  "energy",
  "vs PFM optimum",
];
process.stdout.write(`| ${header.join(" | ")} |\n|${header.map(() => "---").join("|")}|\n`);
for (const each of cases) {
  if (wanted !== undefined && each.figure !== wanted) continue;
  let reference = 0;
  for (const kind of each.kinds) {
    const { mapspace } = createMapspace(each.architecture, each.workload, kind, each.constraints);
    let random: SearchProgress | undefined;
    const settings = { strategy: "random", objective: "edp", seed: 1, evaluations: null, victory: 3000 } as const;
    for (random of blockSearch(mapspace!, settings));
    const until = performance.now() + limitMs;
    let exact: ExactProgress | undefined;
    for (exact of exactSearch(mapspace!, { objective: "edp", seed: 1 })) if (performance.now() > until) break;
    const best = exact!.best!;
    if (kind === "pfm") reference = best.value;
    const layer = {
      ...each.workload,
      dimensions: each.workload.dimensions.map((d, i) => ({ ...d, bound: best.bounds[i] })),
    };
    for (const counting of ["exact", "timeloop"] as const) {
      const options = { ...defaultEvaluationOptions(counting), linkTransfers: false };
      const cost = evaluate(each.architecture, layer, best.mapping, options).evaluation!;
      const sampledLayer = {
        ...each.workload,
        dimensions: each.workload.dimensions.map((d, i) => ({ ...d, bound: random!.best!.bounds[i] })),
      };
      const sampled = evaluate(each.architecture, sampledLayer, random!.best!.mapping, options).evaluation!;
      const row = [
        each.figure,
        each.name,
        kind,
        counting,
        `${sampled.edpPjCycles.toExponential(3)} (${(100 * (sampled.edpPjCycles / cost.edpPjCycles - 1)).toFixed(1)} % above)`,
        cost.edpPjCycles.toExponential(3),
        `${(100 * (1 - exact!.bound / best.value)).toFixed(2)} %`,
        `${(100 * cost.utilization).toFixed(1)} %`,
        `${(cost.energyPj / 1e6).toPrecision(4)} µJ`,
        counting === "exact" ? `${(100 * (best.value / reference - 1)).toFixed(1)} %` : "",
      ];
      process.stdout.write(`| ${row.join(" | ")} |\n`);
    }
  }
}
