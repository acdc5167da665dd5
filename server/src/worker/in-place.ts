import { explorerFor } from "./explore.ts";
import type { SpawnSearch } from "./spawn.ts";

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
