/** Divisors of `n`, ascending. */
export function divisors(n: number): number[] {
  const low: number[] = [];
  const high: number[] = [];
  for (let d = 1; d * d <= n; d++) {
    if (n % d !== 0) continue;
    low.push(d);
    if (d * d !== n) high.push(n / d);
  }
  return low.concat(high.reverse());
}

/** The distinct values of `ceil(n / d)` for d = 1, 2, …, descending from n to 1; at most 2·√n of them. */
export function ceilQuotients(n: number): number[] {
  const values: number[] = [];
  for (let d = 1; d <= n; ) {
    const q = Math.ceil(n / d);
    values.push(q);
    // The largest d with the same quotient is ceil(n / (q − 1)) − 1.
    d = q === 1 ? n + 1 : Math.ceil(n / (q - 1));
  }
  return values;
}

/** `n!` as an exact integer. */
export function factorial(n: number): bigint {
  let product = 1n;
  for (let i = 2; i <= n; i++) product *= BigInt(i);
  return product;
}
