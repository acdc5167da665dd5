import { describe, type YamlNode } from "../syntax/yaml.ts";
import { Report } from "./report.ts";
import { componentNameOf, tableList, versionOf } from "./tables.ts";
import type { AreaTable, Reading } from "./types.ts";
import { asNumber, plain, valueAt } from "./values.ts";

/** An area reference table, versions 0.3 and 0.4 (Timeloop `topology.cpp`, `ParseAccelergyART`: 32-bit floats). */
export function readAreaTables(node: YamlNode): Reading<AreaTable[]> {
  const report = new Report();
  const value: AreaTable[] = [];
  if (node.kind !== "map") {
    report.error(
      "wrong-type",
      `An ART must be a map with a version and tables, found ${describe(node)}.`,
      node.location,
    );
    return { value, problems: report.problems };
  }
  if (versionOf(node, ["0.3", "0.4"], "ART", report) === null) return { value, problems: report.problems };
  for (const { name, table } of tableList(node, "ART", report)) {
    const area = valueAt(table, "area");
    const areaUm2 = area && asNumber(plain(area), undefined);
    if (area === undefined || areaUm2 === undefined || !Number.isFinite(areaUm2) || areaUm2 < 0) {
      const found = area ? describe(area) : "nothing";
      const place = area?.location ?? table.location;
      report.error("wrong-type", `The area of ${name} must be a number of µm² from 0, found ${found}.`, place);
      continue;
    }
    value.push({
      path: name,
      componentName: componentNameOf(name),
      areaUm2: { value: Math.fround(areaUm2), location: area.location },
      location: table.location,
    });
  }
  return { value, problems: report.problems };
}
