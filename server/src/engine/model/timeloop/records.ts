import type { Pattern } from "./multicast.ts";

/** Parent accesses by (multicast, scatter), as Timeloop's `AccessStatMatrix`: hops are weighted with accesses. */
export interface AccessRecord {
  multicast: number;
  scatter: number;
  accesses: number;
  hops: number;
  separateHops: number;
}

/** Words sent by pattern of multicast, collected while a nest is walked. */
export class Ledger {
  /** Words per known set of patterns. */
  words: number[] = [];
  linkTransfers = 0;

  constructor(private readonly patterns: readonly (readonly Pattern[])[]) {}

  add(set: number, words: number): void {
    this.words[set] = (this.words[set] ?? 0) + words;
  }

  addAll(other: Ledger, times: number): void {
    other.words.forEach((words, set) => {
      this.add(set, words * times);
    });
    this.linkTransfers += other.linkTransfers * times;
  }

  /** Ordered by multicast, then scatter: the order in which Timeloop adds and truncates. */
  records(): AccessRecord[] {
    const byShape = new Map<string, AccessRecord>();
    this.words.forEach((words, set) => {
      for (const { multicast, scatter, hops, separateHops } of this.patterns[set]) {
        const key = `${multicast} ${scatter}`;
        let record = byShape.get(key);
        if (record === undefined) {
          record = { multicast, scatter, accesses: 0, hops: 0, separateHops: 0 };
          byShape.set(key, record);
        }
        record.accesses += words * scatter;
        record.hops += words * hops;
        record.separateHops += words * separateHops;
      }
    });
    return [...byShape.values()].sort((a, b) => a.multicast - b.multicast || a.scatter - b.scatter);
  }
}

export function totalAccesses(records: readonly AccessRecord[]): number {
  return records.reduce((sum, r) => sum + r.accesses, 0);
}

export function deliveredWords(records: readonly AccessRecord[]): number {
  return records.reduce((sum, r) => sum + r.accesses * r.multicast, 0);
}
