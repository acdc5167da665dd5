/** A search as a thread of Node.js. */
import { parentPort } from "node:worker_threads";
import { explorerFor, type ToExplorer } from "./explore.ts";

const receive = explorerFor({
  now: () => performance.now(),
  post: (message) => parentPort?.postMessage(message),
  later: (slice) => void setImmediate(slice),
});
parentPort?.on("message", (message: ToExplorer) => receive(message));
