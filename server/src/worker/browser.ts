/** A search as a Web Worker. */
import { explorerFor, type FromExplorer, type ToExplorer } from "./explore.ts";

/** The worker's own end of its channel. */
const channel = globalThis as unknown as {
  postMessage(message: FromExplorer): void;
  onmessage: ((event: { data: ToExplorer }) => void) | null;
};

const receive = explorerFor({
  now: () => performance.now(),
  post: (message) => channel.postMessage(message),
  later: (slice) => void setTimeout(slice, 0),
});
channel.onmessage = ({ data }) => receive(data);
