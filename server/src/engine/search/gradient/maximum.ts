/** Plain or smooth maximum of `own`; its slope by each goes to `share[i · stride + at]`. */
export function maximum(own: Float64Array, p: number, share: Float64Array, at: number, stride: number): number {
  let most = 0;
  let first = 0;
  for (let i = 0; i < own.length; i++) {
    if (own[i] > most) {
      most = own[i];
      first = i;
    }
  }
  if (p === Number.POSITIVE_INFINITY || most === 0) {
    for (let i = 0; i < own.length; i++) share[i * stride + at] = i === first ? 1 : 0;
    return most;
  }
  let sum = 0;
  for (let i = 0; i < own.length; i++) sum += (own[i] / most) ** p;
  const value = most * sum ** (1 / p);
  for (let i = 0; i < own.length; i++) share[i * stride + at] = own[i] <= 0 ? 0 : (own[i] / value) ** (p - 1);
  return value;
}
