/** The pool's workers as threads of Node.js. */
import { Worker } from "node:worker_threads";
import type { FromBlocks } from "./blocks.ts";
import type { SpawnPoolWorker } from "./pool.ts";

export function poolThreads(script: string | URL): SpawnPoolWorker {
  return (receive, died) => {
    const worker = new Worker(script);
    let ended = false;
    const dead = (reason: string) => {
      if (!ended) died(reason);
      ended = true;
    };
    worker.on("message", (message: FromBlocks) => {
      if (!ended) receive(message);
    });
    worker.on("error", (error) => dead(error.message));
    worker.on("exit", (code) => dead(`a search thread ended with code ${code}`));
    return {
      post: (message) => worker.postMessage(message),
      end: () => {
        ended = true;
        void worker.terminate();
      },
    };
  };
}
