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
/** The browser's. */
declare const Blob: new (parts: string[], options: { type: string }) => object;
declare const URL: { createObjectURL(blob: object): string };

/**
 * Extensions come from another origin than the page, and a worker may not; but it may import from there.
 *
 * @param script its address
 */
export function spawnWebWorkers(script: () => string): SpawnSearch {
  return (receive, died) => {
    const text = `importScripts(${JSON.stringify(script())});`;
    const worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    worker.onmessage = ({ data }) => receive(data);
    worker.onerror = ({ message }) => died(message ?? "the browser refused the worker");
    return { send: (message) => worker.postMessage(message), end: () => worker.terminate() };
  };
}
