/** A search as a thread of Node.js. */
import { availableParallelism } from "node:os";
import { parentPort } from "node:worker_threads";
import { blocksFor, isForBlocks, type ToBlocks } from "./blocks.ts";
import { explorerFor, type FromExplorer, helpersAfterMs, type ToExplorer } from "./explore.ts";
import { ExternalExplorer } from "./external.ts";
import { poolThreads } from "./pool-threads.ts";

const post = (message: FromExplorer) => parentPort?.postMessage(message);
const receive = explorerFor({
  now: () => performance.now(),
  post,
  later: (slice) => void setImmediate(slice),
  helpers: { spawn: poolThreads(__filename), count: availableParallelism(), afterMs: helpersAfterMs },
});
const blocks = blocksFor({
  now: () => performance.now(),
  post: (message) => parentPort?.postMessage(message),
  later: (slice) => void setImmediate(slice),
});
let external: ExternalExplorer | null = null;

parentPort?.on("message", (message: ToExplorer | ToBlocks) => {
  if (isForBlocks(message)) blocks(message);
  else if (message.type === "start" && message.job.evaluator !== undefined) {
    external = new ExternalExplorer({ ...message.job, evaluator: message.job.evaluator }, post);
    external.start();
  } else if (external !== null && message.type !== "start" && message.type !== "traffic") external[message.type]();
  else receive(message);
});
