import type { InferredNetwork, UserNetwork } from "../engine/model/types.ts";
import type { AttributeReader } from "./attributes.ts";
import type { EnergyTable } from "./types.ts";
import { asNumber } from "./values.ts";

const subtypes = ["1:1", "1:N", "M:N"];

/** Parameters of a network, whoever declares it (Timeloop `network-legacy.cpp`, `ParseSpecs`). */
function readNetwork(reader: AttributeReader): Omit<InferredNetwork, "fillLatencyCycles" | "drainLatencyCycles"> {
  const type = reader.text("network_type") ?? null;
  if (type !== null && !subtypes.includes(type)) {
    const message = `${reader.title("network_type")} must be 1:1, 1:N or M:N; it is “${type}”.`;
    reader.report.error("unknown-network-type", message, reader.place("network_type"));
  }
  return {
    type: type !== null && subtypes.includes(type) ? type : null,
    wordBits: reader.whole(1, "network_word_bits", "word_bits", "word_width", "datawidth") ?? 16,
    routerEnergyPj: reader.nonNegative("router_energy") ?? 0,
    wireEnergyPj: reader.nonNegative("wire_energy") ?? 0,
    tileWidthUm: reader.nonNegative("tile_width") ?? null,
    energyPerHopPj: reader.nonNegative("energy_per_hop") ?? null,
    // Timeloop reads this one key with hyphens only.
    ingressEnergyPj: reader.nonNegative("energy-per-ingress") ?? 0,
  };
}

/** The network that Timeloop puts below a storage level when no other is named. */
export function readInferredNetwork(reader: AttributeReader, tableWireEnergyPj: number | null): InferredNetwork {
  const network = readNetwork(reader);
  reader.ignore(["fill_latency", "drain_latency"]);
  return {
    ...network,
    wireEnergyPj: tableWireEnergyPj ?? network.wireEnergyPj,
    fillLatencyCycles: reader.whole(0, "network_fill_latency") ?? 0,
    drainLatencyCycles: reader.whole(0, "network_drain_latency") ?? 0,
  };
}

/** A network declared as a component (Timeloop `network-factory.cpp`). */
export function readUserNetwork(
  reader: AttributeReader,
  table: EnergyTable | undefined,
  dataSpaces: readonly string[],
): UserNetwork {
  const { component } = reader;
  const network: UserNetwork = {
    name: component.name.value,
    kind: kindOf(reader),
    ...readNetwork(reader),
    fillLatencyCycles: reader.whole(0, "fill_latency") ?? 0,
    drainLatencyCycles: reader.whole(0, "drain_latency") ?? 0,
    adderEnergyPj: reader.nonNegative("adder_energy") ?? 0,
    energyByMulticastPj: new Map(),
  };
  if (network.kind === "simple-multicast") readMulticastEnergies(reader, network, table, dataSpaces);
  else if (table !== undefined) {
    const message = `${network.name}, a network of class ${component.class.value}, takes its energies from its attributes, not from this table.`;
    reader.report.error("network-energy-table", message, table.location);
  }
  reader.ignore(["instances", "meshX", "meshY", "technology", "type", "global_cycle_seconds"]);
  return network;
}

function kindOf(reader: AttributeReader): UserNetwork["kind"] {
  const { value: name, location } = reader.component.class;
  if (name === "ReductionTree") return "reduction-tree";
  if (name === "SimpleMulticast") return "simple-multicast";
  if (name !== "Legacy" && name !== "XY_NoC") {
    const message = `The network class must be XY_NoC, Legacy, ReductionTree or SimpleMulticast; it is “${name}”.`;
    reader.report.error("unknown-network-class", message, location);
  }
  return "legacy";
}

/**
 * Energies by multicast factor, from the action that `action_name` names; with `per_datatype_ERT` from one action
 * for each data space, `NAME_Weights` (Timeloop `network-simple-multicast.cpp`, `GetOpEnergyFromERT`).
 */
function readMulticastEnergies(
  reader: AttributeReader,
  network: UserNetwork,
  table: EnergyTable | undefined,
  dataSpaces: readonly string[],
): void {
  const { report, component } = reader;
  const action = reader.text("action_name");
  const argument = reader.text("multicast_factor_argument");
  const perDataSpace = reader.value("per_datatype_ERT") !== undefined;
  if (action === undefined) {
    const message = `${network.name} needs an action_name: the action of the energy table that its transfers take.`;
    report.error("missing-action-name", message, component.name.location);
    return;
  }
  const energiesOf = (name: string): ReadonlyMap<number, number> => {
    const entries = (table?.byArguments ?? []).filter((entry) => entry.action === name);
    if (entries.length === 0) {
      const message = `No energy table gives ${network.name} an action “${name}”; its transfers cost 0 pJ.`;
      report.warning("missing-action", message, reader.place("action_name"));
    }
    // A single entry needs no argument: it is for every factor.
    if (entries.length === 1) return new Map([[0, entries[0].energyPj]]);
    if (entries.length > 1 && argument === undefined) {
      const message = `${network.name} needs a multicast_factor_argument: its action ${name} has ${entries.length} energies.`;
      report.error("missing-multicast-argument", message, component.name.location);
    }
    const energies = new Map<number, number>();
    for (const entry of entries) {
      const factor = asNumber(entry.arguments[argument ?? ""] ?? null, undefined);
      if (factor !== undefined) energies.set(factor, entry.energyPj);
    }
    return energies;
  };
  if (!perDataSpace) network.energyByMulticastPj = energiesOf(action);
  else network.energyByDataSpacePj = new Map(dataSpaces.map((name) => [name, energiesOf(`${action}_${name}`)]));
}
