/** How a search is started somewhere else, and how it is ended when it does not listen. */

import type { FromExplorer, ToExplorer } from "./explore.ts";

export interface RunningSearch {
  send(message: ToExplorer): void;
  /** Ends it at once; nothing is heard of it any more. */
  end(): void;
}

export type SpawnSearch = (receive: (message: FromExplorer) => void, died: (reason: string) => void) => RunningSearch;

/** What can be started where the server runs. */
export interface SearchHost {
  spawn: SpawnSearch;
  /** Commands of the user can be. */
  commands: boolean;
}
