/**
 * Seeded random numbers: Small Fast Counter (sfc32), 128 bits of state, the same stream on every machine.
 * Streams of one seed are independent for all practical purposes, so work can be cut into pieces whose results do
 * not depend on who does them.
 */
export class Prng {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 0;

  constructor(seed: number, stream = 0) {
    this.reseed(seed, stream);
  }

  reseed(seed: number, stream = 0): void {
    this.a = seed | 0;
    this.b = stream | 0;
    this.c = Math.floor(stream / 4294967296) ^ Math.floor(seed / 4294967296);
    this.counter = 1;
    for (let i = 0; i < 15; i++) this.next32();
  }

  /** An integer in 0 … 2³² − 1. */
  next32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return sum >>> 0;
  }

  /** A number in [0, 1) with 53 random bits. */
  next(): number {
    return ((this.next32() >>> 5) * 67108864 + (this.next32() >>> 6)) / 9007199254740992;
  }

  /** An integer in 0 … n − 1, 1 ≤ n ≤ 2³². */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** An integer in 0 … n − 1 for small n, from 32 bits: biased by less than n / 2³². */
  below32(n: number): number {
    return Math.floor((this.next32() / 4294967296) * n);
  }
}
