/** Which energy and area tables to offer for a design: `*.ERT.yaml` and `*.ART.yaml` beside it or in output folders. */

import { readEnergyTables } from "../spec/energy-tables.ts";
import type { Specification } from "../spec/types.ts";
import type { SourceFile } from "../syntax/source.ts";
import { child, parseYaml } from "../syntax/yaml.ts";
import { baseName, folderDistance } from "./paths.ts";

export interface TableOffer {
  ert: string;
  art: string | null;
}

const tableName = /^(?:(.*)[._-])?(ERT|ART)\.ya?ml$/i;
const outputFolder = /(?:^|[/\\])(?:outputs?|out|results?|timeloop-\w+\.?\w*|accelergy\w*)(?:[/\\]|$)/i;

/** By its name. */
export const isTableFile = (path: string): boolean => tableName.test(baseName(path));

/**
 * The tables that may suit a design, the best first: tables of one folder and one prefix, nearest to the design's files,
 * output folders after others, by name among equals. (`*.ERT_summary.yaml` holds no table.)
 *
 * @param designFiles paths or URIs of the design's files; the first is the one people work in
 * @param candidates paths or URIs of files around it
 */
export function tablesAround(designFiles: readonly string[], candidates: readonly string[]): TableOffer[] {
  if (designFiles.length === 0) return [];
  const pairs = new Map<string, { ert?: string; art?: string; distance: number; own: boolean }>();
  for (const path of [...candidates].sort()) {
    const name = baseName(path);
    const match = tableName.exec(name);
    if (match === null) continue;
    const folder = path.slice(0, path.length - name.length);
    const key = `${folder}\0${match[1] ?? ""}`;
    const pair = pairs.get(key) ?? {
      distance: Math.min(...designFiles.map((file) => folderDistance(file, path))),
      own: !outputFolder.test(folder),
    };
    pair[match[2].toLowerCase() as "ert" | "art"] ??= path;
    pairs.set(key, pair);
  }
  return [...pairs.values()]
    .sort(
      (a, b) =>
        a.distance - b.distance ||
        Number(b.own) - Number(a.own) ||
        Number(b.art !== undefined) - Number(a.art !== undefined),
    )
    .flatMap(({ ert, art = null }) => (ert === undefined ? [] : [{ ert, art }]));
}

/** Components whose energies neither a table nor an attribute gives. */
export function guessedComponents({ architecture, architectureSource }: Specification): string[] {
  if (architecture === undefined || architectureSource === undefined) return [];
  return [architecture.compute, ...architecture.storage]
    .filter(({ energySource }) => energySource === "pat")
    .map(({ name }) => name)
    .filter((name) => architectureSource.components.some((c) => c.name.value === name && !c.generated));
}

/** Has the file an energy table for each of the components? Those of another design have not. */
export function tabulates(file: SourceFile, components: readonly string[]): boolean {
  const node = child(parseYaml(file).root, "ERT");
  if (node === undefined) return false;
  const names = new Set(readEnergyTables(node).value.map(({ componentName }) => componentName));
  return components.every((name) => names.has(name));
}
