import type { MapspaceKind } from "../../../server/src/engine/mapspace/constraints.ts";
import type { CountingRule, Workload } from "../../../server/src/engine/model/types.ts";
import { workload } from "../../mapspace/hardware.ts";
import { type CountedLayer, readNetwork } from "../dosa/networks.ts";
import { eyerissLike, type Machine, simbaLike, toy } from "./machines.ts";

/** Single layers, each in several mapspaces. */
export interface LayerCase {
  figure: string;
  name: string;
  machine: Machine;
  layer: Workload;
  kinds: readonly MapspaceKind[];
}

/** A network on one machine, perfect factors against Ruby-S. */
export interface NetworkCase {
  figure: string;
  name: string;
  machine: Machine;
  layers: readonly CountedLayer[];
  /** What random search is costed by, beside the optimum. */
  rules: readonly CountingRule[];
  published: string;
}

const conv = (k: number, c: number, p: number, r: number): Workload =>
  workload(
    { R: r, S: r, P: p, Q: p, C: c, K: k },
    { Weights: ["C", "K", "R", "S"], Inputs: ["C", "P+R", "Q+S"], Outputs: ["K", "P", "Q"] },
  );
const matmul = (m: number, n: number, k: number): Workload =>
  workload({ m, n, k }, { A: ["m", "k"], B: ["k", "n"], C: ["m", "n"] });
const vector = (bound: number): Workload => workload({ d: bound }, { X: ["d"], Y: ["d"] });

export function layerCases(): LayerCase[] {
  const both = ["pfm", "ruby-s"] as const;
  const all = ["pfm", "padded", "ruby-s"] as const;
  return [
    ...[5, 16].map((pes) => ({
      figure: "7",
      name: `matmul 100×100×100 on ${pes} PEs`,
      machine: toy(pes, 256, 16384),
      layer: matmul(100, 100, 100),
      kinds: both,
    })),
    ...[8, 15].map((pes) => ({
      figure: "7",
      name: `3×3×64 on 28×28×64 on ${pes} PEs`,
      machine: toy(pes, 256, 65536),
      layer: conv(64, 64, 28, 3),
      kinds: both,
    })),
    ...[113, 127].map((bound) => ({
      figure: "8",
      name: `vector of ${bound} on 16 PEs`,
      machine: toy(16, 64, 1024),
      layer: vector(bound),
      kinds: all,
    })),
    {
      figure: "9",
      name: "AlexNet layer 2 on 14×12 Eyeriss-like",
      machine: eyerissLike(14, 12),
      layer: conv(96, 48, 27, 5),
      kinds: both,
    },
  ];
}

const bothRules = ["exact", "timeloop"] as const;

export function networkCases(): NetworkCase[] {
  const resnet = readNetwork("resnet50");
  return [
    {
      figure: "10",
      name: "ResNet-50",
      machine: eyerissLike(14, 12),
      layers: resnet,
      rules: bothRules,
      published: "EDP −14 %, cycles −17 %",
    },
    {
      figure: "11",
      name: "DeepBench",
      machine: eyerissLike(14, 12),
      layers: readNetwork("deepbench"),
      rules: bothRules,
      published: "mean EDP −10 %",
    },
    {
      figure: "12",
      name: "ResNet-50",
      machine: simbaLike(15, 4, 4),
      layers: resnet,
      rules: bothRules,
      published: "EDP −10 %",
    },
    {
      figure: "12",
      name: "ResNet-50",
      machine: simbaLike(9, 3, 3),
      layers: resnet,
      rules: bothRules,
      published: "EDP −45 %",
    },
    ...[
      { figure: "13", name: "ResNet-50" },
      { figure: "14", name: "DeepBench" },
    ].flatMap(({ figure, name }) =>
      arrays.map(([x, y]) => ({
        figure,
        name,
        machine: eyerissLike(x, y),
        layers: name === "ResNet-50" ? resnet : readNetwork("deepbench"),
        rules: ["exact"] as const,
        published: "",
      })),
    ),
  ];
}

/** Columns × rows of the sweep, by number of PEs. */
const arrays = [
  [2, 7],
  [4, 7],
  [7, 7],
  [8, 8],
  [10, 10],
  [14, 12],
  [16, 16],
] as const;
