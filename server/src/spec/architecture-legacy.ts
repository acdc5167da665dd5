import { describe, isNull, type YamlMap, type YamlNode } from "../syntax/yaml.ts";
import { nameAndRange } from "./component-classes.ts";
import { Report } from "./report.ts";
import { readComponent } from "./tree-component.ts";
import type { ArchitectureSource, ComponentSource, Reading } from "./types.ts";
import { reportUnknownKeys, textOf, valueAt } from "./values.ts";

const rootKeys = new Set(["name", "version", "arithmetic", "storage", "constraints"]);

/** Timeloop's first format: `arithmetic` and a list `storage`, inner to outer (`topology.cpp`, `ParseSpecs`). */
export function readArchitectureLegacy(root: YamlMap): Reading<ArchitectureSource> {
  const report = new Report();
  reportUnknownKeys(root, rootKeys, "an architecture of arithmetic and storage", report);
  const components: ComponentSource[] = [];
  const storage = valueAt(root, "storage");
  if (storage === undefined || storage.kind !== "sequence") {
    const place = storage?.location ?? root.location;
    report.error("missing-storage", "The architecture needs a list “storage” of its memories, innermost first.", place);
  } else {
    for (const item of storage.items) {
      if (item.kind === "map") components.unshift(component(item, "storage", report));
      else if (!isNull(item)) {
        report.error("wrong-type", `A storage level must be a map, found ${describe(item)}.`, item.location);
      }
    }
  }
  const arithmetic = valueAt(root, "arithmetic");
  if (arithmetic?.kind === "map") components.push(component(arithmetic, "compute", report));
  else {
    const place = arithmetic?.location ?? root.location;
    report.error("missing-compute", "The architecture needs “arithmetic”: its MAC units.", place);
  }
  const name = textOf(valueAt(root, "name"), "The name of an architecture", report) ?? "";
  return {
    value: { version: "legacy", name, components, constraints: [], globalCycleSeconds: null, location: root.location },
    problems: report.problems,
  };
}

function component(node: YamlMap, kind: "storage" | "compute", report: Report): ComponentSource {
  const nameNode: YamlNode | undefined = valueAt(node, "name");
  const written = textOf(nameNode, "The name of a component", report) ?? (kind === "compute" ? "__ARITH__" : "");
  if (written === "") report.error("missing-name", "This storage level has no name.", node.location);
  const location = nameNode?.location ?? { ...node.location, end: node.location.start };
  return readComponent(node, {
    name: { value: nameAndRange(written).name, location },
    path: written,
    class: { value: "", location },
    kind,
    instances: 0,
    report,
  });
}
