import type { Located, Location } from "../syntax/source.ts";
import { describe, isNull, type YamlMap, type YamlNode } from "../syntax/yaml.ts";
import { Report } from "./report.ts";
import { componentNameOf, tableList, versionOf } from "./tables.ts";
import type { EnergyTable, Reading, Scalar } from "./types.ts";
import { asNumber, plain, valueAt } from "./values.ts";

interface Entry {
  action: string;
  arguments: Record<string, Scalar>;
  energyPj: number;
  location: Location;
}

/** An energy reference table, versions 0.2 to 0.4 (Timeloop `topology.cpp`, `ParseAccelergyERT`). */
export function readEnergyTables(node: YamlNode): Reading<EnergyTable[]> {
  const report = new Report();
  if (node.kind !== "map") {
    report.error(
      "wrong-type",
      `An ERT must be a map with a version and tables, found ${describe(node)}.`,
      node.location,
    );
    return { value: [], problems: report.problems };
  }
  const version = versionOf(node, ["0.2", "0.3", "0.4"], "ERT", report);
  const byPath = new Map<string, { entries: Entry[]; location: Location }>();
  const add = (path: string, entries: Entry[], location: Location) => {
    const known = byPath.get(path);
    if (known) known.entries.push(...entries);
    else byPath.set(path, { entries, location });
  };
  if (version === "0.2") readMapOfTables(node, add, report);
  else if (version !== null) readListOfTables(node, add, report);
  const value = [...byPath].map(([path, { entries, location }]) => energyTable(path, entries, location));
  return { value, problems: report.problems };
}

type Add = (path: string, entries: Entry[], location: Location) => void;

function readListOfTables(node: YamlMap, add: Add, report: Report): void {
  for (const { name, table } of tableList(node, "ERT", report)) {
    const actions = valueAt(table, "actions");
    if (actions?.kind !== "sequence") {
      const message = `The table of ${name} needs a list “actions” of {name, energy}.`;
      report.error("missing-actions", message, actions?.location ?? table.location);
      continue;
    }
    const entries: Entry[] = [];
    for (const action of actions.items) {
      const actionName = valueAt(action, "name");
      if (actionName?.kind !== "scalar") {
        if (!isNull(action)) report.error("missing-name", `An action of ${name} has no name.`, action.location);
        continue;
      }
      const entry = energyEntry(action, actionName.text, name, report);
      if (entry) entries.push(entry);
    }
    add(name, entries, table.location);
  }
}

function readMapOfTables(node: YamlMap, add: Add, report: Report): void {
  const tables = valueAt(node, "tables");
  if (tables?.kind !== "map") {
    const message = "An ERT of version 0.2 needs a map “tables” from component to actions.";
    report.error("missing-tables", message, tables?.location ?? node.location);
    return;
  }
  for (const { key, value } of tables.entries) {
    if (value.kind !== "map") {
      if (!isNull(value))
        report.error("wrong-type", `The table of ${key.text} must be a map of actions.`, value.location);
      continue;
    }
    const entries: Entry[] = [];
    for (const action of value.entries) {
      const variants = action.value.kind === "sequence" ? action.value.items : [action.value];
      for (const variant of variants) {
        const entry = energyEntry(variant, action.key.text, key.text, report);
        if (entry) entries.push(entry);
      }
    }
    add(key.text, entries, value.location);
  }
}

function energyEntry(node: YamlNode, action: string, component: string, report: Report): Entry | null {
  const energy = valueAt(node, "energy");
  if (energy === undefined) {
    const message = `The action ${action} of ${component} has no energy; it counts as 0 pJ.`;
    report.warning("missing-energy", message, node.location);
    return { action, arguments: {}, energyPj: 0, location: node.location };
  }
  const energyPj = asNumber(plain(energy), undefined);
  if (energyPj === undefined || !Number.isFinite(energyPj)) {
    const message = `The energy of ${action} of ${component} must be a number of pJ, found ${describe(energy)}.`;
    report.error("wrong-type", message, energy.location);
    return null;
  }
  if (energyPj < 0) {
    const message = `The energy of ${action} of ${component} is negative (${energyPj} pJ); Timeloop takes 0.`;
    report.warning("negative-energy", message, energy.location);
  }
  const values: Record<string, Scalar> = {};
  const given = valueAt(node, "arguments");
  if (given?.kind === "map") {
    for (const { key, value } of given.entries) if (value.kind === "scalar") values[key.text] = value.value;
  }
  return { action, arguments: values, energyPj: Math.max(0, energyPj), location: energy.location };
}

function energyTable(path: string, entries: readonly Entry[], location: Location): EnergyTable {
  const actions = new Map<string, Located<number>>();
  for (const { action, energyPj, location: place } of entries) {
    const known = actions.get(action);
    if (known === undefined || energyPj > known.value) actions.set(action, { value: energyPj, location: place });
  }
  const byArguments = entries.map(({ action, arguments: values, energyPj }) => ({
    action,
    arguments: values,
    energyPj,
  }));
  return { path, componentName: componentNameOf(path), actions, byArguments, location };
}
