import type { Architecture, Mapping, StorageLevel, Workload } from "../../server/src/engine/model/types.ts";
import type { SimProblem } from "./simulator.ts";

/** A storage level without limits or energies; tests change what they are about. */
export function plainStorage(name: string, changes: Partial<StorageLevel> = {}): StorageLevel {
  return {
    name,
    class: "SRAM",
    technology: "SRAM",
    instances: 1,
    meshX: 1,
    meshY: 1,
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
    energySource: "ert",
    areaUm2: 0,
    inferredNetwork: {
      type: null,
      wordBits: 16,
      routerEnergyPj: 0,
      wireEnergyPj: 0,
      tileWidthUm: null,
      energyPerHopPj: 0,
      ingressEnergyPj: 0,
      fillLatencyCycles: 0,
      drainLatencyCycles: 0,
    },
    readNetwork: null,
    fillNetwork: null,
    drainNetwork: null,
    updateNetwork: null,
    ...changes,
  };
}

/** Hardware with the meshes a simulated problem spreads over. */
export function architectureOf(
  problem: SimProblem,
  change: (level: number) => Partial<StorageLevel> = () => ({}),
): Architecture {
  let meshX = 1;
  let meshY = 1;
  const storage: StorageLevel[] = [];
  for (let l = problem.levels.length - 1; l >= 0; l--) {
    storage.unshift(plainStorage(`L${l}`, { instances: meshX * meshY, meshX, meshY, ...change(l) }));
    meshX *= problem.levels[l].fanoutX;
    meshY *= problem.levels[l].fanoutY;
  }
  return {
    name: "tiny",
    storage,
    compute: {
      name: "MAC",
      class: "intmac",
      instances: meshX * meshY,
      meshX,
      meshY,
      wordBits: 16,
      energyPj: 1,
      energySource: "ert",
      areaUm2: 0,
    },
    networks: [],
    globalCycleSeconds: null,
  };
}

export function workloadOf(problem: SimProblem): Workload {
  return {
    name: "tiny",
    dimensions: problem.bounds.map((bound, d) => ({ name: "ABCDEFGH"[d], bound })),
    dataSpaces: problem.dataSpaces.map((space, v) => ({ name: `D${v}`, ...space })),
  };
}

export function mappingOf(problem: SimProblem): Mapping {
  return { levels: problem.levels.map(({ fanoutX: _x, fanoutY: _y, ...level }) => level) };
}
