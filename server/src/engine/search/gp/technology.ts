import type { Architecture, StorageLevel } from "../../model/types.ts";

/** What units, registers and the shared buffer cost in one process. Words are 16 bits. */
export interface Technology {
  macAreaUm2: number;
  registerAreaUm2PerWord: number;
  bufferAreaUm2PerWord: number;
  macPj: number;
  /** Energy of a register access: this times the registers of one unit. */
  registerPjPerWord: number;
  /** Energy of a buffer access: this times the square root of its words. */
  bufferPjPerRootWord: number;
  dramPj: number;
  /** Words per cycle; `null` is unlimited. */
  bufferBandwidth: number | null;
  dramBandwidth: number | null;
}

/**
 * 45 nm constants of Vaidya et al. (CGO 2022). The buffer's constant is read as 17.88 fJ per access and √word: then
 * 128 KiB (65,536 words) cost 4.58 pJ per word. Read in pJ it would be 4,577 pJ, 36 times the DRAM access.
 */
export const thistleTechnology: Technology = {
  macAreaUm2: 1239.5,
  registerAreaUm2PerWord: 19.874,
  bufferAreaUm2PerWord: 6.806,
  macPj: 2.2,
  registerPjPerWord: 9.06719e-3,
  bufferPjPerRootWord: 17.88e-3,
  dramPj: 128,
  bufferBandwidth: null,
  dramBandwidth: null,
};

/** Units with registers of their own around one buffer. */
export interface Dimensioning {
  units: number;
  /** Words per unit. */
  registers: number;
  /** Words. */
  buffer: number;
}

/** The dimensions the paper compares with: 168 units, 512 registers each, 128 KiB. */
export const eyerissDimensions: Dimensioning = { units: 168, registers: 512, buffer: 65536 };

export function areaUm2(technology: Technology, { units, registers, buffer }: Dimensioning): number {
  const { macAreaUm2, registerAreaUm2PerWord, bufferAreaUm2PerWord } = technology;
  return (registerAreaUm2PerWord * registers + macAreaUm2) * units + bufferAreaUm2PerWord * buffer;
}

/** The architecture with three levels, registers, buffer and DRAM, whose units stand in one row. */
export function architectureFor(technology: Technology, { units, registers, buffer }: Dimensioning): Architecture {
  const level = (
    name: string,
    instances: number,
    words: number | null,
    pj: number,
    areaPerWord: number,
    bandwidth: number | null,
  ): StorageLevel => ({
    name,
    class: words === null ? "DRAM" : "SRAM",
    technology: words === null ? "DRAM" : "SRAM",
    instances,
    meshX: instances,
    meshY: 1,
    wordBits: 16,
    blockSize: 1,
    clusterSize: 1,
    capacityWords: words,
    multipleBuffering: 1,
    minUtilization: 0,
    readBandwidth: null,
    writeBandwidth: null,
    sharedBandwidth: bandwidth,
    bandwidthScale: [],
    numPorts: 2,
    numBanks: 2,
    reductionSupported: true,
    powerGatedAt: null,
    readEnergyPj: pj,
    fillEnergyPj: pj,
    updateEnergyPj: pj,
    leakEnergyPj: 0,
    addressGenerationEnergyPj: 0,
    energySource: "attribute",
    areaUm2: areaPerWord * (words ?? 0),
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
  });
  const t = technology;
  return {
    name: `${units} units of ${registers} registers, ${buffer} words`,
    storage: [
      level("Registers", units, registers, t.registerPjPerWord * registers, t.registerAreaUm2PerWord, null),
      level("Buffer", 1, buffer, t.bufferPjPerRootWord * Math.sqrt(buffer), t.bufferAreaUm2PerWord, t.bufferBandwidth),
      level("DRAM", 1, null, t.dramPj, 0, t.dramBandwidth),
    ],
    compute: {
      name: "MAC",
      class: "intmac",
      instances: units,
      meshX: units,
      meshY: 1,
      wordBits: 16,
      energyPj: t.macPj,
      energySource: "attribute",
      areaUm2: t.macAreaUm2,
    },
    networks: [],
    globalCycleSeconds: null,
  };
}
