/** All solutions of a linear system: `x = origin + basis · z`, z of any value. */
export interface AffineSolutions {
  origin: Float64Array;
  /** Row-major, `variables × free`. */
  basis: Float64Array;
  free: number;
  /** The variable that each z is. */
  columns: readonly number[];
}

/**
 * Solves `rows · x = right` (rows row-major, `count × variables`) by elimination with full pivoting; null where the
 * equations contradict each other by more than `tolerance` relative to their size.
 */
export function solveAffine(
  rows: Float64Array,
  right: Float64Array,
  variables: number,
  tolerance = 1e-10,
): AffineSolutions | null {
  const count = right.length;
  const a = Float64Array.from(rows);
  const b = Float64Array.from(right);
  const pivots: number[] = [];
  const taken = new Uint8Array(variables);
  const scale = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (let k = 0; k < count; k++) {
    let best = tolerance * scale;
    let row = -1;
    let column = -1;
    for (let i = k; i < count; i++) {
      for (let j = 0; j < variables; j++) {
        const size = Math.abs(a[i * variables + j]);
        if (taken[j] === 0 && size > best) {
          best = size;
          row = i;
          column = j;
        }
      }
    }
    if (row < 0) {
      const most = b.reduce((m, value) => Math.max(m, Math.abs(value)), 1);
      for (let i = k; i < count; i++) if (Math.abs(b[i]) > 1e-9 * most) return null;
      break;
    }
    swapRows(a, b, variables, k, row);
    taken[column] = 1;
    pivots.push(column);
    const pivot = a[k * variables + column];
    for (let j = 0; j < variables; j++) a[k * variables + j] /= pivot;
    b[k] /= pivot;
    for (let i = 0; i < count; i++) {
      const factor = i === k ? 0 : a[i * variables + column];
      if (factor === 0) continue;
      for (let j = 0; j < variables; j++) a[i * variables + j] -= factor * a[k * variables + j];
      b[i] -= factor * b[k];
    }
  }
  const freeColumns = Array.from(taken.keys()).filter((j) => taken[j] === 0);
  const free = freeColumns.length;
  const origin = new Float64Array(variables);
  const basis = new Float64Array(variables * free);
  freeColumns.forEach((column, z) => {
    basis[column * free + z] = 1;
    pivots.forEach((pivot, k) => {
      basis[pivot * free + z] = -a[k * variables + column];
    });
  });
  pivots.forEach((pivot, k) => {
    origin[pivot] = b[k];
  });
  return { origin, basis, free, columns: freeColumns };
}

function swapRows(a: Float64Array, b: Float64Array, width: number, i: number, j: number): void {
  if (i === j) return;
  for (let k = 0; k < width; k++) {
    const kept = a[i * width + k];
    a[i * width + k] = a[j * width + k];
    a[j * width + k] = kept;
  }
  const kept = b[i];
  b[i] = b[j];
  b[j] = kept;
}
