/** For a network: every layer with what it costs now and with its best mapping. */

import type { Candidate, DesignOffer, Run } from "../../server/src/features/explorer/protocol.ts";
import { Card, type CardHost } from "./card.ts";
import { h, replace } from "./dom.ts";
import { change, count, edp, energy } from "./format.ts";

const edpOf = ({ cost }: Candidate) => cost.energyPj * cost.cycles;

export class LayersCard extends Card {
  private readonly box = h("div", { class: "layer-table", tabindex: "0", role: "region", "aria-label": "Layers" });
  private shown = "";

  constructor(
    host: CardHost,
    private readonly select: (layer: number) => void,
  ) {
    super(host, "Layers", { wide: true });
    this.body.append(this.box);
  }

  draw(offer: DesignOffer, runs: readonly Run[], layer: number): void {
    const best = offer.layers.map(({ index }) => bestOf(runs.filter((run) => run.layer === index)));
    const total = (pick: (candidate: Candidate) => number, of: (index: number) => Candidate | null) =>
      offer.layers.reduce((sum, { index, count: times }) => {
        const candidate = of(index);
        return candidate === null ? Number.NaN : sum + times * pick(candidate);
      }, 0);
    const network = (of: (index: number) => Candidate | null) =>
      total(({ cost }) => cost.cycles, of) * total(({ cost }) => cost.energyPj, of);
    const now = network((i) => offer.layers[i].before);
    const then = network((i) => best[i] ?? offer.layers[i].before);
    const gained = Number.isFinite(now) && then < now ? `: ${change(now, then)} with the best mappings found` : "";
    this.set(
      `${offer.layers.length} layers${Number.isFinite(now) ? `, EDP of the network ${edp(now)} pJ·cycles` : ""}${gained}.`,
      {
        columns: ["Layer", "Times", "MACs", "EDP in the file", "Best EDP", "Best cycles", "Best energy (pJ)"],
        rows: offer.layers.map(({ name, count: times, macs, before }, i) => [
          name,
          times,
          macs,
          before === null ? "" : edpOf(before),
          best[i] === null ? "" : edpOf(best[i]),
          best[i]?.cost.cycles ?? "",
          best[i]?.cost.energyPj ?? "",
        ]),
      },
    );
    const text = JSON.stringify([
      offer.layers.map(({ name, before }) => [name, before?.cost]),
      best.map((b) => b?.cost),
      layer,
    ]);
    if (text === this.shown) return;
    this.shown = text;
    const rows = offer.layers.map(({ index, name, count: times, before, bounds }) => {
      const found = best[index];
      const pick = h("button", {
        class: "quiet",
        type: "button",
        text: name,
        title: bounds,
        "aria-pressed": String(index === layer),
      });
      pick.addEventListener("click", () => this.select(index));
      const cell = (content: string) => h("td", { class: "number", text: content });
      return h(
        "tr",
        { class: index === layer ? "chosen" : undefined },
        h("th", { scope: "row" }, pick),
        cell(count(times)),
        cell(before === null ? "–" : edp(edpOf(before))),
        cell(found === null ? "–" : edp(edpOf(found))),
        cell(found === null || before === null ? "" : change(edpOf(before), edpOf(found))),
        cell(found === null ? "" : count(found.cost.cycles)),
        cell(found === null ? "" : energy(found.cost.energyPj)),
      );
    });
    const heads = ["Layer", "Times", "EDP in the file", "Best EDP", "Change", "Cycles", "Energy"];
    const head = h("tr", {}, ...heads.map((name) => h("th", { scope: "col", text: name })));
    replace(this.box, h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)));
  }
}

function bestOf(runs: readonly Run[]): Candidate | null {
  return runs.reduce<Candidate | null>(
    (least, { best }) => (best !== null && (least === null || edpOf(best) < edpOf(least)) ? best : least),
    null,
  );
}
