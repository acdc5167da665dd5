import { networkLatencyCycles } from "../networks.ts";
import type { Architecture, Workload } from "../types.ts";

/** What one architecture charges a layer, by storage level inner to outer. */
export interface LevelPrices {
  /** pJ per vector access. */
  read: Float64Array;
  fill: Float64Array;
  update: Float64Array;
  /** pJ per address made. */
  address: Float64Array;
  /** pJ per instance and cycle. */
  leak: Float64Array;
  /** Level whose instances gate the leakage, and instances per one of its own. */
  gate: Int32Array;
  gateRatio: Float64Array;
  /** Words per vector access, clusters there are. */
  block: Float64Array;
  clusters: Float64Array;
  /** Words per cycle and instance. */
  readBandwidth: Float64Array;
  writeBandwidth: Float64Array;
  sharedBandwidth: Float64Array;
  /** Bandwidth a word takes, `level · spaces + space`. */
  scale: Float64Array;
  /** pJ of all operations of the layer. */
  macs: number;
  /** Cycles of the networks. */
  latency: number;
}

export function pricesOf(architecture: Architecture, workload: Workload): LevelPrices {
  const { storage } = architecture;
  const list = (value: (level: (typeof storage)[number], l: number) => number) => Float64Array.from(storage, value);
  const gates = storage.map((level) => storage.findIndex((other) => other.name === level.powerGatedAt));
  const ratios = storage.map((level, l) =>
    gates[l] < 0 ? 1 : level.instances / Math.max(1, storage[gates[l]].instances),
  );
  const unlimited = Number.POSITIVE_INFINITY;
  return {
    read: list((level) => level.readEnergyPj),
    fill: list((level) => level.fillEnergyPj),
    update: list((level) => level.updateEnergyPj),
    address: list((level) => Math.max(0, level.addressGenerationEnergyPj)),
    leak: list((level) => level.leakEnergyPj),
    gate: Int32Array.from(storage, (_, l) => (ratios[l] > 1 ? gates[l] : l)),
    gateRatio: Float64Array.from(ratios, (ratio) => Math.max(1, ratio)),
    block: list((level) => level.blockSize),
    clusters: list((level) => level.instances / level.clusterSize),
    readBandwidth: list((level) => level.readBandwidth ?? unlimited),
    writeBandwidth: list((level) => level.writeBandwidth ?? unlimited),
    sharedBandwidth: list((level) => level.sharedBandwidth ?? unlimited),
    scale: Float64Array.from(
      storage.flatMap((level) => workload.dataSpaces.map((_, v) => level.bandwidthScale[v] ?? 1)),
    ),
    macs: workload.dimensions.reduce((product, d) => product * d.bound, 1) * architecture.compute.energyPj,
    latency: networkLatencyCycles(architecture, "exact"),
  };
}
