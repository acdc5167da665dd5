/** Points of which none is at least as good as another in both coordinates, by ascending `x` (smaller is better). */
export class ParetoFront<T> {
  readonly points: { x: number; y: number; value: T }[] = [];

  clear(): void {
    this.points.length = 0;
  }

  /** True where (x, y) would enter the front. */
  improves(x: number, y: number): boolean {
    const i = this.lowerBound(x);
    if (i < this.points.length && this.points[i].x === x && this.points[i].y <= y) return false;
    return i === 0 || this.points[i - 1].y > y;
  }

  /** Adds a point and drops those it dominates. `make` runs only for points that enter. */
  add(x: number, y: number, make: () => T): boolean {
    if (!this.improves(x, y)) return false;
    const i = this.lowerBound(x);
    let end = i;
    while (end < this.points.length && this.points[end].y >= y) end++;
    this.points.splice(i, end - i, { x, y, value: make() });
    return true;
  }

  /** Index of the first point with coordinate ≥ x. */
  private lowerBound(x: number): number {
    let low = 0;
    let high = this.points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.points[middle].x < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
