/** The pool's worker without a thread: in slices between other work. */
import { blocksFor, type ToBlocks } from "./blocks.ts";
import type { SpawnPoolWorker } from "./pool.ts";

export const poolInPlace: SpawnPoolWorker = (receive) => {
  let ended = false;
  const later = (work: () => void) =>
    void setTimeout(() => {
      if (!ended) work();
    }, 0);
  const answer = blocksFor({
    now: () => performance.now(),
    post: (message) => later(() => receive(message)),
    later,
  });
  return {
    post: (message: ToBlocks) => later(() => answer(message)),
    end: () => {
      ended = true;
    },
  };
};
