import type {
  Architecture,
  ComputeLevel,
  DataSpace,
  StorageLevel,
  Workload,
} from "../../server/src/engine/model/types.ts";

/** A storage level with plain defaults; tests state what they are about. */
export function storage(name: string, over: Partial<StorageLevel> = {}): StorageLevel {
  const meshX = over.meshX ?? over.instances ?? 1;
  const meshY = over.meshY ?? 1;
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
    bandwidthScale: [],
    numPorts: 2,
    numBanks: 2,
    reductionSupported: true,
    powerGatedAt: null,
    readEnergyPj: 1,
    fillEnergyPj: 1,
    updateEnergyPj: 1,
    leakEnergyPj: 0,
    addressGenerationEnergyPj: 0,
    energySource: "pat",
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
    ...over,
  };
}

export function compute(meshX = 1, meshY = 1, over: Partial<ComputeLevel> = {}): ComputeLevel {
  return {
    name: "MAC",
    class: "intmac",
    instances: meshX * meshY,
    meshX,
    meshY,
    wordBits: 16,
    energyPj: 1,
    energySource: "pat",
    areaUm2: 0,
    ...over,
  };
}

export function architecture(levels: StorageLevel[], macs: ComputeLevel): Architecture {
  return { name: "test", storage: levels, compute: macs, networks: [], globalCycleSeconds: null };
}

/** A workload from bounds by letter and projections like `"c"` or `"p+r"` or `"2p+3r"`; the last space is the output. */
export function workload(bounds: Record<string, number>, spaces: Record<string, string[]>): Workload {
  const names = Object.keys(bounds);
  const all = Object.entries(spaces);
  const dataSpaces: DataSpace[] = all.map(([name, ranks], i) => ({
    name,
    readWrite: i === all.length - 1,
    ranks: ranks.map((rank) =>
      rank.split("+").map((term) => {
        const letter = term[term.length - 1];
        return { dimension: names.indexOf(letter), coefficient: Number(term.slice(0, -1) || 1) };
      }),
    ),
  }));
  return { name: "layer", dimensions: names.map((name) => ({ name, bound: bounds[name] })), dataSpaces };
}
