/** The file from which a co-search goes on where it was stopped. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { CosearchCheckpoint, NetworkResult } from "../engine/search/cosearch/progress.ts";
import type { SourceFile } from "../syntax/source.ts";
import { UsageError } from "./usage.ts";

const version = 1;

export interface CosearchState {
  checkpoint: CosearchCheckpoint;
  best: NetworkResult | null;
}

interface StateFile {
  mapspaceCosearch: number;
  inputs: string;
  checkpoint: Omit<CosearchCheckpoint, "bestStart"> & { bestStart: number | null };
  best: NetworkResult | null;
}

/** What a state belongs to: texts of all files and the settings that decide the result. */
export function inputsHash(files: readonly SourceFile[], settings: unknown): string {
  const hash = createHash("sha256");
  for (const { text } of files) hash.update(`${text.length}\n${text}`);
  return hash.update(JSON.stringify(settings)).digest("hex");
}

/** The state a file holds; `null` where there is none yet. */
export function readState(file: string, inputs: string): CosearchState | null {
  if (!existsSync(file)) return null;
  const state = stateIn(file);
  if (state === null) throw new UsageError(`${file}: is no state of a co-search; remove it or name another file`);
  if (state.inputs !== inputs) {
    throw new UsageError(`${file}: belongs to other files or flags; remove it or name another file`);
  }
  const { start, evaluations, bestStart } = state.checkpoint;
  return {
    checkpoint: { start, evaluations, bestStart: bestStart ?? Number.POSITIVE_INFINITY },
    best: state.best,
  };
}

/** `null` where the file holds anything else. */
function stateIn(file: string): StateFile | null {
  let state: Partial<StateFile> | null;
  try {
    state = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
  if (state?.mapspaceCosearch !== version || !isCheckpoint(state.checkpoint)) return null;
  if (state.best === undefined || (state.best !== null && !Number.isFinite(state.best.value))) return null;
  return state as StateFile;
}

function isCheckpoint(given: Partial<StateFile["checkpoint"]> | undefined): boolean {
  if (given === undefined || given === null) return false;
  const { start, evaluations, bestStart } = given;
  if (!Number.isSafeInteger(start) || !Number.isFinite(evaluations)) return false;
  return start! >= 0 && evaluations! >= 0 && (bestStart === null || Number.isFinite(bestStart));
}

/** Written beside and moved over, so that a stop in between leaves the state before. */
export function writeState(file: string, inputs: string, { checkpoint, best }: CosearchState): void {
  const bestStart = Number.isFinite(checkpoint.bestStart) ? checkpoint.bestStart : null;
  const state: StateFile = { mapspaceCosearch: version, inputs, checkpoint: { ...checkpoint, bestStart }, best };
  writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`);
  renameSync(`${file}.new`, file);
}
