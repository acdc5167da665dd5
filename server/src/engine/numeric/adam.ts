/** Adam (Kingma & Ba 2015): steps against a gradient, scaled by running moments. */
export class Adam {
  private readonly first: Float64Array;
  private readonly second: Float64Array;
  private steps = 0;

  constructor(size: number) {
    this.first = new Float64Array(size);
    this.second = new Float64Array(size);
  }

  reset(): void {
    this.first.fill(0);
    this.second.fill(0);
    this.steps = 0;
  }

  /** Moves `x` in place. */
  step(x: Float64Array, gradient: Float64Array, rate: number, beta1 = 0.9, beta2 = 0.999): void {
    this.steps++;
    const unbias1 = 1 - beta1 ** this.steps;
    const unbias2 = 1 - beta2 ** this.steps;
    for (let i = 0; i < x.length; i++) {
      this.first[i] = beta1 * this.first[i] + (1 - beta1) * gradient[i];
      this.second[i] = beta2 * this.second[i] + (1 - beta2) * gradient[i] * gradient[i];
      x[i] -= (rate * (this.first[i] / unbias1)) / (Math.sqrt(this.second[i] / unbias2) + 1e-8);
    }
  }
}
