import type { Architecture, StorageLevel, UserNetwork } from "../engine/model/types.ts";
import { AttributeReader, reportUnusedAttributes } from "./attributes.ts";
import { readComputeLevel } from "./compute-level.ts";
import { checkConnections } from "./network-connections.ts";
import { readUserNetwork } from "./networks.ts";
import { Report } from "./report.ts";
import { readStorageLevel } from "./storage-level.ts";
import type { ArchitectureSource, AreaTable, ComponentSource, EnergyTable, Reading } from "./types.ts";
import type { VariableValues } from "./values.ts";

export interface LoweringContext {
  energyTables: readonly EnergyTable[];
  areaTables: readonly AreaTable[];
  /** Where a number is wanted, these names stand for one. */
  variables: VariableValues;
  /** Of the first layer: bandwidth may be scaled by data space. */
  dataSpaces: readonly string[];
}

/** The hardware as plain data: defaults made explicit, energies and areas resolved. Null when parts are missing. */
export function lowerArchitecture(source: ArchitectureSource, context: LoweringContext): Reading<Architecture | null> {
  const report = new Report();
  const { components } = source;
  const readers: AttributeReader[] = [];
  const reader = (component: ComponentSource) => {
    const made = new AttributeReader(component, context.variables, report);
    // Nobody wrote the attributes of a generated level.
    if (!component.generated) readers.push(made);
    return made;
  };
  const lookUp = new Tables(context);
  const storage: StorageLevel[] = [];
  const networks: UserNetwork[] = [];
  const computes = components.filter((component) => component.kind === "compute");
  const wireEnergyPj = lookUp.wireEnergyPj();
  // Files go from outer to inner, the engine's levels from inner to outer.
  for (const component of [...components].reverse()) {
    if (component.kind === "compute") continue;
    const attributes = reader(component);
    const name = component.name.value;
    const energyTable = lookUp.energy(name);
    if (component.kind === "storage") {
      const areaTable = lookUp.area(name);
      const { dataSpaces } = context;
      storage.push(readStorageLevel(attributes, { energyTable, areaTable, wireEnergyPj, dataSpaces }));
    } else networks.push(readUserNetwork(attributes, energyTable, context.dataSpaces));
  }
  reportRepeatedNames(components, report);
  const [, second] = computes;
  if (second) {
    const names = `${computes[0].name.value} and ${second.name.value}`;
    report.error(
      "several-compute-units",
      `There are two kinds of compute units, ${names}; one is modelled.`,
      second.name.location,
    );
  }
  if (computes.length === 0) {
    report.error(
      "missing-compute",
      "The architecture has no compute unit (class intmac, fpmac, compute…).",
      source.location,
    );
  }
  if (storage.length === 0) {
    report.error(
      "missing-storage",
      "The architecture has no storage level (class DRAM, SRAM, regfile…).",
      source.location,
    );
  }
  if (computes.length === 0 || storage.length === 0) return { value: null, problems: report.problems };
  const attributes = reader(computes[0]);
  const computeName = computes[0].name.value;
  const compute = readComputeLevel(attributes, lookUp.energy(computeName), lookUp.area(computeName));
  reportUnusedAttributes(readers);
  const { name, globalCycleSeconds } = source;
  const architecture: Architecture = { name, storage, compute, networks, globalCycleSeconds };
  checkConnections(architecture, components, report);
  checkPowerGating(architecture, components, report);
  lookUp.reportUnmatched(components, report);
  return { value: architecture, problems: report.problems };
}

/** Tables by component name; of several with one name the last one counts, as in Timeloop. */
class Tables {
  private readonly energies: ReadonlyMap<string, EnergyTable>;
  private readonly areas: ReadonlyMap<string, AreaTable>;

  constructor(private readonly context: LoweringContext) {
    this.energies = new Map(context.energyTables.map((table) => [table.componentName, table]));
    this.areas = new Map(context.areaTables.map((table) => [table.componentName, table]));
  }

  energy(name: string): EnergyTable | undefined {
    return this.energies.get(name);
  }

  area(name: string): AreaTable | undefined {
    return this.areas.get(name);
  }

  /** `transfer_random` of a component called wire sets the wires of all inferred networks (32-bit float). */
  wireEnergyPj(): number | null {
    const table = this.energies.get("wire") ?? this.energies.get("Wire");
    const energy = Math.fround(table?.actions.get("transfer_random")?.value ?? 0);
    return energy === 0 ? null : energy;
  }

  reportUnmatched(components: readonly ComponentSource[], report: Report): void {
    const names = components.filter((component) => !component.generated).map((component) => component.name.value);
    for (const table of this.context.energyTables) {
      const { componentName: name } = table;
      if (names.includes(name) || /^wire$/i.test(name) || name.endsWith("_spatial")) continue;
      const message = `No component is called ${name}; this energy table is not used.`;
      report.information("unused-table", message, table.location);
    }
    if (this.context.energyTables.length === 0) return;
    for (const component of components) {
      const { value: name, location } = component.name;
      if (component.generated || component.kind === "network" || this.energies.has(name)) continue;
      if (component.attributes.has("vector_access_energy")) continue;
      const message = `${name} has no energy table; Timeloop's public technology model gives its energies.`;
      report.warning("missing-table", message, location);
    }
  }
}

function reportRepeatedNames(components: readonly ComponentSource[], report: Report): void {
  const first = new Map<string, ComponentSource>();
  for (const component of components) {
    const { value, location } = component.name;
    const earlier = first.get(value);
    if (earlier === undefined) first.set(value, component);
    else {
      const message = `There are two components called ${value}; mappings and tables cannot tell them apart.`;
      report.warning("repeated-name", message, location, {
        related: [{ message: "The first one", location: earlier.name.location }],
      });
    }
  }
}

function checkPowerGating(architecture: Architecture, components: readonly ComponentSource[], report: Report): void {
  for (const level of architecture.storage) {
    if (level.powerGatedAt === null || architecture.storage.some(({ name }) => name === level.powerGatedAt)) continue;
    const place = components.find((component) => component.name.value === level.name)?.attributes.get("power_gated_at");
    const names = architecture.storage.map(({ name }) => name);
    const message = `${level.name} is power gated at ${level.powerGatedAt}, which is no storage level; there are ${names.join(", ")}.`;
    if (place) report.error("unknown-power-gate", message, place.location);
    level.powerGatedAt = null;
  }
}
