import type { Architecture, ComputeLevel, StorageLevel, Workload } from "../../server/src/engine/model/types.ts";

/** A storage level with everything at its default. */
export function toyLevel(name: string, stated: Partial<StorageLevel> = {}): StorageLevel {
  const { meshX = 1, meshY = 1 } = stated;
  return {
    name,
    class: "SRAM",
    technology: "SRAM",
    instances: meshX * meshY,
    meshX,
    meshY,
    wordBits: 16,
    blockSize: 1,
    clusterSize: 1,
    capacityWords: null,
    multipleBuffering: 1,
    minUtilization: 0,
    readBandwidth: null,
    writeBandwidth: null,
    sharedBandwidth: null,
    bandwidthScale: [1, 1, 1],
    numPorts: 2,
    numBanks: 2,
    reductionSupported: true,
    powerGatedAt: null,
    readEnergyPj: 1,
    fillEnergyPj: 1,
    updateEnergyPj: 1,
    leakEnergyPj: 0,
    addressGenerationEnergyPj: 0,
    energySource: "ert",
    areaUm2: 0,
    inferredNetwork: {
      type: null,
      wordBits: 16,
      routerEnergyPj: 0,
      wireEnergyPj: 0,
      tileWidthUm: null,
      energyPerHopPj: null,
      ingressEnergyPj: 0,
      fillLatencyCycles: 0,
      drainLatencyCycles: 0,
    },
    readNetwork: null,
    fillNetwork: null,
    drainNetwork: null,
    updateNetwork: null,
    ...stated,
  };
}

export function toyArchitecture(storage: StorageLevel[], macs: Partial<ComputeLevel> = {}): Architecture {
  const { meshX = 1, meshY = 1 } = macs;
  const compute: ComputeLevel = {
    name: "MAC",
    class: "intmac",
    instances: meshX * meshY,
    meshX,
    meshY,
    wordBits: 16,
    energyPj: 1,
    energySource: "ert",
    areaUm2: 0,
    ...macs,
  };
  return { name: "toy", storage, compute, networks: [], globalCycleSeconds: null };
}

/** C[m,n] += A[m,k]·B[k,n] with data spaces A, B, C. */
export function toyGemm(bounds: { M: number; N: number; K: number }): Workload {
  const term = (dimension: number) => [{ dimension, coefficient: 1 }];
  return {
    name: "gemm",
    dimensions: (["M", "N", "K"] as const).map((name) => ({ name, bound: bounds[name] })),
    dataSpaces: [
      { name: "A", readWrite: false, ranks: [term(0), term(2)] },
      { name: "B", readWrite: false, ranks: [term(2), term(1)] },
      { name: "C", readWrite: true, ranks: [term(0), term(1)] },
    ],
  };
}
