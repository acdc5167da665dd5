/** Designs of a wanted length as people have them: one accelerator, its tables, a network, one mapping; in one file. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../support/shared.ts";

const example = (name: string) => readFileSync(join(repositoryRoot, "examples/eyeriss-like", name), "utf8").trimEnd();

/** Lines of one layer below. */
const layerLines = 9;

/** A layer of the kind networks are made of; shapes come back as they do in real networks. */
function layer(index: number): string {
  const channels = [64, 128, 256, 512][index % 4];
  const size = [56, 28, 14, 7][Math.floor(index / 10) % 4];
  const filters = [64, 128, 256, 512][Math.floor(index / 40) % 4];
  return [
    `  - name: stage${Math.floor(index / 10)}_conv${index % 10}   # ${channels} -> ${filters} channels at ${size} x ${size}`,
    "    N: 1",
    `    K: ${filters}`,
    `    C: ${channels}`,
    `    P: ${size}`,
    `    Q: ${size}`,
    "    R: 3",
    "    S: 3",
    `    count: ${1 + (index % 3)}`,
  ].join("\n");
}

const mapping = `mapping:
- target: DRAM
  type: temporal
  factors: K=0 C=0 P=0
  permutation: CKP
- target: GlobalBuffer
  type: temporal
  factors: Q=0
  permutation: Q
- target: GlobalBuffer
  type: datatype
  keep: [Inputs, Outputs]
  bypass: [Weights]
- target: GlobalBuffer
  type: spatial
  factors: R=3
  permutation: RCNKPQS
  split: 0
- target: WeightSpad
  type: temporal
  factors: S=3
  permutation: S
`;

/** About `lines` lines; at least one layer. */
export function designOf(lines: number): string {
  const head = lines < 200 ? [example("arch.yaml")] : [example("arch.yaml"), example("ert.yaml")];
  const fixed = [...head, "problem:\n  shape: cnn-layer\n  instance:", mapping].join("\n").split("\n").length;
  const layers = Math.max(1, Math.round((lines - fixed) / layerLines));
  const instances = Array.from({ length: layers }, (_, index) => layer(index)).join("\n");
  return [mapping, `problem:\n  shape: cnn-layer\n  instance:\n${instances}`, ...head, ""].join("\n");
}
