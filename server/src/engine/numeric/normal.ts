/** The standard normal distribution. */

const rootTwoPi = Math.sqrt(2 * Math.PI);

export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / rootTwoPi;
}

/** Φ(z), relative error below 1e-13 for z > −37: a series near 0, a continued fraction in the tails. */
export function normalProbability(z: number): number {
  const a = Math.abs(z);
  if (a < 3) {
    let term = a;
    let sum = a;
    for (let k = 1; Math.abs(term) > 1e-17 * sum && k < 200; k++) {
      term *= (a * a) / (2 * k + 1);
      sum += term;
    }
    const half = sum * normalDensity(a);
    return z >= 0 ? 0.5 + half : 0.5 - half;
  }
  const tail = normalDensity(a) * millsRatio(a);
  return z >= 0 ? 1 - tail : tail;
}

/** (1 − Φ(a)) / φ(a) for a ≥ 3, by its continued fraction (Abramowitz & Stegun 26.2.14), evaluated from its end. */
function millsRatio(a: number): number {
  let fraction = a;
  for (let k = 120; k >= 1; k--) fraction = a + k / fraction;
  return 1 / fraction;
}

/**
 * Logarithm of the expected improvement below `best` of a normal variable: log(σ·(φ(z) + z·Φ(z))), z = (best − μ)/σ
 * (Jones, Schonlau & Welch 1998, eq. 15). In logarithms, so that points far from any improvement still compare.
 */
export function logExpectedImprovement(mean: number, deviation: number, best: number): number {
  if (!(deviation > 0)) return mean < best ? Math.log(best - mean) : Number.NEGATIVE_INFINITY;
  const z = (best - mean) / deviation;
  if (z > -3) return Math.log(deviation) + Math.log(normalDensity(z) + z * normalProbability(z));
  // φ(z)·(1 − a·mills(a)), a = −z. From 20 on the difference is taken from its asymptotic series.
  const a = -z;
  const rest = a < 20 ? 1 - a * millsRatio(a) : (1 - (3 - 15 / (a * a)) / (a * a)) / (a * a);
  return Math.log(deviation) - 0.5 * z * z - Math.log(rootTwoPi) + Math.log(rest);
}
