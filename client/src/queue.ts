/** Runs one job at a time and keeps at most one waiting: further calls share the waiting one. */
export class OneAtATime {
  private running: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | null = null;

  constructor(private readonly job: () => Promise<void>) {}

  run(): Promise<void> {
    this.waiting ??= this.running.then(() => {
      this.waiting = null;
      this.running = this.job().catch(() => {});
      return this.running;
    });
    return this.waiting;
  }
}
