/** The pictures of one mapping: where its energy goes, what it holds, its loops, its arrays and what bounds it. */

import type { CandidateView, LevelPlace } from "../../server/src/features/explorer/protocol.ts";
import { ArrayCard } from "./array-card.ts";
import type { CardHost } from "./card.ts";
import { ChartCard } from "./chart-card.ts";
import { bufferUse } from "./drawings/buffer-use.ts";
import { energyByLevel } from "./drawings/energy-by-level.ts";
import { rooflineChart } from "./drawings/roofline.ts";
import { NestCard } from "./nest-card.ts";
import type { Theme } from "./theme.ts";

export class MappingCards {
  readonly energy: ChartCard<"bar">;
  readonly buffers: ChartCard<"bar">;
  readonly roofline: ChartCard<"scatter">;
  readonly nest: NestCard;
  readonly array: ArrayCard;
  /** What they were drawn from. */
  private drawn: unknown[] = [];

  constructor(host: CardHost, reveal: (level: number, part: LevelPlace["part"]) => void) {
    this.energy = new ChartCard(host, "Energy by level", "bar");
    this.buffers = new ChartCard(host, "Buffers", "bar");
    this.roofline = new ChartCard(host, "Roofline", "scatter");
    this.nest = new NestCard(host, reveal);
    this.array = new ArrayCard(host, (level) => reveal(level, "spatial"));
  }

  /** @param other what it is held against */
  draw(other: CandidateView | null, now: CandidateView | null, theme: Theme): void {
    this.nest.element.hidden = now === null;
    this.array.element.hidden = now === null;
    if (now === null) {
      this.drawn = [];
      const blank = "Run a search, or open a mapping, to see what it does.";
      for (const card of [this.energy, this.buffers, this.roofline]) card.draw(blank, theme);
      return;
    }
    const drawn = [other, now, theme];
    if (drawn.every((part, i) => part === this.drawn[i])) return;
    this.drawn = drawn;
    this.energy.draw(energyByLevel(other, now, theme), theme);
    this.buffers.draw(bufferUse(other, now, theme), theme);
    this.roofline.draw(rooflineChart(other, now, theme), theme);
    this.nest.draw(now, theme);
    this.array.draw(now, theme);
  }
}
