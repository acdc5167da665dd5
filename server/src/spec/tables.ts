/** What energy and area reference tables have in common. */

import { describe, isNull, type YamlMap } from "../syntax/yaml.ts";
import { writeFixes } from "./nearest.ts";
import type { Report } from "./report.ts";
import { valueAt } from "./values.ts";

/**
 * The component a table is about: the part after the last dot, without its range. Timeloop removes a range only
 * when it begins with a single digit; so do we, or a table would be used here and not there.
 */
export function componentNameOf(path: string): string {
  const range = path.lastIndexOf("..");
  const dot = path.lastIndexOf(".");
  const end = range >= 0 && range === dot - 1 ? Math.max(0, range - 2) : path.length;
  const name = path.slice(0, end);
  return name.slice(name.lastIndexOf(".") + 1);
}

/** The version as written, if it is one of those supported; otherwise null with a problem. */
export function versionOf(node: YamlMap, supported: readonly string[], what: string, report: Report): string | null {
  const version = valueAt(node, "version");
  if (version === undefined) {
    report.error("missing-version", `The ${what} needs a version: ${supported.join(", ")}.`, node.location);
    return null;
  }
  const text = version.kind === "scalar" ? String(Number(version.text)) : "";
  if (supported.includes(text)) return text;
  const message = `Version ${version.kind === "scalar" ? version.text : "of this kind"} of an ${what} is not supported; ${supported.join(", ")} are.`;
  // Tables as a map are those of 0.2.
  const meant = valueAt(node, "tables")?.kind === "map" ? "0.2" : "0.3";
  const fixes = writeFixes(supported.includes(meant) ? [meant] : [], version.location);
  report.error(`unsupported-${what.toLowerCase()}-version`, message, version.location, { fixes });
  return null;
}

/** The entries of a list `tables`, each with its name. */
export function* tableList(node: YamlMap, what: string, report: Report): Generator<{ name: string; table: YamlMap }> {
  const tables = valueAt(node, "tables");
  if (tables?.kind !== "sequence") {
    const found = tables ? `, found ${describe(tables)}` : "";
    report.error("missing-tables", `The ${what} needs a list “tables”${found}.`, tables?.location ?? node.location);
    return;
  }
  for (const table of tables.items) {
    const name = valueAt(table, "name");
    if (table.kind === "map" && name?.kind === "scalar") yield { name: name.text, table };
    else if (!isNull(table)) report.error("missing-name", `A table of the ${what} has no name.`, table.location);
  }
}
