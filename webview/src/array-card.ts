/** The arrays below each fan-out, and how much of them the spatial loops put to work. */

import type { ArrayView, CandidateView } from "../../server/src/features/explorer/protocol.ts";
import { Card, type CardHost } from "./card.ts";
import { h, replace, svg } from "./dom.ts";
import { count, percent } from "./format.ts";
import type { Picture } from "./picture.ts";
import { type Theme, withAlpha } from "./theme.ts";

/** Larger arrays are drawn as areas instead of cells. */
const mostCells = 32;
const side = 200;

export class ArrayCard extends Card {
  private readonly box = h("div", { class: "arrays" });
  private readonly empty = h("p", { class: "empty", text: "This hardware has no array." });
  private theme: Theme | null = null;
  private arrays: readonly ArrayView[] = [];

  constructor(
    host: CardHost,
    private readonly reveal: (level: number) => void,
  ) {
    super(host, "Array");
    this.body.append(this.box, this.empty);
    this.offerPicture(() => this.picture());
  }

  draw(view: CandidateView, theme: Theme): void {
    this.theme = theme;
    const { arrays } = view;
    this.arrays = arrays;
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
    const button = h("button", {
      class: "quiet",
      type: "button",
      text: captionOf(array),
      on: { click: () => this.reveal(array.level) },
    });
    return h(
      "figure",
      { class: "array" },
      h("figcaption", {}, button),
      drawArray(array, theme),
      h("p", {
        class: "array-axes",
        text: axesText(array),
      }),
    );
  }

  private picture(): Picture | null {
    const { theme, arrays } = this;
    if (theme === null || arrays.length === 0) return null;
    const figures = arrays.map((array) => ({ array, ...cellsOf(array, theme), text: axesText(array) }));
    const widths = figures.map(({ width, text }) => Math.max(width, 7 * text.length) + 24);
    const tallest = Math.max(...figures.map(({ height }) => height));
    return {
      width: widths.reduce((sum, width) => sum + width, 0),
      height: tallest + 48,
      theme,
      paint(pen) {
        pen.textAlign = "center";
        pen.textBaseline = "middle";
        pen.font = `12px ${theme.font}`;
        let middle = 0;
        figures.forEach(({ array, cells, width, height, text }, i) => {
          middle += widths[i] / 2;
          pen.fillStyle = theme.foreground;
          pen.fillText(captionOf(array), middle, 10);
          for (const cell of cells) {
            const [x, y] = [middle - width / 2 + cell.x, 24 + cell.y];
            pen.fillStyle = cell.fill;
            pen.fillRect(x, y, cell.width, cell.height);
            pen.lineWidth = cell["stroke-width"];
            pen.strokeStyle = cell.stroke;
            if (cell.stroke !== "none") pen.strokeRect(x, y, cell.width, cell.height);
          }
          pen.fillStyle = theme.muted;
          pen.fillText(text, middle, 24 + height + 14);
          middle += widths[i] / 2;
        });
      },
    };
  }
}

const captionOf = ({ levelName, childName }: ArrayView) => `${levelName} → ${childName}`;

function axesText({ alongX, alongY, usedX, usedY, width, height }: ArrayView): string {
  const along = (loops: readonly string[], used: number, size: number) =>
    `${loops.join(" · ")}${loops.length > 1 ? ` = ${used}` : loops.length === 0 ? used : ""} of ${size}`;
  return `X: ${along(alongX, usedX, width)}   Y: ${along(alongY, usedY, height)}`;
}

interface Cell {
  x: number;
  y: number;
  width: number;
  height: number;
  rx: number;
  fill: string;
  stroke: string;
  "stroke-width": number;
}

/** Rectangles with the attributes they have in SVG, and the size of all. */
function cellsOf({ width, height, usedX, usedY }: ArrayView, theme: Theme) {
  const cell = Math.min(26, side / Math.max(width, height));
  const color = theme.series[0];
  const idle = withAlpha(theme.foreground, 0.12);
  const edge = withAlpha(theme.foreground, theme.contrast ? 0.9 : 0.35);
  const cells: Cell[] = [];
  const size = { width: Math.max(8, width * cell), height: Math.max(8, height * cell) };
  if (width > mostCells || height > mostCells) {
    cells.push({ x: 0, y: 0, ...size, rx: 0, fill: idle, stroke: edge, "stroke-width": 1 });
    const used = { width: usedX * cell, height: usedY * cell };
    cells.push({ x: 0, y: 0, ...used, rx: 0, fill: color, stroke: "none", "stroke-width": 0 });
    return { cells, ...size };
  }
  const gap = cell > 6 ? 1.5 : 0.5;
  const inner = Math.max(1, cell - gap);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const busy = x < usedX && y < usedY;
      cells.push({
        ...{ x: x * cell + gap / 2, y: y * cell + gap / 2, width: inner, height: inner, rx: cell > 10 ? 2 : 0 },
        ...{ fill: busy ? color : idle, stroke: busy ? "none" : edge, "stroke-width": 0.4 },
      });
    }
  }
  return { cells, ...size };
}

function drawArray(array: ArrayView, theme: Theme): SVGElement {
  const { usedX, usedY, levelName, childName } = array;
  const { cells, width, height } = cellsOf(array, theme);
  const label = `Array below ${levelName}: ${usedX} by ${usedY} of ${array.width} by ${array.height} ${childName} at work`;
  const box = { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label };
  return svg("svg", box, ...cells.map((cell) => svg("rect", { ...cell })));
}
