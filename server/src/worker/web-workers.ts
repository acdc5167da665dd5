/** Searches in Web Workers. */
import type { FromExplorer, ToExplorer } from "./explore.ts";
import type { SpawnSearch } from "./spawn.ts";

interface WebWorker {
  postMessage(message: ToExplorer): void;
  terminate(): void;
  onmessage: ((event: { data: FromExplorer }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
}
declare const Worker: new (url: string) => WebWorker;

export function spawnWebWorkers(script: string): SpawnSearch {
  return (receive, died) => {
    const worker = new Worker(script);
    worker.onmessage = ({ data }) => receive(data);
    worker.onerror = ({ message }) => died(message ?? "the browser refused the worker");
    return { send: (message) => worker.postMessage(message), end: () => worker.terminate() };
  };
}
