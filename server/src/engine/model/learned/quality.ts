/** How well predictions rank and match what was measured. */
export interface Quality {
  /** Rank correlation, −1 to 1. */
  spearman: number;
  /** Root mean square of log(predicted / measured). */
  logError: number;
}

/** Both in logarithms of cycles. */
export function quality(predicted: ArrayLike<number>, measured: ArrayLike<number>): Quality {
  let squares = 0;
  for (let i = 0; i < measured.length; i++) squares += (predicted[i] - measured[i]) ** 2;
  return { spearman: spearman(predicted, measured), logError: Math.sqrt(squares / Math.max(1, measured.length)) };
}

/** Spearman's rank correlation; equal values share the mean of their ranks. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const x = ranks(a);
  const y = ranks(b);
  const middle = (a.length - 1) / 2;
  let both = 0;
  let ofX = 0;
  let ofY = 0;
  for (let i = 0; i < a.length; i++) {
    both += (x[i] - middle) * (y[i] - middle);
    ofX += (x[i] - middle) ** 2;
    ofY += (y[i] - middle) ** 2;
  }
  return ofX > 0 && ofY > 0 ? both / Math.sqrt(ofX * ofY) : 0;
}

function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranked = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) ranked[order[k]] = (from + to - 1) / 2;
    from = to;
  }
  return ranked;
}
