/** Can results be written? Asked before a search rather than after it; wrong usage where they cannot. */

import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "./usage.ts";

export function requireWritable(file: string | undefined): void {
  if (file === undefined) return;
  if (!existsSync(file)) requireFolderOf(file);
  else if (statSync(file).isDirectory()) throw new UsageError(`${file} is a folder; name a file`);
  else requireAccess(file);
}

/** For a file that is written beside and moved over. */
export function requireFolderOf(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder)) throw new UsageError(`${file}: there is no folder ${folder}`);
  requireWritableFolder(folder);
}

/** A folder that is not there yet is made in the nearest one that is. */
export function requireWritableFolder(folder: string): void {
  let nearest = folder;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  if (!statSync(nearest).isDirectory()) {
    const which = nearest === folder ? folder : `${folder}: ${nearest}`;
    throw new UsageError(`${which} is a file; name a folder`);
  }
  requireAccess(nearest);
}

function requireAccess(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch {
    throw new UsageError(`${path}: nothing can be written there`);
  }
}
