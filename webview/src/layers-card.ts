/** For a network: every layer with what it costs now and with its best mapping. */

import type { Candidate, DesignOffer, Run } from "../../server/src/features/explorer/protocol.ts";
import { Card, type CardHost } from "./card.ts";
import { h, replace } from "./dom.ts";
import { change, count, objectiveName, objectiveValue, plainValue } from "./format.ts";
import { type Goal, goalValue, networkOf, objectiveOf } from "./run.ts";

/** What a layer costs beside the value that counts. */
const figures: readonly { name: string; unit: string; goal: Goal; of(candidate: Candidate): number }[] = [
  { name: "EDP", unit: " (pJ·cycles)", goal: "edp", of: ({ cost }) => objectiveOf("edp", cost) },
  { name: "Cycles", unit: "", goal: "latency", of: ({ cost }) => cost.cycles },
  { name: "Energy", unit: " (pJ)", goal: "energy", of: ({ cost }) => cost.energyPj },
];

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

  /**
   * @param goal what the best of a layer is the best in
   * @param cosearch the one looked at: its mappings are on other hardware and stand for themselves
   */
  draw(offer: DesignOffer, runs: readonly Run[], layer: number, goal: Goal, cosearch: Run | null): void {
    const of = (candidate: Candidate | null) => candidate && goalValue(goal, candidate);
    const best = offer.layers.map(
      ({ index }) =>
        cosearch?.network?.layers[index] ??
        bestOf(
          runs.filter((run) => run.layer === index && !run.cosearch),
          of,
        ),
    );
    const [now, then] = [
      of(networkOf(offer.layers, (i) => offer.layers[i].before)),
      of(networkOf(offer.layers, (i) => best[i] ?? offer.layers[i].before)),
    ];
    const by = cosearch === null ? "with the best mappings found" : `by ${cosearch.label}`;
    const gained = now !== null && then !== null && then < now ? `, ${change(now, then)} ${by}` : "";
    const name = objectiveName(goal);
    const others = figures.filter((figure) => figure.goal !== goal);
    const all = now === null ? "" : `, ${name} of the network ${objectiveValue(goal, now)}`;
    this.set(`${offer.layers.length} layers${all}${gained}.`, {
      columns: [
        ...["Layer", "Times", "MACs", `${name} in the file`, `Best ${name}`],
        ...others.map((figure) => `${figure.name}${figure.unit}`),
      ],
      rows: offer.layers.map(({ name, count: times, macs, before }, i) => [
        ...[name, times, macs, of(before) ?? "", of(best[i]) ?? ""],
        ...others.map((figure) => best[i] && figure.of(best[i])).map((value) => value ?? ""),
      ]),
    });
    const text = JSON.stringify([
      offer.layers.map(({ name, before }) => [name, before?.cost]),
      best.map((b) => [b?.cost, b?.measured]),
      layer,
      goal,
    ]);
    if (text === this.shown) return;
    this.shown = text;
    const rows = offer.layers.map(({ index, name, count: times, before, bounds }) => {
      const found = best[index];
      const [was, is] = [of(before), of(found)];
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
        ...[was, is].map((value) => cell(value === null ? "–" : plainValue(goal, value))),
        cell(was === null || is === null ? "" : change(was, is)),
        ...others.map((figure) => cell(found === null ? "" : plainValue(figure.goal, figure.of(found)))),
      );
    });
    const heads = [
      "Layer",
      "Times",
      `${name} in the file`,
      `Best ${name}`,
      "Change",
      ...others.map((other) => other.name),
    ];
    const head = h("tr", {}, ...heads.map((name) => h("th", { scope: "col", text: name })));
    replace(this.box, h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)));
  }
}

function bestOf(runs: readonly Run[], of: (candidate: Candidate | null) => number | null): Candidate | null {
  const found = runs.flatMap(({ best }) => best ?? []);
  const ranked = (candidate: Candidate) => of(candidate) ?? Number.POSITIVE_INFINITY;
  return found.reduce<Candidate | null>(
    (least, candidate) => (least === null || ranked(candidate) < ranked(least) ? candidate : least),
    null,
  );
}
