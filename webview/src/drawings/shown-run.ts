/** A run as charts draw it. */

import type { Candidate, Run } from "../../../server/src/features/explorer/protocol.ts";

export interface ShownRun {
  run: Run;
  /** What the files hold now, of what the run is about. */
  held: Candidate | null;
  color: string;
  selected: boolean;
}
