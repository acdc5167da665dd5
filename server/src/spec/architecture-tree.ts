import type { Location } from "../syntax/source.ts";
import { describe, isNull, type YamlMap, type YamlNode } from "../syntax/yaml.ts";
import { classNames, kindOfClass, nameAndRange } from "./component-classes.ts";
import { renameFixes } from "./nearest.ts";
import { Report } from "./report.ts";
import { readComponent } from "./tree-component.ts";
import type { ArchitectureSource, ComponentSource, FormatVersion, Reading } from "./types.ts";
import { asNumber, plain, reportUnknownKeys, textOf, valueAt } from "./values.ts";

const rootKeys = new Set(["version", "name", "subtree", "local", "attributes", "constraints", "enabled"]);
const containerKeys = new Set(["name", "subtree", "local", "attributes", "enabled", "class", "constraints"]);

/**
 * An architecture of v0.2 or v0.3: a chain of `subtree`s with `local` components, deeper is inner
 * (Timeloop `topology.cpp`, `ParseTreeSpecs`).
 */
export function readArchitectureTree(root: YamlMap, version: FormatVersion): Reading<ArchitectureSource> {
  const report = new Report();
  const components: ComponentSource[] = [];
  const names: string[] = [];
  let instances = 1;
  let cycleSeconds = cycleSecondsOf(root);
  reportUnknownKeys(root, rootKeys, "an architecture", report);
  const ignored = valueAt(root, "local");
  if (ignored) {
    const message = "Timeloop reads local components only inside a subtree; these are left out.";
    report.warning("local-outside-subtree", message, ignored.location);
  }
  let node: YamlMap | null = subtreeOf(root, report);
  if (node === null) {
    report.error("missing-subtree", "An architecture needs a subtree with its components.", root.location);
  }
  while (node !== null) {
    reportUnknownKeys(node, containerKeys, "a subtree", report);
    const written = textOf(valueAt(node, "name"), "The name of a subtree", report) ?? "";
    instances = multiplied(instances, written, valueAt(node, "name")?.location ?? node.location, report);
    names.push(written);
    cycleSeconds ??= cycleSecondsOf(node);
    for (const local of localsOf(node, report)) {
      const component = readLocal(local, names, instances, report);
      if (component !== null) components.push(component);
    }
    node = subtreeOf(node, report);
  }
  const name = textOf(valueAt(root, "name"), "The name of an architecture", report) ?? names[0] ?? "";
  return {
    value: {
      version,
      name,
      components,
      constraints: [],
      globalCycleSeconds: cycleSeconds ?? cycleSecondsOfComponents(components),
      location: root.location,
    },
    problems: report.problems,
  };
}

function cycleSecondsOf(node: YamlMap): number | null {
  const value = valueAt(valueAt(node, "attributes"), "global_cycle_seconds");
  return (value && asNumber(plain(value), undefined)) ?? null;
}

function cycleSecondsOfComponents(components: readonly ComponentSource[]): number | null {
  for (const { attributes } of components) {
    const found = attributes.get("global_cycle_seconds");
    const seconds = found && asNumber(found.value, undefined);
    if (seconds !== undefined) return seconds;
  }
  return null;
}

function subtreeOf(node: YamlMap, report: Report): YamlMap | null {
  const list = valueAt(node, "subtree");
  if (list === undefined) return null;
  if (list.kind !== "sequence") {
    report.error("wrong-type", `subtree must be a list of one subtree, found ${describe(list)}.`, list.location);
    return list.kind === "map" ? list : null;
  }
  for (const extra of list.items.slice(1)) {
    if (isNull(extra)) continue;
    const message = "Timeloop reads one subtree per level; this one is a second.";
    report.error("several-subtrees", message, extra.location);
  }
  const [first] = list.items;
  if (first?.kind === "map") return first;
  if (first !== undefined && !isNull(first)) {
    report.error("wrong-type", `A subtree must be a map with a name, found ${describe(first)}.`, first.location);
  }
  return null;
}

function localsOf(node: YamlMap, report: Report): YamlMap[] {
  const list = valueAt(node, "local");
  if (list === undefined) return [];
  if (list.kind !== "sequence") {
    report.error("wrong-type", `local must be a list of components, found ${describe(list)}.`, list.location);
    return [];
  }
  return list.items.filter((item: YamlNode): item is YamlMap => {
    if (item.kind === "map") return true;
    if (!isNull(item)) {
      report.error(
        "wrong-type",
        `A component must be a map with a name and a class, found ${describe(item)}.`,
        item.location,
      );
    }
    return false;
  });
}

/** Instances with those of a name's range. */
function multiplied(outer: number, written: string, location: Location, report: Report): number {
  const { count } = nameAndRange(written);
  if (count >= 1 && Number.isSafeInteger(outer * count)) return outer * count;
  const message =
    count < 1
      ? `The range of “${written}” holds ${count} instances; write it as [0..n-1].`
      : `With the range of “${written}” there are ${outer * count} instances, too many to count.`;
  report.error("impossible-range", message, location);
  return outer;
}

function readLocal(node: YamlMap, names: readonly string[], outer: number, report: Report): ComponentSource | null {
  const nameNode = valueAt(node, "name");
  const written = textOf(nameNode, "The name of a component", report);
  if (written === undefined) {
    report.error("missing-name", "This component has no name.", node.location);
    return null;
  }
  const classNode = valueAt(node, "class");
  const className = textOf(classNode, `The class of ${written}`, report) ?? "";
  const kind = kindOfClass(className);
  if (kind === null) {
    // A wire is a component for the energy table alone.
    if (/^wire$/i.test(className)) return null;
    const message = className
      ? `Timeloop leaves ${written} out: its class “${className}” holds none of the words ${classNames.join(", ")}.`
      : `Timeloop leaves ${written} out: it has no class.`;
    const location = classNode?.location ?? nameNode!.location;
    report.warning("unknown-class", message, location, { fixes: renameFixes(className, classNames, location) });
    return null;
  }
  const instances = multiplied(outer, written, nameNode!.location, report);
  return readComponent(node, {
    name: { value: kind === "network" ? written : nameAndRange(written).name, location: nameNode!.location },
    path: [...names, written].join("."),
    class: { value: className, location: classNode!.location },
    kind,
    instances,
    report,
  });
}
