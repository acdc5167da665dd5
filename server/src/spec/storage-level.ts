import type { StorageLevel } from "../engine/model/types.ts";
import type { AttributeReader } from "./attributes.ts";
import { readMesh } from "./mesh.ts";
import { writeFixes } from "./nearest.ts";
import { readInferredNetwork } from "./networks.ts";
import { readStorageEnergies } from "./storage-energy.ts";
import { readStorageSize } from "./storage-size.ts";
import type { AreaTable, EnergyTable } from "./types.ts";
import { asNumber, inWords } from "./values.ts";

export interface StorageContext {
  energyTable: EnergyTable | undefined;
  areaTable: AreaTable | undefined;
  /** Energy of a wire from the tables, pJ per bit and mm; null without one. */
  wireEnergyPj: number | null;
  dataSpaces: readonly string[];
}

/** Attributes about estimators, data formats or simulations: no part of the dense cost model. */
const withoutEffect = `technology type global_cycle_seconds cycle_time action_latency_cycles latency version subclass
  metadata_block_size metadata_datawidth metadata_word_bits metadata_storage_width metadata_width
  metadata_storage_depth metadata_depth has_power_gating allow_overbooking update_fifo_depth nports n_rd_ports
  n_wr_ports n_rdwr_ports`.split(/\s+/);

/** One storage component, its defaults made explicit (Timeloop `buffer.cpp`, `ParseSpecs`). */
export function readStorageLevel(reader: AttributeReader, context: StorageContext): StorageLevel {
  const { component, report } = reader;
  const name = component.name.value;
  const size = readStorageSize(reader);
  const isDram = component.class.value.includes("DRAM") || reader.text("technology") === "DRAM";
  const technology = isDram ? "DRAM" : "SRAM";
  if (isDram && size.clusterSize !== 1) {
    const message = `${name} is a DRAM, whose cluster size must be 1; it is ${size.clusterSize}.`;
    report.error("dram-cluster-size", message, reader.place("cluster_size", "width"));
  }
  const minUtilization = reader.nonNegative("min_utilization") ?? 0;
  if (minUtilization !== 0 && size.capacityWords === null) {
    const message = `${name} asks for a least utilisation of ${minUtilization}, but it has no size.`;
    report.error("min-utilization-without-size", message, reader.place("min_utilization"));
  }
  const half = reader.nonNegative("bandwidth");
  if (half !== undefined) {
    const message = `“bandwidth” of ${name} is deprecated: Timeloop takes half of it, ${half / 2} words per cycle, for reads and half for writes.`;
    report.information("deprecated-bandwidth", message, reader.place("bandwidth"));
  }
  const level: StorageLevel = {
    name,
    class: component.class.value || technology,
    technology,
    ...readMesh(reader),
    ...size,
    multipleBuffering: readMultipleBuffering(reader),
    minUtilization,
    readBandwidth: bandwidth(reader, "read_bandwidth", half),
    writeBandwidth: bandwidth(reader, "write_bandwidth", half),
    sharedBandwidth: bandwidth(reader, "shared_bandwidth", undefined),
    bandwidthScale: readBandwidthScale(reader, context.dataSpaces),
    numPorts: readPorts(reader),
    numBanks: reader.whole(0, "num_banks", "n_banks") ?? 2,
    reductionSupported: reader.boolean("reduction_supported") ?? !isDram,
    powerGatedAt: reader.text("power_gated_at") ?? null,
    ...readStorageEnergies(reader, size, technology, context.energyTable),
    areaUm2: readArea(reader, size.clusterSize, context.areaTable),
    inferredNetwork: readInferredNetwork(reader, context.wireEnergyPj),
    readNetwork: reader.text("network_read") ?? null,
    fillNetwork: reader.text("network_fill") ?? null,
    drainNetwork: reader.text("network_drain") ?? null,
    updateNetwork: reader.text("network_update") ?? null,
  };
  reader.ignore(withoutEffect);
  reportUnmodelled(reader);
  return level;
}

function bandwidth(reader: AttributeReader, key: string, half: number | undefined): number | null {
  const value = reader.nonNegative(key);
  if (value !== undefined) return value;
  return half === undefined ? null : half / 2;
}

function readMultipleBuffering(reader: AttributeReader): number {
  const value = reader.number("multiple_buffering") ?? 1;
  if (value > 0) return value;
  const message = `${reader.title("multiple_buffering")} must be above 0; it is ${value}.`;
  reader.report.error("negative-value", message, reader.place("multiple_buffering"));
  return 1;
}

function readPorts(reader: AttributeReader): number {
  const ports = reader.whole(0, "num_ports", "n_ports") ?? 2;
  if (ports === 1 || ports === 2) return ports;
  const message = `${reader.component.name.value} has ${ports} ports; Timeloop knows memories of 1 or 2.`;
  const location = reader.place("num_ports", "n_ports");
  reader.report.error("unsupported-ports", message, location, { fixes: writeFixes(["2", "1"], location) });
  return 2;
}

/** Area of one instance, µm². */
function readArea(reader: AttributeReader, clusterSize: number, table: AreaTable | undefined): number {
  const cluster = reader.number("cluster_area") ?? 0;
  if (table) return table.areaUm2.value;
  return cluster > 0 ? cluster / clusterSize : 0;
}

function readBandwidthScale(reader: AttributeReader, dataSpaces: readonly string[]): number[] {
  const key = "per_dataspace_bandwidth_consumption_scale";
  const scale = dataSpaces.map(() => 1);
  const given = reader.value(key);
  if (given === undefined) return scale;
  if (given.value === null || typeof given.value !== "object" || Array.isArray(given.value)) {
    const message = `${reader.title(key)} must be a map from data space to factor; found ${inWords(given.value)}.`;
    reader.report.error("wrong-type", message, given.location);
    return scale;
  }
  for (const [dataSpace, value] of Object.entries(given.value)) {
    const index = dataSpaces.indexOf(dataSpace);
    const factor = asNumber(value, undefined);
    if (index < 0 && dataSpaces.length > 0) {
      const message = `${reader.title(key)} names ${dataSpace}; the data spaces are ${dataSpaces.join(", ")}.`;
      reader.report.error("unknown-data-space", message, given.location);
    } else if (factor === undefined) {
      const message = `${reader.title(key)} must give a number for ${dataSpace}; found ${inWords(value)}.`;
      reader.report.error("wrong-type", message, given.location);
    } else if (index >= 0) scale[index] = factor;
  }
  return scale;
}

/** Sparse and overbooking hardware would change what a mapping costs. */
function reportUnmodelled(reader: AttributeReader): void {
  const keys = ["allow_overbooking", "tile_partition_supported", "decompression_supported", "compression_supported"];
  for (const key of [...keys, "concordant_compressed_tile_traversal"]) {
    if (reader.boolean(key) !== true) continue;
    const message = `${key} of ${reader.component.name.value} is not modelled: data are counted as dense.`;
    reader.report.warning("not-modelled", message, reader.place(key));
  }
}
