/** When to draw: once a frame at most; for the news of a search, only as often as leaves the editor most of the time. */

/** A drawing and its frame may take a third of the time. */
const restPerCost = 2;
/** A frame that takes no longer than this costs nothing that could be saved. */
const cheapMs = 34;

export interface Clock {
  now(): number;
  frame(work: () => void): void;
  later(work: () => void, ms: number): void;
}

export class Pace {
  private framed = false;
  private measuring = false;
  private resting = false;
  private news = false;
  private restUntil = 0;

  constructor(
    private readonly draw: () => void,
    private readonly clock: Clock,
  ) {}

  /** In the next frame: what a person did is seen at once. */
  now(): void {
    if (this.framed) return;
    this.framed = true;
    this.clock.frame(() => {
      this.framed = false;
      const began = this.clock.now();
      this.draw();
      this.measuring = true;
      // The next frame comes when this one has been painted.
      this.clock.frame(() => {
        this.measuring = false;
        const ended = this.clock.now();
        const costMs = ended - began;
        this.restUntil = costMs > cheapMs ? ended + restPerCost * costMs : 0;
        if (this.news) this.soon();
        this.news = false;
      });
    });
  }

  /** When the last drawing has paid for itself. */
  soon(): void {
    const wait = this.restUntil - this.clock.now();
    if (this.measuring) this.news = true;
    else if (wait <= 0) this.now();
    else if (!this.resting) {
      this.resting = true;
      this.clock.later(() => {
        this.resting = false;
        this.now();
      }, wait);
    }
  }
}
