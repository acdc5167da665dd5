/** A search as a thread of Node.js. */
import { parentPort } from "node:worker_threads";
import { blocksFor, isForBlocks, type ToBlocks } from "./blocks.ts";
import { explorerFor, type ToExplorer } from "./explore.ts";

const receive = explorerFor({
  now: () => performance.now(),
  post: (message) => parentPort?.postMessage(message),
  later: (slice) => void setImmediate(slice),
});
const blocks = blocksFor({
  now: () => performance.now(),
  post: (message) => parentPort?.postMessage(message),
  later: (slice) => void setImmediate(slice),
});
parentPort?.on("message", (message: ToExplorer | ToBlocks) => {
  if (isForBlocks(message)) blocks(message);
  else receive(message);
});
