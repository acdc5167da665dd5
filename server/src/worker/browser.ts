/** A search as a Web Worker. */
import { blocksFor, type FromBlocks, isForBlocks, type ToBlocks } from "./blocks.ts";
import { explorerFor, type FromExplorer, helpersAfterMs, type ToExplorer } from "./explore.ts";
import { poolWebWorkers } from "./pool-web-workers.ts";

/** The worker's own end of its channel. */
const channel = globalThis as unknown as {
  location: { href: string };
  navigator: { hardwareConcurrency?: number };
  postMessage(message: FromExplorer | FromBlocks): void;
  onmessage: ((event: { data: ToExplorer | ToBlocks }) => void) | null;
};

const receive = explorerFor({
  now: () => performance.now(),
  post: (message) => channel.postMessage(message),
  later: (slice) => void setTimeout(slice, 0),
  helpers: {
    spawn: poolWebWorkers(channel.location.href),
    count: channel.navigator.hardwareConcurrency ?? 1,
    afterMs: helpersAfterMs,
  },
});
const blocks = blocksFor({
  now: () => performance.now(),
  post: (message) => channel.postMessage(message),
  later: (slice) => void setTimeout(slice, 0),
});
channel.onmessage = ({ data }) => {
  if (isForBlocks(data)) blocks(data);
  else receive(data);
};
