import { Prng } from "../../server/src/engine/numeric/prng.ts";

/** Draws for generated tests. */
export class Random {
  private readonly prng: Prng;

  constructor(seed: number) {
    this.prng = new Prng(seed);
  }

  below(n: number): number {
    return this.prng.below(n);
  }

  /** Both ends included. */
  between(low: number, high: number): number {
    return low + this.prng.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.prng.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.prng.below(items.length)];
  }

  /** In place. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.prng.below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }
}
