/** Costs recorded before fewer are: each as many again as before cost twice as many tries. */
const before = 512;
/** Numbers kept until they are taken. */
const most = 2048;

/** A sample of what a search tries, for pictures: every mapping at first, then ever fewer. */
export class TriedSample {
  private costs: number[] = [];
  private stride = 1;
  private left = before;
  private skip = 0;

  add(energyPj: number, cycles: number): void {
    if (this.isDue()) this.keep(energyPj, cycles);
  }

  /** Counts a try: is its cost wanted? */
  isDue(): boolean {
    if (--this.skip > 0) return false;
    this.skip = this.stride;
    return true;
  }

  keep(energyPj: number, cycles: number): void {
    if (this.costs.length < most) this.costs.push(energyPj, cycles);
    if (--this.left > 0) return;
    this.left = before;
    this.stride *= 2;
  }

  /** Energies and cycles in turn since they were last taken. */
  take(): readonly number[] | undefined {
    if (this.costs.length === 0) return undefined;
    const { costs } = this;
    this.costs = [];
    return costs;
  }
}
