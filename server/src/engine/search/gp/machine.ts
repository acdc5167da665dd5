import type { Mapspace } from "../../mapspace/mapspace.ts";
import type { StorageLevel } from "../../model/types.ts";
import { effectiveWords } from "../../model/validity.ts";

/** A storage level as the program sees it. Energies are pJ per word, bandwidths words per cycle and instance. */
export interface MachineLevel {
  /** By data space. */
  keep: readonly boolean[];
  /** Words that fit; `null`: any number. Where the capacity is free, this is ignored. */
  capacityWords: number | null;
  readPj: number;
  fillPj: number;
  updatePj: number;
  leakPj: number;
  readBandwidth: number | null;
  writeBandwidth: number | null;
  sharedBandwidth: number | null;
  /** The spatial slot below: most children in use. */
  fanout: number;
  /** Co-design: the capacity is a variable c, energies per word are the above times c^`energyPower`. */
  free?: { energyPower: number; areaPerWord: number };
}

/** What the program is about besides the loops. */
export interface Machine {
  levels: readonly MachineLevel[];
  computePj: number;
  /** Co-design: the number of units below `level` is a variable; everything shares one area. */
  area?: { level: number; budget: number; compute: number };
}

/**
 * The machine of a mapspace. Where the mapspace leaves keeping open, everything is kept, as in the paper. Blocks are
 * charged by the word: the reference model rounds them up.
 */
export function machineOf(mapspace: Mapspace): Machine {
  const { architecture, rules } = mapspace;
  return {
    computePj: architecture.compute.energyPj,
    levels: architecture.storage.map((level, l) => ({
      ...pricesOf(level),
      keep: rules.keep[l].map((keep) => keep !== false),
      fanout: rules.spreads.find((spread) => spread.level === l)?.most ?? 1,
    })),
  };
}

function pricesOf(level: StorageLevel): Omit<MachineLevel, "keep" | "fanout"> {
  const address = Math.max(0, level.addressGenerationEnergyPj);
  const perWord = (energyPj: number) => energyPj / level.blockSize + address;
  return {
    capacityWords: effectiveWords(level),
    readPj: perWord(level.readEnergyPj),
    fillPj: perWord(level.fillEnergyPj),
    updatePj: perWord(level.updateEnergyPj),
    leakPj: level.leakEnergyPj,
    readBandwidth: level.readBandwidth,
    writeBandwidth: level.writeBandwidth,
    sharedBandwidth: level.sharedBandwidth,
  };
}
