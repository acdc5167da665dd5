/** The pool's workers as Web Workers. */
import type { FromBlocks, ToBlocks } from "./blocks.ts";
import type { SpawnPoolWorker } from "./pool.ts";

interface WebWorker {
  postMessage(message: ToBlocks): void;
  terminate(): void;
  onmessage: ((event: { data: FromBlocks }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
}
declare const Worker: new (url: string) => WebWorker;

export function poolWebWorkers(script: string): SpawnPoolWorker {
  return (receive, died) => {
    const worker = new Worker(script);
    worker.onmessage = ({ data }) => receive(data);
    worker.onerror = ({ message }) => died(message ?? "a search worker failed");
    return { post: (message) => worker.postMessage(message), end: () => worker.terminate() };
  };
}
