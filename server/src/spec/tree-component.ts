import type { Located, Location } from "../syntax/source.ts";
import { describe, isNull, type YamlMap } from "../syntax/yaml.ts";
import { keyword } from "./keywords.ts";
import type { Report } from "./report.ts";
import type { AttributeValue, ComponentSource } from "./types.ts";
import { plain, reportUnknownKeys, valueAt } from "./values.ts";

const componentKeys = new Set(
  "name class subclass attributes enabled required_actions area_scale energy_scale area_share energy_share".split(" "),
);

export interface ComponentHead extends Pick<ComponentSource, "name" | "path" | "class" | "kind" | "instances"> {
  report: Report;
}

/** A component with its attributes; without an `attributes` map its own keys serve, as in Timeloop's oldest format. */
export function readComponent(node: YamlMap, head: ComponentHead): ComponentSource {
  const { report, ...rest } = head;
  const container = valueAt(node, "attributes");
  if (container !== undefined && container.kind !== "map") {
    report.error("wrong-type", `attributes must be a map, found ${describe(container)}.`, container.location);
  }
  const flat = !node.index.has("attributes");
  const attributes = new Map<string, Located<AttributeValue>>();
  const keyLocations = new Map<string, Location>();
  const source = flat ? node : container;
  if (source?.kind === "map") {
    for (const entry of source.entries) {
      const key = keyword(entry.key.text);
      if (attributes.has(key) || (flat && componentKeys.has(key)) || isNull(entry.value)) continue;
      attributes.set(key, { value: plain(entry.value), location: entry.value.location });
      keyLocations.set(key, entry.key.location);
    }
  }
  if (!flat) reportUnknownKeys(node, componentKeys, "a component", report);
  const stated = (key: string): number | null => {
    const value = attributes.get(key)?.value;
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 1 ? value : null;
  };
  const instances = stated("instances") ?? rest.instances;
  return {
    ...rest,
    instances,
    meshX: stated("meshX"),
    meshY: stated("meshY"),
    attributes,
    keyLocations,
    location: node.location,
    generated: false,
  };
}
