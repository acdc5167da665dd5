/** Searches in threads of Node.js. */
import { Worker } from "node:worker_threads";
import type { FromExplorer } from "./explore.ts";
import type { SpawnSearch } from "./spawn.ts";

export function spawnThreads(script: string | URL): SpawnSearch {
  return (receive, died) => {
    const worker = new Worker(script);
    let ended = false;
    worker.on("message", (message: FromExplorer) => {
      if (!ended) receive(message);
    });
    const end = (reason: string) => {
      if (!ended) died(reason);
      ended = true;
    };
    worker.on("error", (error) => end(error.message));
    worker.on("exit", (code) => end(`the thread ended with code ${code}`));
    return {
      send: (message) => worker.postMessage(message),
      end: () => {
        ended = true;
        void worker.terminate();
      },
    };
  };
}
