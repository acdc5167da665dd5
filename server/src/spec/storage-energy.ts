import { storageEnergyPj } from "../engine/model/pat.ts";
import type { EnergySource, StorageLevel } from "../engine/model/types.ts";
import type { AttributeReader } from "./attributes.ts";
import type { StorageSize } from "./storage-size.ts";
import type { EnergyTable } from "./types.ts";

type Energies = Pick<
  StorageLevel,
  "readEnergyPj" | "fillEnergyPj" | "updateEnergyPj" | "leakEnergyPj" | "addressGenerationEnergyPj" | "energySource"
>;

/** Names of actions; the first that a table has is used (Timeloop `topology.hpp`, `storageOperationMappings`). */
const actions = {
  read: ["random_read", "read"],
  fill: ["random_fill", "random_write", "fill", "write"],
  update: ["random_update", "random_write", "update", "write"],
  leak: ["leak"],
};

/** Energy of each action: an attribute, else the table, else the public technology model. */
export function readStorageEnergies(
  reader: AttributeReader,
  size: StorageSize,
  technology: "SRAM" | "DRAM",
  table: EnergyTable | undefined,
): Energies {
  const own = reader.nonNegative("vector_access_energy");
  const fallback = own ?? storageEnergyPj({ ...size, technology });
  const used = own === undefined ? table : undefined;
  const energy = (names: readonly string[], otherwise: number): number => {
    for (const name of names) {
      const found = used?.actions.get(name);
      if (found) return found.value;
    }
    return otherwise;
  };
  const name = reader.component.name.value;
  if (own !== undefined && table !== undefined) {
    const message = `${name} keeps its vector_access_energy of ${own} pJ; its energy table is not used.`;
    reader.report.information("energy-table-unused", message, reader.place("vector_access_energy"));
  }
  if (used !== undefined) {
    for (const [action, names] of Object.entries(actions)) {
      if (action === "leak" || names.some((known) => used.actions.has(known))) continue;
      const message = `The energy table of ${name} has no action for ${action} (${names.join(", ")}); Timeloop's public technology model gives ${fallback.toFixed(4)} pJ.`;
      reader.report.warning("missing-action", message, used.location);
    }
  }
  const source: EnergySource = own !== undefined ? "attribute" : used ? "ert" : "pat";
  return {
    readEnergyPj: energy(actions.read, fallback),
    fillEnergyPj: energy(actions.fill, fallback),
    updateEnergyPj: energy(actions.update, fallback),
    leakEnergyPj: energy(actions.leak, 0),
    addressGenerationEnergyPj: Math.max(0, reader.number("addr_gen_energy") ?? 0),
    energySource: source,
  };
}
