import type { Pattern } from "./spread.ts";

/** Parent accesses by (multicast, scatter), as Timeloop's `AccessStatMatrix`: hops are weighted with accesses. */
export interface AccessRecord {
  multicast: number;
  scatter: number;
  accesses: number;
  hops: number;
  separateHops: number;
}

export class AccessRecords {
  private readonly byShape = new Map<number, AccessRecord>();

  /** Adds `words` sent to each group of the patterns. */
  add(patterns: readonly Pattern[], words: number): void {
    for (const pattern of patterns) {
      const record = this.of(pattern.multicast, pattern.scatter);
      const accesses = words * pattern.scatter;
      record.accesses += accesses;
      record.hops += (pattern.hops * accesses) / pattern.scatter;
      record.separateHops += (pattern.separateHops * accesses) / pattern.scatter;
    }
  }

  /** Adds words sent to a single child, over no distance. */
  addSingle(words: number): void {
    this.of(1, 1).accesses += words;
  }

  /** Ordered by multicast, then scatter: the order in which Timeloop adds and truncates. */
  sorted(): AccessRecord[] {
    return [...this.byShape.values()].sort((a, b) => a.multicast - b.multicast || a.scatter - b.scatter);
  }

  private of(multicast: number, scatter: number): AccessRecord {
    const key = multicast * 2 ** 26 + scatter;
    let record = this.byShape.get(key);
    if (record === undefined) {
      record = { multicast, scatter, accesses: 0, hops: 0, separateHops: 0 };
      this.byShape.set(key, record);
    }
    return record;
  }
}

export function totalAccesses(records: readonly AccessRecord[]): number {
  return records.reduce((sum, r) => sum + r.accesses, 0);
}

export function deliveredWords(records: readonly AccessRecord[]): number {
  return records.reduce((sum, r) => sum + r.accesses * r.multicast, 0);
}
