/** Before and after in four figures, and what can be done with the mapping at hand. */

import type { Candidate, DesignOffer } from "../../server/src/features/explorer/protocol.ts";
import { h, replace, setText } from "./dom.ts";
import { change, count, edp, energy, objectiveName, objectiveValue, percent } from "./format.ts";
import { isSame } from "./held.ts";
import { type Goal, goalValue } from "./run.ts";

export interface SummaryHost {
  apply(): void;
  diff(): void;
  layer(index: number): void;
}

interface Figure {
  name: string;
  /** Left out where a candidate has none. */
  optional?: true;
  of(candidate: Candidate): number;
  text(value: number): string;
  /** Standard deviation of its logarithm, where that is known. */
  deviation?(candidate: Candidate): number | undefined;
  up?: true;
}

const figures: readonly Figure[] = [
  { name: "EDP, pJ·cycles", of: ({ cost }) => cost.energyPj * cost.cycles, text: edp },
  { name: "Energy", of: ({ cost }) => cost.energyPj, text: energy },
  {
    name: "Cycles",
    of: ({ cost }) => cost.cycles,
    text: count,
    deviation: ({ cost }) => cost.learned?.analyticalLogDeviation,
  },
  {
    name: "Cycles, learned",
    optional: true,
    of: ({ cost }) => cost.learned?.cycles ?? Number.NaN,
    text: (value) => count(Math.round(value)),
    deviation: ({ cost }) => cost.learned?.logDeviation,
  },
  { name: "MACs busy", of: ({ cost }) => cost.utilization, text: percent, up: true },
];

export class Summary {
  readonly element: HTMLElement;
  private readonly title = h("h1", {});
  private readonly facts = h("p", { class: "facts" });
  private readonly layers = h("select", { "aria-label": "Layer" });
  private readonly tiles: { element: HTMLElement; value: HTMLElement; was: HTMLElement; chip: HTMLElement }[];
  private readonly apply = h("button", { class: "primary", type: "button", text: "Apply" });
  private readonly diff = h("button", { type: "button", text: "Show diff" });
  private readonly what = h("p", { class: "what" });
  private shown = "";

  constructor(host: SummaryHost) {
    this.tiles = figures.map(({ name }) => {
      const value = h("span", { class: "tile-value" });
      const was = h("span", { class: "tile-was" });
      const chip = h("span", { class: "chip" });
      const change = h("span", { class: "tile-change" }, chip, was);
      return {
        element: h("div", { class: "tile" }, h("dt", { text: name }), h("dd", {}, value, change)),
        value,
        was,
        chip,
      };
    });
    this.apply.addEventListener("click", () => host.apply());
    this.diff.addEventListener("click", () => host.diff());
    this.layers.addEventListener("change", () => host.layer(Number(this.layers.value)));
    this.element = h(
      "header",
      { class: "summary" },
      h("div", { class: "title-row" }, this.title, this.layers),
      this.facts,
      h("dl", { class: "tiles" }, ...this.tiles.map(({ element }) => element)),
      h("div", { class: "act-row" }, this.what, h("div", { class: "buttons" }, this.apply, this.diff)),
    );
  }

  /**
   * @param goal what the run that is looked at makes small
   * @param whole the mappings of all layers, and hardware
   */
  draw(
    offer: DesignOffer,
    layer: number,
    before: Candidate | null,
    after: Candidate | null,
    label: string,
    goal: Goal,
    whole: boolean,
  ): void {
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
    this.tiles.forEach(({ element, value, was, chip }, i) => {
      const { of, text, up, deviation, optional } = figures[i];
      const now = after ?? before;
      element.hidden = optional === true && (now === null || Number.isNaN(of(now)));
      const spread = now === null ? undefined : deviation?.(now);
      const within = spread === undefined ? "" : ` (×/÷ ${Math.exp(spread).toFixed(2)})`;
      setText(value, now === null ? "–" : `${text(of(now))}${within}`);
      const differs = after !== null && before !== null && of(after) !== of(before) && !Number.isNaN(of(before));
      setText(was, differs ? `was ${text(of(before))}` : "");
      const verdict = differs ? (of(after) < of(before) === (up === undefined) ? "better" : "worse") : "";
      setText(chip, differs ? `${change(of(before), of(after))} ${verdict}` : "");
      chip.className = `chip ${verdict}`;
    });
    const found = after !== null;
    this.apply.hidden = !found;
    this.diff.hidden = !found;
    setText(this.apply, offer.mappingUri === null && !whole ? "Write mapping file" : "Apply");
    const held = found && before !== null && offer.mappingUri !== null && isSame(after, before);
    this.apply.disabled = held;
    this.diff.disabled = held;
    const [then, now] = [before, after].map((candidate) => candidate && goalValue(goal, candidate));
    const worse = then !== null && now !== null && now > then;
    this.apply.classList.toggle("primary", !worse);
    setText(
      this.what,
      found
        ? `${label}${held ? " It is in the file." : worse ? ` The mapping in the file is better: ${objectiveName(goal)} ${objectiveValue(goal, then)}.` : ""}`
        : before === null
          ? "There is no mapping yet."
          : "The mapping in the file.",
    );
  }
}
