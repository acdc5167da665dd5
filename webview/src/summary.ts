/** Before and after in four figures, and what can be done with the mapping at hand. */

import type { Candidate, DesignOffer } from "../../server/src/features/explorer/protocol.ts";
import { h, replace, setText } from "./dom.ts";
import { change, count, edp, energy, percent } from "./format.ts";

export interface SummaryHost {
  apply(): void;
  diff(): void;
  layer(index: number): void;
}

const figures: readonly { name: string; of(candidate: Candidate): number; text(value: number): string; up?: true }[] = [
  { name: "EDP, pJ·cycles", of: ({ cost }) => cost.energyPj * cost.cycles, text: edp },
  { name: "Energy", of: ({ cost }) => cost.energyPj, text: energy },
  { name: "Cycles", of: ({ cost }) => cost.cycles, text: count },
  { name: "MACs busy", of: ({ cost }) => cost.utilization, text: percent, up: true },
];

export class Summary {
  readonly element: HTMLElement;
  private readonly title = h("h1", {});
  private readonly facts = h("p", { class: "facts" });
  private readonly layers = h("select", { "aria-label": "Layer" });
  private readonly tiles: { value: HTMLElement; was: HTMLElement; chip: HTMLElement }[];
  private readonly apply = h("button", { class: "primary", type: "button", text: "Apply" });
  private readonly diff = h("button", { type: "button", text: "Show diff" });
  private readonly what = h("p", { class: "what" });
  private shown = "";

  constructor(host: SummaryHost) {
    this.tiles = figures.map(() => ({
      value: h("span", { class: "tile-value" }),
      was: h("span", { class: "tile-was" }),
      chip: h("span", { class: "chip" }),
    }));
    this.apply.addEventListener("click", () => host.apply());
    this.diff.addEventListener("click", () => host.diff());
    this.layers.addEventListener("change", () => host.layer(Number(this.layers.value)));
    this.element = h(
      "header",
      { class: "summary" },
      h("div", { class: "title-row" }, this.title, this.layers),
      this.facts,
      h(
        "dl",
        { class: "tiles" },
        ...this.tiles.map(({ value, was, chip }, i) =>
          h(
            "div",
            { class: "tile" },
            h("dt", { text: figures[i].name }),
            h("dd", {}, value, h("span", { class: "tile-change" }, chip, was)),
          ),
        ),
      ),
      h("div", { class: "act-row" }, this.what, h("div", { class: "buttons" }, this.apply, this.diff)),
    );
  }

  draw(offer: DesignOffer, layer: number, before: Candidate | null, after: Candidate | null, label: string): void {
    setText(this.title, offer.name);
    const own = offer.layers[layer];
    setText(this.facts, own === undefined ? "" : `${own.bounds} · ${count(own.macs)} MACs`);
    this.layers.hidden = offer.layers.length < 2;
    const names = offer.layers.map(({ name, count: times }) => (times > 1 ? `${name} (${times} ×)` : name));
    if (names.join("\n") !== this.shown) {
      this.shown = names.join("\n");
      replace(this.layers, ...names.map((text, i) => h("option", { value: i, text })));
    }
    this.layers.value = String(layer);
    this.tiles.forEach(({ value, was, chip }, i) => {
      const { of, text, up } = figures[i];
      const now = after ?? before;
      setText(value, now === null ? "–" : text(of(now)));
      const differs = after !== null && before !== null && of(after) !== of(before);
      setText(was, differs ? `was ${text(of(before))}` : "");
      setText(chip, differs ? change(of(before), of(after)) : "");
      chip.className = "chip";
      if (differs) chip.classList.add(of(after) < of(before) === (up === undefined) ? "better" : "worse");
    });
    const found = after !== null;
    this.apply.hidden = !found;
    this.diff.hidden = !found;
    setText(this.apply, offer.mappingUri === null ? "Write mapping file" : "Apply");
    const worse = after !== null && before !== null && figures[0].of(after) > figures[0].of(before);
    this.apply.classList.toggle("primary", !worse);
    setText(
      this.what,
      found
        ? worse
          ? `${label} The mapping in the file has the lower EDP.`
          : label
        : before === null
          ? "There is no mapping yet."
          : "The mapping in the file.",
    );
  }
}
