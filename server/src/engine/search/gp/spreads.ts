import { divisors } from "../../numeric/divisors.ts";
import type { LoopRanges } from "./loops.ts";

/**
 * Whole spatial factors of one slot that use most of its `fanout` children: those within 15 % of the largest product
 * reached, larger products first, then nearer to the real factors.
 */
export function widestSpreads(
  bounds: readonly number[],
  slot: number,
  fanout: number,
  ranges: LoopRanges,
  real: (d: number) => number,
  most: number,
): number[][] {
  const nd = bounds.length;
  const choices = bounds.map((bound, d) =>
    divisors(bound).filter((f) => f >= ranges.min[slot * nd + d] && f <= ranges.max[slot * nd + d] && f <= fanout),
  );
  const found: { factors: number[]; product: number; distance: number }[] = [];
  const factors = new Array<number>(nd).fill(1);
  const place = (d: number, product: number, distance: number): void => {
    if (d === nd) {
      found.push({ factors: [...factors], product, distance });
      return;
    }
    for (const f of choices[d]) {
      if (product * f > fanout) break;
      factors[d] = f;
      place(d + 1, product * f, distance + Math.abs(Math.log(f / real(d))));
    }
  };
  place(0, 1, 0);
  const largest = found.reduce((product, one) => Math.max(product, one.product), 0);
  return found
    .filter((one) => one.product >= 0.85 * largest)
    .sort((a, b) => b.product - a.product || a.distance - b.distance)
    .slice(0, most)
    .map((one) => one.factors);
}
