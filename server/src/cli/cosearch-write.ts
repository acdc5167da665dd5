/** Where `cosearch --write` puts a design: a folder, made where there is none. */

import { accessSync, constants, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { NetworkResult } from "../engine/search/cosearch/progress.ts";
import { exportTimeloopParts } from "../spec/formats/timeloop-export.ts";
import type { LayerSource } from "../spec/types.ts";
import { DesignError, UsageError } from "./usage.ts";

/** Before a search rather than after it. A folder that is not there yet is made in the nearest one that is. */
export function requireWritableFolder(folder: string): void {
  let nearest = folder;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  if (!statSync(nearest).isDirectory()) {
    const which = nearest === folder ? folder : `${folder}: ${nearest}`;
    throw new UsageError(`${which} is a file; name a folder`);
  }
  try {
    accessSync(nearest, constants.W_OK);
  } catch {
    throw new UsageError(`${nearest}: nothing can be written there`);
  }
}

/** The same for a file that is written beside and moved over. */
export function requireFolderOf(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder)) throw new UsageError(`${file}: there is no folder ${folder}`);
  requireWritableFolder(folder);
}

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
