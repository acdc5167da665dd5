import { describe, type YamlMap } from "../syntax/yaml.ts";
import { readArchitectureLegacy } from "./architecture-legacy.ts";
import { readArchitectureTree } from "./architecture-tree.ts";
import { writeFixes } from "./nearest.ts";
import type { Part } from "./parts.ts";
import type { Report } from "./report.ts";
import type { ArchitectureSource, FormatVersion } from "./types.ts";
import { valueAt } from "./values.ts";

const versions: readonly FormatVersion[] = ["0.2", "0.3", "0.4"];

/** An architecture that is not written as v0.4 nodes; of several the first counts, as in Timeloop. */
export function readArchitecture(parts: readonly Part[], report: Report): ArchitectureSource | undefined {
  // Timeloop prefers `arch` to `architecture`.
  const [part, ...more] = [...parts].sort((a, b) => a.key.length - b.key.length);
  if (part === undefined) return undefined;
  for (const other of more) {
    report.warning(
      "second-architecture",
      "There is another architecture; this one is not used.",
      other.entry.key.location,
      {
        related: [{ message: "The one used", location: part.entry.key.location }],
      },
    );
  }
  const { value: node } = part;
  if (node.kind !== "map") {
    report.error("wrong-type", `An architecture must be a map, found ${describe(node)}.`, node.location);
    return undefined;
  }
  const { value, problems } = readByVersion(node, part, report);
  report.problems.push(...problems);
  return value;
}

function readByVersion(node: YamlMap, part: Part, report: Report) {
  const versionNode = valueAt(node, "version");
  const written = versionNode?.kind === "scalar" ? versionNode.text : undefined;
  const version = versions.find((known) => known === written || Number(known) === Number(written));
  const isTree = valueAt(node, "subtree") !== undefined;
  if (version !== undefined && (isTree || valueAt(node, "storage") === undefined)) {
    return readArchitectureTree(node, version);
  }
  if (isTree || (written !== undefined && valueAt(node, "storage") === undefined)) {
    const message =
      written === undefined
        ? "The architecture has no version; without one Timeloop expects “arithmetic” and “storage”."
        : `Version ${written} of an architecture is not supported; ${versions.join(", ")} are.`;
    const code = written === undefined ? "missing-version" : "unsupported-architecture-version";
    const fixes = versionNode === undefined ? [] : writeFixes(["0.3"], versionNode.location);
    report.error(code, message, versionNode?.location ?? part.entry.key.location, { fixes });
    return readArchitectureTree(node, "0.3");
  }
  return readArchitectureLegacy(node);
}
