import { multiplierEnergyPj } from "../engine/model/pat.ts";
import type { ComputeLevel } from "../engine/model/types.ts";
import type { AttributeReader } from "./attributes.ts";
import { readMesh } from "./mesh.ts";
import type { AreaTable, EnergyTable } from "./types.ts";

/** The first action of these that a table has (Timeloop `topology.hpp`, `arithmeticOperationMappings`). */
const actions = ["mac_random", "mult_random", "mac", "mult", "compute"];

const withoutEffect = `technology type global_cycle_seconds action_latency_cycles latency version subclass adder_width
  multiplier_width num_pipeline_stages has_power_gating power_gated_at width depth`.split(/\s+/);

/** The MAC units (Timeloop `arithmetic.cpp`, `ParseSpecs`). */
export function readComputeLevel(
  reader: AttributeReader,
  table: EnergyTable | undefined,
  areas: AreaTable | undefined,
): ComputeLevel {
  const { component } = reader;
  const wordBits = reader.whole(1, "word_bits", "datawidth") ?? 16;
  const own = reader.nonNegative("energy");
  const ownArea = reader.nonNegative("area");
  const action = actions.find((name) => table?.actions.has(name));
  if (table !== undefined && action === undefined) {
    const message = `The energy table of ${component.name.value} has no action for a MAC (${actions.join(", ")}).`;
    reader.report.warning("missing-action", message, table.location);
  }
  const fromTable = action === undefined ? undefined : table!.actions.get(action)!.value;
  reader.text("network_operand");
  reader.text("network_result");
  reader.ignore(withoutEffect);
  return {
    name: component.name.value,
    class: component.class.value || "compute",
    ...readMesh(reader),
    wordBits,
    energyPj: fromTable ?? own ?? multiplierEnergyPj(wordBits),
    energySource: fromTable !== undefined ? "ert" : own !== undefined ? "attribute" : "pat",
    areaUm2: areas?.areaUm2.value ?? ownArea ?? 0,
  };
}
