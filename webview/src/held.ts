/** What the files hold now, and how a run compares with that: after Apply, it is the run's own result. */

import type { Candidate, Mapping, Run } from "../../server/src/features/explorer/protocol.ts";
import { change } from "./format.ts";
import { goalOf, goalValue } from "./run.ts";

/** One mapping at one cost. */
export function isSame(a: Candidate, b: Candidate): boolean {
  const [one, other] = [a.cost, b.cost];
  const close = Math.abs(one.energyPj - other.energyPj) <= 1e-9 * other.energyPj;
  return close && one.cycles === other.cycles && nestOf(a.mapping) === nestOf(b.mapping);
}

/** Loops of factor 1 say nothing, and may be left out. */
function nestOf({ levels }: Mapping): string {
  const loops = (nest: Mapping["levels"][number]["temporal"]) =>
    nest.filter(({ factor }) => factor > 1).map(({ dimension, factor, residual }) => [dimension, factor, residual]);
  return JSON.stringify(
    levels.map(({ temporal, spatialX, spatialY, keep }) => [loops(temporal), loops(spatialX), loops(spatialY), keep]),
  );
}

/**
 * @param now the mapping of the files, or for a co-search those of all layers together; a run that has it too may know
 * what a command measured of it
 */
export function heldBy({ best, before }: Run, now: Candidate | null): Candidate | null {
  if (now === null) return now;
  return [best, before].find((own) => own !== null && isSame(own, now)) ?? now;
}

export const inFile = "in the file";

/** `−21.5%` by the run's goal, `in the file`, or nothing where there is nothing to compare. */
export function gained(run: Run, held: Candidate | null): string {
  if (run.best === null || held === null) return "";
  if (held === run.best) return inFile;
  const goal = goalOf(run.options);
  const [from, to] = [goalValue(goal, held), goalValue(goal, run.best)];
  return from === null || to === null ? "" : change(from, to);
}
