/** The machines of the Ruby paper's figures, as far as it describes them. */
import type { MapspaceConstraint } from "../../../server/src/engine/mapspace/constraints.ts";
import type { Architecture, StorageLevel, Workload } from "../../../server/src/engine/model/types.ts";
import { compute, storage } from "../../mapspace/hardware.ts";

export interface Machine {
  architecture: Architecture;
  /** What its mapper may choose, for one layer. */
  constraints: (layer: Workload) => MapspaceConstraint[];
}

/** One price for a word read, filled and updated. */
const level = (name: string, pj: number, over: Partial<StorageLevel>): StorageLevel =>
  storage(name, { readEnergyPj: pj, fillEnergyPj: pj, updateEnergyPj: pj, ...over });

function machine(
  name: string,
  levels: StorageLevel[],
  macs: Architecture["compute"],
  constraints: Machine["constraints"],
): Machine {
  return {
    architecture: { name, storage: levels, compute: macs, networks: [], globalCycleSeconds: null },
    constraints,
  };
}

/** Figs. 7 and 8: a word from DRAM costs 200 operations, from the buffer 6; everything is kept everywhere. */
export function toy(units: number, words: number, bufferWords: number): Machine {
  const levels = [
    level("Spad", 1, { meshX: units, capacityWords: words }),
    level("GLB", 6, { capacityWords: bufferWords }),
    level("DRAM", 200, {}),
  ];
  return machine(`${units} PEs`, levels, compute(units), (layer) =>
    kept(
      layer,
      levels.map(() => layer.dataSpaces.map(({ name }) => name)),
    ),
  );
}

/** Areas in µm² (45 nm): an operation, a word of a register file, a word of a buffer. */
const area = { mac: 1239.5, spadWord: 19.874, bufferWord: 6.806 };

/** Row-stationary, x columns by y rows, after the recorded baselines; bandwidths do not bind. */
export function eyerissLike(x: number, y: number): Machine {
  const mesh = { meshX: x, meshY: y };
  const spad = (name: string, pj: number, words: number) =>
    level(name, pj, { ...mesh, capacityWords: words, areaUm2: area.spadWord * words });
  const bufferWords = 65536;
  const levels = [
    spad("psum", 0.25, 16),
    spad("weights", 1.98, 192),
    spad("ifmap", 0.2, 12),
    level("column", 0, { meshX: x, meshY: 1 }),
    level("GLB", 18.18, { capacityWords: bufferWords, blockSize: 4, areaUm2: area.bufferWord * bufferWords }),
    level("DRAM", 512, { blockSize: 4 }),
  ];
  const macs = compute(x, y, { energyPj: 0.56, areaUm2: area.mac });
  const all = ["Weights", "Inputs", "Outputs"];
  const keeps = [["Outputs"], ["Weights"], ["Inputs"], [], ["Inputs", "Outputs"], all];
  return machine(`${x}×${y} Eyeriss-like`, levels, macs, (layer) => [
    ...kept(layer, keeps),
    // Rows of the filter and channels along Y, columns of the output and channels along X.
    ...only(layer, 0, "temporal", "K"),
    ...only(layer, 1, "temporal", "CR"),
    ...only(layer, 2, "temporal", ""),
    ...only(layer, 3, "spatial", "SCK"),
    ...only(layer, 3, "temporal", ""),
    ...only(layer, 4, "spatial", "QK"),
  ]);
}

/**
 * Weight-stationary PEs of `vectors` vector MACs that are `width` wide: input channels along a vector, output channels
 * over the vectors, both over PEs. Sizes per PE as published with DOSA, energies its fits.
 */
export function simbaLike(pes: number, vectors: number, width: number): Machine {
  const kilobytes = (words: number, bytes: number) => (words * bytes) / 1024;
  const sram = (words: number) => 0.49 + 0.02513 * kilobytes(words, 1);
  const levels = [
    level("Registers", 0.487, { meshX: pes * vectors * width, capacityWords: 1 }),
    level("AccumulationBuffer", 1.94 + 0.1005 * kilobytes(128, 3), { meshX: pes * vectors, capacityWords: 128 }),
    level("WeightBuffer", sram(4096), { meshX: pes * vectors, capacityWords: 4096 }),
    level("InputBuffer", sram(8192), { meshX: pes, capacityWords: 8192 }),
    level("GlobalBuffer", sram(65536), { capacityWords: 65536 }),
    level("DRAM", 100, {}),
  ];
  const macs = compute(pes * vectors * width, 1, { energyPj: 0.5608 });
  const all = ["Weights", "Inputs", "Outputs"];
  const keeps = [["Weights"], ["Outputs"], ["Weights"], ["Inputs"], ["Inputs", "Outputs"], all];
  return machine(`Simba-like, ${pes} PEs of ${vectors} ${width}-wide MACs`, levels, macs, (layer) => [
    ...kept(layer, keeps),
    ...only(layer, 0, "temporal", "PQ"),
    ...only(layer, 1, "spatial", "C"),
    ...only(layer, 3, "spatial", "K"),
    ...only(layer, 4, "spatial", "CK"),
  ]);
}

function kept(layer: Workload, keeps: readonly (readonly string[])[]): MapspaceConstraint[] {
  return keeps.flatMap((names, l) =>
    layer.dataSpaces.map(({ name }, v) => ({
      id: 0,
      kind: "keep" as const,
      level: l,
      dataSpace: v,
      keep: names.includes(name),
    })),
  );
}

/** Every dimension whose letter is not among `free` has factor 1 there. */
function only(layer: Workload, l: number, slot: "temporal" | "spatial", free: string): MapspaceConstraint[] {
  return layer.dimensions.flatMap(({ name }, dimension) =>
    free.includes(name)
      ? []
      : [{ id: 0, kind: "factor" as const, level: l, slot, dimension, relation: "=" as const, value: 1 }],
  );
}
