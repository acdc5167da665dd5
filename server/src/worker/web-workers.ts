/** Searches in Web Workers; in place where the page does not allow one. */
import type { FromExplorer, ToExplorer } from "./explore.ts";
import { type RunningSearch, type SpawnSearch, spawnInPlace } from "./spawn.ts";

interface WebWorker {
  postMessage(message: ToExplorer): void;
  terminate(): void;
  onmessage: ((event: { data: FromExplorer }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
}
declare const Worker: (new (url: string) => WebWorker) | undefined;

export function spawnWebWorkers(script: string): SpawnSearch {
  return (receive, died) => {
    let worker: WebWorker;
    try {
      if (Worker === undefined) return spawnInPlace(receive, died);
      worker = new Worker(script);
    } catch {
      return spawnInPlace(receive, died);
    }
    const sent: ToExplorer[] = [];
    let instead: RunningSearch | null = null;
    let heard = false;
    worker.onmessage = ({ data }) => {
      heard = true;
      receive(data);
    };
    // A page may refuse the script only after it was asked for.
    worker.onerror = ({ message }) => {
      if (heard) died(message ?? "the worker failed");
      else if (instead === null) {
        instead = spawnInPlace(receive, died);
        for (const message of sent) instead.send(message);
      }
    };
    return {
      send: (message) => {
        if (!heard) sent.push(message);
        if (instead === null) worker.postMessage(message);
        else instead.send(message);
      },
      end: () => {
        worker.terminate();
        instead?.end();
      },
    };
  };
}
