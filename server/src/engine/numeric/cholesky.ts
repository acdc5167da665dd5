/**
 * Factors a symmetric positive definite matrix in place (row-major, lower triangle read and written): A = L·Lᵀ.
 * Pivots below `floor` are lifted to it, so that a nearly singular matrix still gives a descent direction.
 * Returns the number of lifted pivots.
 */
export function factorCholesky(a: Float64Array, n: number, floor: number): number {
  let lifted = 0;
  for (let j = 0; j < n; j++) {
    const rowJ = j * n;
    let pivot = a[rowJ + j];
    for (let k = 0; k < j; k++) pivot -= a[rowJ + k] * a[rowJ + k];
    if (!(pivot > floor)) {
      pivot = floor;
      lifted++;
    }
    const root = Math.sqrt(pivot);
    a[rowJ + j] = root;
    for (let i = j + 1; i < n; i++) {
      const rowI = i * n;
      let sum = a[rowI + j];
      for (let k = 0; k < j; k++) sum -= a[rowI + k] * a[rowJ + k];
      a[rowI + j] = sum / root;
    }
  }
  return lifted;
}

/** Solves L·Lᵀ·x = b in place of b. */
export function solveCholesky(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= l[i * n + k] * b[k];
    b[i] = sum / l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i];
    for (let k = i + 1; k < n; k++) sum -= l[k * n + i] * b[k];
    b[i] = sum / l[i * n + i];
  }
}
