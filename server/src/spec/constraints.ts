import { isNull, type YamlNode } from "../syntax/yaml.ts";
import { readDirectives } from "./directives.ts";
import type { Parts } from "./parts.ts";
import type { Report } from "./report.ts";
import type { ConstraintSource, FormatVersion } from "./types.ts";
import { valueAt } from "./values.ts";

/** Constraints of v0.2 and v0.3 in all spellings. Those of the architecture bind given mappings too. */
export function readConstraints(parts: Parts, version: FormatVersion, report: Report): ConstraintSource[] {
  const read = (written: YamlNode, scope: ConstraintSource["scope"]): ConstraintSource[] => {
    const node = constraintList(written, report);
    if (node === null) return [];
    const { value, problems } = readDirectives(node, { scope: "constraint", version });
    report.problems.push(...problems);
    return value.map((directive) => ({ ...directive, scope }));
  };
  const inside = parts
    .all("arch", "architecture")
    .map(({ value }) => valueAt(value, "constraints"))
    .filter((node) => node !== undefined);
  const beside = [...parts.all("arch_constraints"), ...parts.all("architecture_constraints")].map(({ value }) => value);
  // Timeloop reads the first of these places that exists.
  const ofArchitecture = [...inside, ...beside].filter((node) => !isNull(node));
  for (const node of ofArchitecture.slice(1)) {
    const message = "There are other architecture constraints; these are not used.";
    report.warning("second-constraints", message, node.location, {
      related: [{ message: "Those used", location: ofArchitecture[0].location }],
    });
  }
  const ofMapspace = [...parts.all("mapspace"), ...parts.all("mapspace_constraints"), ...parts.all("constraints")];
  return [
    ...(ofArchitecture.length > 0 ? read(ofArchitecture[0], "architecture") : []),
    ...ofMapspace.filter(({ value }) => !isNull(value)).flatMap(({ value }) => read(value, "mapspace")),
  ];
}

/**
 * The list a node stands for: itself, its `constraints` or `targets`, or the `constraints_NAME` that its
 * `constraints: NAME` chooses (Timeloop `constraints.cpp`, `Constraints::Parse`). Null: there are none.
 */
function constraintList(node: YamlNode, report: Report): YamlNode | null {
  if (node.kind !== "map") return node;
  const chosen = valueAt(node, "constraints");
  if (chosen?.kind === "scalar") {
    const list = valueAt(node, `constraints_${chosen.text}`);
    if (list) return list;
    const names = node.entries.flatMap(({ key }) => /^constraints_(.+)/.exec(key.text)?.[1] ?? []);
    const message = `There is no list constraints_${chosen.text}; ${names.length > 0 ? `choose ${names.join(", ")}` : "none is given"}.`;
    report.error("unknown-constraints", message, chosen.location);
    return null;
  }
  const list = chosen ?? valueAt(node, "targets");
  if (list) return list;
  const unused = node.entries.find(({ value }) => value.kind === "sequence");
  if (unused) {
    const message = `No constraints are read here: they belong into a list “constraints” or “targets”, not “${unused.key.text}”.`;
    report.warning("unused-constraints", message, unused.key.location);
  }
  return null;
}
