/** The arrays below each fan-out, and how much of them the spatial loops put to work. */

import type { ArrayView, CandidateView } from "../../server/src/features/explorer/protocol.ts";
import { Card, type CardHost } from "./card.ts";
import { h, replace, svg } from "./dom.ts";
import { toBase64 } from "./export.ts";
import { count, percent } from "./format.ts";
import { type Theme, withAlpha } from "./theme.ts";

/** Larger arrays are drawn as areas instead of cells. */
const mostCells = 32;
const side = 200;

export class ArrayCard extends Card {
  private readonly box = h("div", { class: "arrays" });
  private readonly empty = h("p", { class: "empty", text: "This hardware has no array." });
  private theme: Theme | null = null;

  constructor(
    host: CardHost,
    private readonly reveal: (level: number) => void,
  ) {
    super(host, "Array");
    this.body.append(this.box, this.empty);
    this.offerPicture({ kind: "svg", base64: () => toBase64(this.svg()) });
  }

  draw(view: CandidateView, theme: Theme): void {
    this.theme = theme;
    const { arrays } = view;
    this.empty.hidden = arrays.length > 0;
    const used = arrays.reduce((product, { usedX, usedY }) => product * usedX * usedY, 1);
    const all = arrays.reduce((product, { width, height }) => product * width * height, 1);
    this.set(arrays.length === 0 ? "" : `${count(used)} of ${count(all)} units at work (${percent(used / all)}).`, {
      columns: ["Below", "Unit", "Along X", "Along Y", "Used X", "Used Y", "Width", "Height"],
      rows: arrays.map((array) => [
        array.levelName,
        array.childName,
        array.alongX.join(" · "),
        array.alongY.join(" · "),
        array.usedX,
        array.usedY,
        array.width,
        array.height,
      ]),
    });
    replace(this.box, ...arrays.map((array) => this.figure(array, theme)));
  }

  private figure(array: ArrayView, theme: Theme): HTMLElement {
    const along = (loops: readonly string[], used: number, size: number) =>
      `${loops.join(" · ")}${loops.length > 1 ? ` = ${used}` : loops.length === 0 ? used : ""} of ${size}`;
    const button = h("button", {
      class: "quiet",
      type: "button",
      text: `${array.levelName} → ${array.childName}`,
      on: { click: () => this.reveal(array.level) },
    });
    return h(
      "figure",
      { class: "array" },
      h("figcaption", {}, button),
      drawArray(array, theme),
      h("p", {
        class: "array-axes",
        text: `X: ${along(array.alongX, array.usedX, array.width)}   Y: ${along(array.alongY, array.usedY, array.height)}`,
      }),
    );
  }

  private svg(): string {
    const pictures = [...this.box.querySelectorAll("svg")];
    const width = 20 + pictures.reduce((sum, picture) => sum + picture.viewBox.baseVal.width + 20, 0);
    const root = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height: side + 40 });
    root.append(svg("rect", { width: "100%", height: "100%", fill: this.theme?.background ?? "#fff" }));
    let x = 20;
    for (const picture of pictures) {
      const group = svg("g", { transform: `translate(${x} 20)` });
      for (const child of picture.children) group.append(child.cloneNode(true));
      root.append(group);
      x += picture.viewBox.baseVal.width + 20;
    }
    return `${new XMLSerializer().serializeToString(root)}\n`;
  }
}

function drawArray({ width, height, usedX, usedY, levelName, childName }: ArrayView, theme: Theme): SVGElement {
  const cell = Math.min(26, side / Math.max(width, height));
  const w = Math.max(8, width * cell);
  const hgt = Math.max(8, height * cell);
  const label = `Array below ${levelName}: ${usedX} by ${usedY} of ${width} by ${height} ${childName} at work`;
  const root = svg("svg", { viewBox: `0 0 ${w} ${hgt}`, width: w, height: hgt, role: "img", "aria-label": label });
  const color = theme.series[0];
  const idle = withAlpha(theme.foreground, 0.12);
  const edge = withAlpha(theme.foreground, theme.contrast ? 0.9 : 0.35);
  if (width <= mostCells && height <= mostCells) {
    const gap = cell > 6 ? 1.5 : 0.5;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const busy = x < usedX && y < usedY;
        const size = Math.max(1, cell - gap);
        const place = {
          x: x * cell + gap / 2,
          y: y * cell + gap / 2,
          width: size,
          height: size,
          rx: cell > 10 ? 2 : 0,
        };
        root.append(
          svg("rect", { ...place, fill: busy ? color : idle, stroke: busy ? "none" : edge, "stroke-width": 0.4 }),
        );
      }
    }
    return root;
  }
  root.append(svg("rect", { width: w, height: hgt, fill: idle, stroke: edge }));
  root.append(svg("rect", { width: usedX * cell, height: usedY * cell, fill: color }));
  return root;
}
