/** A run as charts draw it. */

import type { Candidate, Run } from "../../../server/src/features/explorer/protocol.ts";
import type { Look } from "../looks.ts";

export interface ShownRun extends Look {
  run: Run;
  /** What the files hold now, of what the run is about. */
  held: Candidate | null;
  selected: boolean;
}
