/** Where `cosearch --write` puts a design: a folder, made where there is none. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NetworkResult } from "../engine/search/cosearch/progress.ts";
import { exportTimeloopParts } from "../spec/formats/timeloop-export.ts";
import type { LayerSource } from "../spec/types.ts";
import { DesignError } from "./usage.ts";

export function unwritten(name: string, error: unknown): string {
  return `${name} cannot be written (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`;
}

/** The inferred hardware, and for each layer its problem and a mapping that names both in its first line. */
export function writeDesign(layers: readonly LayerSource[], best: NetworkResult, folder: string): string[] {
  const names: string[] = [];
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, text);
    } catch (error) {
      throw new DesignError(unwritten(file, error));
    }
    names.push(file);
  };
  const seen = new Set<string>();
  layers.forEach(({ workload }, i) => {
    const parts = exportTimeloopParts(best.architecture, workload, best.mappings[i]);
    if (i === 0) write("architecture.yaml", parts.architecture + parts.tables);
    const base = fileName(workload.name || `layer${i + 1}`, seen);
    write(`${base}.prob.yaml`, parts.problem);
    write(`${base}.map.yaml`, `# mapspace: architecture=architecture.yaml problem=${base}.prob.yaml\n${parts.mapping}`);
  });
  return names;
}

function fileName(name: string, seen: Set<string>): string {
  let base = name.replace(/[^\w.-]+/g, "_").replace(/^\.+/, "_") || "layer";
  while (seen.has(base)) base += "_";
  seen.add(base);
  return base;
}
