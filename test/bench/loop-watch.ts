/** How long the event loop is held, in time that other programs on the machine have no part in where that is known. */

import { openSync, readSync } from "node:fs";

/** The clock, and the processor time of the process, both in milliseconds. */
export interface Instant {
  wall: number;
  processor: number;
}

export function now(): Instant {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), processor: (user + system) / 1000 };
}

/** Time since then. Where other programs held the processor the clock tells too much: then what the process itself used. */
export function since(began: Instant): number {
  const end = now();
  return Math.min(end.wall - began.wall, end.processor - began.processor);
}

/** Milliseconds of a fixed piece of work: how fast the machine is at the moment. */
export function calibrate(): number {
  const began = now();
  let sum = 0;
  for (let i = 0; i < 2_000_000; i++) sum = (sum * 31 + i) % 1_000_003;
  return since(began) + (sum < 0 ? 1 : 0);
}

/**
 * Processor time of this thread in milliseconds, as Linux counts it; `null` elsewhere. The process has other threads:
 * helpers of the garbage collector and the compiler work while the loop goes on.
 */
const threadTime: (() => number) | null = (() => {
  try {
    const file = openSync("/proc/thread-self/schedstat", "r");
    const buffer = Buffer.alloc(64);
    return () => Number(buffer.toString("latin1", 0, readSync(file, buffer, 0, 64, 0)).split(" ")[0]) / 1e6;
  } catch {
    return null;
  }
})();

/** Longest stretch without a turn of the event loop, in milliseconds. */
export class LoopWatch {
  /** Processor time of the loop's thread, never more than the clock; where it is not known as `since` tells. */
  longest = 0;
  longestByClock = 0;
  private last = now();
  private lastOfThread = threadTime?.() ?? 0;
  private running = true;

  constructor() {
    const turn = () => {
      if (!this.running) return;
      this.measure();
      setImmediate(turn);
    };
    setImmediate(turn);
  }

  stop(): void {
    this.measure();
    this.running = false;
  }

  private measure(): void {
    const clock = performance.now() - this.last.wall;
    const held = threadTime === null ? since(this.last) : Math.min(clock, threadTime() - this.lastOfThread);
    this.longest = Math.max(this.longest, held);
    this.longestByClock = Math.max(this.longestByClock, clock);
    this.last = now();
    this.lastOfThread = threadTime?.() ?? 0;
  }
}

/** How long the clock says that a loop is held that has nothing to do: what other programs take. */
export async function idleTurn(): Promise<number> {
  const watch = new LoopWatch();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  watch.stop();
  return watch.longestByClock;
}
