export interface SobolIndices {
  /** Share of the variance that each variable explains alone. */
  first: Float64Array;
  /** Share that is gone when all but this variable are known: alone and together with others. */
  total: Float64Array;
  variance: number;
}

/**
 * Variance-based sensitivity of f: first-order indices by Saltelli et al. 2010 (Comput. Phys. Comm. 181, table 2, b),
 * total ones by Jansen 1999 (f). Uses samples · (variables + 2) evaluations.
 *
 * @param variables coordinates of each variable (several for a category)
 * @param draw writes a random point
 */
export function sobolIndices(
  f: (x: Float64Array) => number,
  variables: readonly (readonly number[])[],
  draw: (x: Float64Array) => void,
  dimensions: number,
  samples: number,
): SobolIndices {
  const count = variables.length;
  const first = new Float64Array(count);
  const total = new Float64Array(count);
  const a = new Float64Array(dimensions);
  const b = new Float64Array(dimensions);
  const mixed = new Float64Array(dimensions);
  const valuesA = new Float64Array(samples);
  const valuesB = new Float64Array(samples);
  const crossed = new Float64Array(samples * count);
  let sum = 0;
  for (let k = 0; k < samples; k++) {
    draw(a);
    draw(b);
    valuesA[k] = f(a);
    valuesB[k] = f(b);
    sum += valuesA[k] + valuesB[k];
    for (let v = 0; v < count; v++) {
      mixed.set(a);
      for (const c of variables[v]) mixed[c] = b[c];
      crossed[k * count + v] = f(mixed);
    }
  }
  const mean = sum / (2 * samples);
  let variance = 0;
  for (let k = 0; k < samples; k++) variance += (valuesA[k] - mean) ** 2 + (valuesB[k] - mean) ** 2;
  variance /= 2 * samples;
  if (!(variance > 0)) return { first, total, variance: 0 };
  for (let k = 0; k < samples; k++) {
    for (let v = 0; v < count; v++) {
      const change = crossed[k * count + v] - valuesA[k];
      first[v] += (valuesB[k] - mean) * change;
      total[v] += 0.5 * change * change;
    }
  }
  for (let v = 0; v < count; v++) {
    first[v] /= samples * variance;
    total[v] /= samples * variance;
  }
  return { first, total, variance };
}
