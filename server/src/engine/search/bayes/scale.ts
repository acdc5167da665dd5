/** The largest α in [0, most] for which `fits` holds, given that it holds at 0 and never again once it fails. */
export function largestScale(most: number, fits: (alpha: number) => boolean): number {
  if (fits(most)) return most;
  let low = 0;
  let high = most;
  for (let i = 0; i < 50 && high - low > 1e-6 * high; i++) {
    const middle = 0.5 * (low + high);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Factors min(mostᵢ, e^(α·weightᵢ)) with one α such that their product is `room`, or all at their most. */
export function sharedFactors(weights: readonly number[], most: readonly number[], room: number): number[] {
  const factors = (alpha: number) => weights.map((w, i) => Math.min(most[i], Math.exp(alpha * w)));
  const least = Math.min(...weights);
  const alpha = largestScale((Math.log(room) + 1) / Math.max(1e-3, least), (a) => {
    const product = factors(a).reduce((p, f) => p * f, 1);
    return product <= room * (1 + 1e-9);
  });
  return factors(alpha);
}
