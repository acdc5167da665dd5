/** A search as a Web Worker. */
import { blocksFor, type FromBlocks, isForBlocks, type ToBlocks } from "./blocks.ts";
import { explorerFor, type FromExplorer, type ToExplorer } from "./explore.ts";

/** The worker's own end of its channel. */
const channel = globalThis as unknown as {
  postMessage(message: FromExplorer | FromBlocks): void;
  onmessage: ((event: { data: ToExplorer | ToBlocks }) => void) | null;
};

const receive = explorerFor({
  now: () => performance.now(),
  post: (message) => channel.postMessage(message),
  later: (slice) => void setTimeout(slice, 0),
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
