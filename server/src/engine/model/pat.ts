/**
 * Timeloop's public technology model (`pat-public/src/pat/pat.cpp`): energies where no table gives any.
 * All results in pJ. Areas, wires and adders are 0 there.
 */

/** Energies of Eyeriss, relative to one 16-bit MAC: 0.5 KB cost 1, 100 KB cost 6; linear between and beyond. */
const smallKilobytes = 0.5;
const smallEnergy = 1;
const slope = (6 - smallEnergy) / (100 - smallKilobytes);

/** One access to a row of `rowBits` bits in a memory of `rows` rows. */
export function sramRowEnergyPj(rows: number, rowBits: number): number {
  const kilobytes = (rows * rowBits) / (8 * 1024);
  const energyOf16Bits = slope * (kilobytes - smallKilobytes) + smallEnergy;
  return (energyOf16Bits * rowBits) / 16;
}

/** One access of `bits` bits to DRAM. */
export function dramEnergyPj(bits: number): number {
  return (200 * bits) / 16;
}

/** One multiply–accumulate of two operands of `bits` bits. */
export function multiplierEnergyPj(bits: number): number {
  return 1 * (bits / 16) * (bits / 16);
}

/** A storage level as far as its access energy depends on it. */
export interface PatStorage {
  technology: "SRAM" | "DRAM";
  /** `null` and 0 (no size given): accesses cost nothing. */
  capacityWords: number | null;
  wordBits: number;
  blockSize: number;
  clusterSize: number;
}

/** Energy of one vector access to a storage level (Timeloop `buffer.cpp`, `ParseSpecs`). */
export function storageEnergyPj(level: PatStorage): number {
  if (level.technology === "DRAM") return dramEnergyPj(level.wordBits * level.blockSize);
  if (!level.capacityWords) return 0;
  const rows = Math.ceil(level.capacityWords / level.blockSize);
  return sramRowEnergyPj(rows, level.wordBits * level.blockSize * level.clusterSize) / level.clusterSize;
}
