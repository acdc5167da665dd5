/** A run as charts draw it. */

import type { Run } from "../../../server/src/features/explorer/protocol.ts";

export interface ShownRun {
  run: Run;
  color: string;
  selected: boolean;
}
