/** How many different sums `a·i + b·j` there are with 0 ≤ i < p and 0 ≤ j < q, for whole a, b ≥ 1. */
export function differentSums(a: number, p: number, b: number, q: number): number {
  // A sum repeats exactly under (i + b/g, j − a/g).
  const g = gcd(a, b);
  return p * q - Math.max(0, p - b / g) * Math.max(0, q - a / g);
}

function gcd(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y !== 0) {
    const rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}
