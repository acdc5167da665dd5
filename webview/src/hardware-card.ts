/** What a co-search made of the hardware: array and buffers, in the file and as sized. */

import type { HardwareRow, NetworkFound } from "../../server/src/features/explorer/protocol.ts";
import { Card, type CardHost } from "./card.ts";
import { h, replace } from "./dom.ts";
import { change, count } from "./format.ts";
import type { Picture } from "./picture.ts";
import { type Theme, withAlpha } from "./theme.ts";

interface Size {
  name: string;
  unit: string;
  before: number;
  after: number;
  text: string;
}

export class HardwareCard extends Card {
  private readonly box = h("ul", { class: "sizes" });
  private shown: NetworkFound | null = null;
  private theme: Theme | null = null;

  constructor(host: CardHost) {
    super(host, "Hardware", { wide: true });
    this.body.append(this.box);
    this.offerPicture(() => this.picture());
  }

  draw(network: NetworkFound | null, theme: Theme): void {
    this.element.hidden = network === null;
    if (network === null || (network === this.shown && theme === this.theme)) return;
    this.shown = network;
    this.theme = theme;
    const sizes = sizesOf(network);
    const differing = sizes.filter(({ before, after }) => before !== after);
    this.set(
      differing.length === 0
        ? "The hardware stays as it is."
        : `${differing.length} of ${sizes.length} sizes changed. Pale bars: in the file.`,
      {
        columns: ["Part", "In the file", "Sized", "Unit"],
        rows: sizes.map(({ name, before, after, unit }) => [name, before, after, unit]),
      },
    );
    const color = theme.series[0];
    replace(
      this.box,
      ...sizes.map(({ name, before, after, unit, text }) => {
        const bar = (value: number, kind: string) => {
          const element = h("span", { class: `size-bar ${kind}` });
          element.style.width = `${(100 * value) / Math.max(before, after, 1)}%`;
          element.style.setProperty("--key", color);
          return element;
        };
        return h(
          "li",
          { class: "size" },
          h("span", { class: "size-name", text: name }),
          h("span", { class: "size-bars", "aria-hidden": "true" }, bar(before, "was"), bar(after, "is")),
          h("span", { class: "size-text", text: `${text} ${unit}` }),
          h("span", { class: "size-change", text: changed(before, after) }),
        );
      }),
    );
  }

  private picture(): Picture | null {
    const { shown, theme } = this;
    if (shown === null || theme === null) return null;
    const sizes = sizesOf(shown);
    const [line, names, bars, texts] = [30, 180, 240, 320];
    return {
      width: names + bars + texts,
      height: line * sizes.length,
      theme,
      paint(pen) {
        pen.textBaseline = "middle";
        pen.textAlign = "left";
        pen.font = `12px ${theme.font}`;
        sizes.forEach(({ name, before, after, unit, text }, i) => {
          const middle = line * (i + 0.5);
          const width = (value: number) => Math.max(1, (bars * value) / Math.max(before, after, 1));
          pen.fillStyle = theme.foreground;
          pen.fillText(name, 0, middle);
          pen.fillText(`${text} ${unit}, ${changed(before, after)}`, names + bars + 12, middle);
          pen.fillStyle = withAlpha(theme.series[0], 0.35);
          pen.fillRect(names, middle - 7, width(before), 6);
          pen.fillStyle = theme.series[0];
          pen.fillRect(names, middle + 1, width(after), 6);
        });
      },
    };
  }
}

const changed = (before: number, after: number) => (before === after ? "same" : change(before, after));

function sizesOf({ hardware, areaUm2 }: NetworkFound): Size[] {
  const compute = hardware.at(-1);
  const units = ({ meshX, meshY }: HardwareRow["before"]) => meshX * meshY;
  const mesh = ({ meshX, meshY }: HardwareRow["before"]) => `${meshX} × ${meshY}`;
  const fromTo = (before: string, after: string) => (before === after ? before : `${before} → ${after}`);
  const array: Size[] =
    compute === undefined
      ? []
      : [
          {
            name: `Array of ${compute.name}`,
            unit: "units",
            before: units(compute.before),
            after: units(compute.after),
            text: fromTo(mesh(compute.before), mesh(compute.after)),
          },
        ];
  const buffers = hardware.flatMap(({ name, before, after }): Size[] =>
    before.capacityWords === null || after.capacityWords === null || before.capacityWords <= 1
      ? []
      : [
          {
            name: units(after) > 1 ? `${name}, each of ${count(units(after))}` : name,
            unit: "words",
            before: before.capacityWords,
            after: after.capacityWords,
            text: fromTo(count(before.capacityWords), count(after.capacityWords)),
          },
        ],
  );
  const square = (um2: number) => Number((um2 / 1e6).toPrecision(4));
  const area: Size[] =
    areaUm2.before === 0
      ? []
      : [
          {
            name: "Area",
            unit: "mm²",
            before: square(areaUm2.before),
            after: square(areaUm2.after),
            text: fromTo(count(square(areaUm2.before)), count(square(areaUm2.after))),
          },
        ];
  return [...array, ...buffers, ...area];
}
