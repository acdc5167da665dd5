import type { Architecture, StorageLevel, Workload } from "../../server/src/engine/model/types.ts";
import { plainStorage } from "../model/lowered-problem.ts";

/** Machines of the usual kinds for tests and benchmarks, inner to outer, with the data spaces each level may keep. */
export interface Machine {
  architecture: Architecture;
  /** Per level: kept (true), bypassed (false) or free (null) for weights, inputs, outputs. */
  keep: readonly (readonly (boolean | null)[])[];
}

function machine(
  name: string,
  mesh: { x: number; y: number },
  storage: StorageLevel[],
  keep: Machine["keep"],
): Machine {
  return {
    architecture: {
      name,
      storage,
      compute: {
        name: "MAC",
        class: "intmac",
        instances: mesh.x * mesh.y,
        meshX: mesh.x,
        meshY: mesh.y,
        wordBits: 8,
        energyPj: 0.25,
        energySource: "ert",
        areaUm2: 0,
      },
      networks: [],
      globalCycleSeconds: null,
    },
    keep,
  };
}

function level(
  name: string,
  x: number,
  y: number,
  words: number | null,
  energy: number,
  changes: Partial<StorageLevel> = {},
) {
  return plainStorage(name, {
    instances: x * y,
    meshX: x,
    meshY: y,
    capacityWords: words,
    readEnergyPj: energy,
    fillEnergyPj: 1.1 * energy,
    updateEnergyPj: 1.2 * energy,
    ...changes,
  });
}

/** Weight-stationary systolic array of 16 × 16, accumulators per column, a scratchpad. */
export function gemminiLike(): Machine {
  return machine(
    "gemmini-like",
    { x: 16, y: 16 },
    [
      level("Registers", 16, 16, 1, 0.1),
      level("Accumulator", 16, 1, 1024, 3, { sharedBandwidth: 2, leakEnergyPj: 0.001 }),
      level("Scratchpad", 1, 1, 262144, 30, { sharedBandwidth: 32, blockSize: 16, leakEnergyPj: 0.02 }),
      level("DRAM", 1, 1, null, 4000, { sharedBandwidth: 8, blockSize: 64 }),
    ],
    [
      [true, false, false],
      [false, false, true],
      [true, true, false],
      [true, true, true],
    ],
  );
}

/** Row-stationary array of 14 × 12 with a scratchpad per unit; what each level keeps is free. */
export function eyerissLike(): Machine {
  return machine(
    "eyeriss-like",
    { x: 14, y: 12 },
    [
      level("Spad", 14, 12, 512, 1.2),
      level("Buffer", 1, 1, 65536, 14, { readBandwidth: 16, writeBandwidth: 16, multipleBuffering: 1 }),
      level("DRAM", 1, 1, null, 200, { sharedBandwidth: 4 }),
    ],
    [
      [null, null, null],
      [null, null, null],
      [true, true, true],
    ],
  );
}

/** Four units with private buffers behind a shared one. */
export function chipletLike(): Machine {
  return machine(
    "chiplet-like",
    { x: 16, y: 4 },
    [
      level("Operands", 16, 4, 64, 0.3),
      level("Local", 4, 1, 8192, 4, { blockSize: 4, leakEnergyPj: 0.003 }),
      level("Shared", 1, 1, 131072, 20, { readBandwidth: 32, writeBandwidth: 32, multipleBuffering: 2 }),
      level("DRAM", 1, 1, null, 512, { sharedBandwidth: 16, blockSize: 8 }),
    ],
    [
      [null, null, null],
      [null, null, null],
      [null, null, null],
      [true, true, true],
    ],
  );
}

export interface ConvolutionShape {
  r?: number;
  s?: number;
  p: number;
  q: number;
  c: number;
  k: number;
  n?: number;
  stride?: number;
  dilation?: number;
}

/** Dimensions R S P Q C K N; weights, inputs, outputs. */
export function convolution({ r = 3, s = 3, p, q, c, k, n = 1, stride = 1, dilation = 1 }: ConvolutionShape): Workload {
  const bounds = { R: r, S: s, P: p, Q: q, C: c, K: k, N: n };
  const names = Object.keys(bounds);
  const term = (name: string, coefficient = 1) => ({ dimension: names.indexOf(name), coefficient });
  return {
    name: "convolution",
    dimensions: Object.entries(bounds).map(([name, bound]) => ({ name, bound })),
    dataSpaces: [
      { name: "Weights", readWrite: false, ranks: ["C", "K", "R", "S"].map((d) => [term(d)]) },
      {
        name: "Inputs",
        readWrite: false,
        ranks: [
          [term("N")],
          [term("C")],
          [term("R", dilation), term("P", stride)],
          [term("S", dilation), term("Q", stride)],
        ],
      },
      { name: "Outputs", readWrite: true, ranks: ["N", "K", "Q", "P"].map((d) => [term(d)]) },
    ],
  };
}

/** One filter per channel: dimensions R S P Q C N; weights, inputs, outputs. */
export function depthwise(shape: Omit<ConvolutionShape, "k">): Workload {
  const { dimensions, dataSpaces } = convolution({ ...shape, k: 1 });
  const k = dimensions.findIndex(({ name }) => name === "K");
  const c = dimensions.findIndex(({ name }) => name === "C");
  const without = (dimension: number) => (dimension > k ? dimension - 1 : dimension);
  return {
    name: "depthwise",
    dimensions: dimensions.filter((_, d) => d !== k),
    dataSpaces: dataSpaces.map(({ ranks, ...space }) => ({
      ...space,
      // Outputs have the channels of the inputs, weights one filter for each.
      ranks: ranks
        .map((rank) =>
          rank
            .map((term) => (term.dimension === k && space.readWrite ? { ...term, dimension: c } : term))
            .filter(({ dimension }) => dimension !== k)
            .map((term) => ({ ...term, dimension: without(term.dimension) })),
        )
        .filter((rank) => rank.length > 0),
    })),
  };
}
