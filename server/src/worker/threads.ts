/** Searches in threads of Node.js. */
import { Worker } from "node:worker_threads";
import { endTree } from "../external/end-tree.ts";
import type { FromExplorer } from "./explore.ts";
import type { SpawnSearch } from "./spawn.ts";

export function spawnThreads(script: string | URL): SpawnSearch {
  return (receive, died) => {
    const worker = new Worker(script);
    /** Commands of the user that the thread started: they end with it. */
    const processes = new Set<number>();
    let ended = false;
    const finish = () => {
      ended = true;
      for (const pid of processes) endTree(pid);
      processes.clear();
    };
    worker.on("message", (message: FromExplorer) => {
      if (message.type === "process") {
        if (!message.runs) processes.delete(message.pid);
        else if (ended) endTree(message.pid);
        else processes.add(message.pid);
      } else if (!ended) receive(message);
    });
    const end = (reason: string) => {
      if (!ended) died(reason);
      finish();
    };
    worker.on("error", (error) => end(error.message));
    worker.on("exit", (code) => end(`the thread ended with code ${code}`));
    return {
      send: (message) => worker.postMessage(message),
      end: () => {
        finish();
        void worker.terminate();
      },
    };
  };
}
