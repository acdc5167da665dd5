/** One line of progress on a terminal. */

import type { SearchProgress } from "../engine/search/progress.ts";
import type { PoolSettings } from "../worker/pool.ts";
import { formatCount, formatNumber, formatPercent } from "../workspace/quantities.ts";
import { bar } from "./table.ts";

const everyMs = 200;
const width = 20;

export class SearchBar {
  private readonly out: NodeJS.WriteStream;
  private readonly settings: PoolSettings;
  private readonly started = performance.now();
  private shown = Number.NEGATIVE_INFINITY;

  constructor(out: NodeJS.WriteStream, settings: PoolSettings) {
    this.out = out;
    this.settings = settings;
  }

  show(progress: SearchProgress): void {
    const now = performance.now();
    if (!this.out.isTTY || now - this.shown < everyMs) return;
    this.shown = now;
    const { evaluations, milliseconds } = this.settings;
    const spent = now - this.started;
    const share = Math.max(
      evaluations === null ? 0 : progress.evaluations / evaluations,
      milliseconds === null ? 0 : spent / milliseconds,
    );
    const { best, bound } = progress;
    const gap = best === null || bound === null ? "" : `, gap ${formatPercent(Math.max(0, 1 - bound / best.value), 2)}`;
    const found = best === null ? "nothing valid yet" : `best ${formatNumber(best.value)}${gap}`;
    const blocks = bar(share, width).padEnd(width);
    this.out.write(
      `\r\x1b[K${blocks} ${formatCount(progress.evaluations)} tried, ${found}, ${(spent / 1000).toFixed(1)} s`,
    );
  }

  clear(): void {
    if (this.out.isTTY) this.out.write("\r\x1b[K");
  }
}
