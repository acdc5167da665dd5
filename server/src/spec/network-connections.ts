import type { Architecture } from "../engine/model/types.ts";
import type { Report } from "./report.ts";
import type { ComponentSource } from "./types.ts";

/**
 * A network named by a level must exist, and the level below must name the same one; a level names both directions
 * or none it takes back (Timeloop `topology.cpp`, `Topology::Spec`).
 */
export function checkConnections(
  architecture: Architecture,
  components: readonly ComponentSource[],
  report: Report,
): void {
  const networks = new Set(architecture.networks.map((network) => network.name));
  const ofCompute = components.find((component) => component.kind === "compute");
  const computeNetwork = (key: string) => {
    const value = ofCompute?.attributes.get(key)?.value;
    return value === undefined || value === null ? null : String(value);
  };
  architecture.storage.forEach((outer, index) => {
    const inner = index === 0 ? null : architecture.storage[index - 1];
    const pairs = [
      ["network_read", outer.readNetwork, inner ? "network_fill" : "network_operand", inner?.fillNetwork],
      ["network_update", outer.updateNetwork, inner ? "network_drain" : "network_result", inner?.drainNetwork],
    ] as const;
    for (const [outerKey, outerName, innerKey, named] of pairs) {
      const innerName = inner ? (named ?? null) : computeNetwork(innerKey);
      const innerTitle = inner?.name ?? architecture.compute.name;
      const place = placeOf(components, outer.name, outerKey);
      if (outerName !== null && !networks.has(outerName)) {
        const message = `${outerKey} of ${outer.name} names ${outerName}; ${networkList(networks)}.`;
        report.error("unknown-network", message, place);
      } else if (outerName !== innerName) {
        const quoted = (name: string | null) => (name === null ? "none" : `“${name}”`);
        const message = `${outerKey} of ${outer.name} (${quoted(outerName)}) and ${innerKey} of ${innerTitle} (${quoted(innerName)}) must name the same network.`;
        report.error(
          "network-mismatch",
          message,
          outerName === null ? placeOf(components, innerTitle, innerKey) : place,
        );
      }
    }
    if (outer.updateNetwork === null && outer.readNetwork !== null) {
      const kind = architecture.networks.find((network) => network.name === outer.readNetwork)?.kind;
      if (kind !== undefined && kind !== "legacy") {
        const message = `${outer.name} sends updates back over ${outer.readNetwork}; name a network_update for them.`;
        report.warning("missing-update-network", message, placeOf(components, outer.name, "network_read"));
      }
    }
  });
}

function networkList(names: ReadonlySet<string>): string {
  return names.size === 0 ? "there are no networks" : `the networks are ${[...names].join(", ")}`;
}

function placeOf(components: readonly ComponentSource[], name: string, key: string) {
  const component = components.find((candidate) => candidate.name.value === name);
  return (component?.attributes.get(key) ?? component?.name ?? components[0].name).location;
}
