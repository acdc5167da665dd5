/** How a search is started somewhere else, and how it is ended when it does not listen. */

import { explorerFor, type FromExplorer, type ToExplorer } from "./explore.ts";

export interface RunningSearch {
  send(message: ToExplorer): void;
  /** Ends it at once; nothing is heard of it any more. */
  end(): void;
}

export type SpawnSearch = (receive: (message: FromExplorer) => void, died: (reason: string) => void) => RunningSearch;

/** In slices between other work, where no thread can be had. */
export const spawnInPlace: SpawnSearch = (receive) => {
  let ended = false;
  const send = explorerFor({
    now: () => performance.now(),
    post: (message) => {
      if (!ended) receive(message);
    },
    later: (slice) =>
      void setTimeout(() => {
        if (!ended) slice();
      }, 1),
  });
  return {
    send,
    end: () => {
      ended = true;
    },
  };
};
