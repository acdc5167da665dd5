/** For a network: every layer with what it costs now and with its best mapping. */

import type { Candidate, DesignOffer, Run } from "../../server/src/features/explorer/protocol.ts";
import { Card, type CardHost } from "./card.ts";
import { h, replace } from "./dom.ts";
import { change, count, edp, energy } from "./format.ts";
import { networkOf } from "./run.ts";

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

  /** @param cosearch the one looked at: its mappings are on other hardware and stand for themselves */
  draw(offer: DesignOffer, runs: readonly Run[], layer: number, cosearch: Run | null): void {
    const best = offer.layers.map(
      ({ index }) =>
        cosearch?.network?.layers[index] ?? bestOf(runs.filter((run) => run.layer === index && !run.cosearch)),
    );
    const now = networkOf(offer.layers, (i) => offer.layers[i].before);
    const then = networkOf(offer.layers, (i) => best[i] ?? offer.layers[i].before);
    const by = cosearch === null ? "with the best mappings found" : `by ${cosearch.label}`;
    const gained = now && then && edpOf(then) < edpOf(now) ? `, ${change(edpOf(now), edpOf(then))} ${by}` : "";
    this.set(
      `${offer.layers.length} layers${now ? `, EDP of the network ${edp(edpOf(now))} pJ·cycles` : ""}${gained}.`,
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
