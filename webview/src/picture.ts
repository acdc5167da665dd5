/** Pictures as they leave the panel: with title, what they say in a sentence and what their colours mean. */

import { h } from "./dom.ts";
import { toBase64 } from "./export.ts";
import type { Shape } from "./looks.ts";
import { SvgContext } from "./svg-context.ts";
import type { Theme } from "./theme.ts";

/** A canvas, or what takes drawing on one down as SVG. */
export type Pen = CanvasRenderingContext2D | SvgContext;

export interface Key {
  label: string;
  color: string;
  line?: "solid" | "dashed" | "dotted";
  hollow?: boolean;
  shape?: Shape;
}

/** Sizes in pixels. */
export interface Picture {
  width: number;
  height: number;
  theme: Theme;
  keys?: readonly Key[];
  paint(pen: Pen): void;
}

export interface Caption {
  title: string;
  summary: string;
}

const margin = 12;
const row = 18;
const swatch = 11;
/** Pixels of a PNG for one of the panel. */
const scale = 2;

interface Word {
  x: number;
  y: number;
  text: string;
  key?: Key;
}

/** Puts words one after the other and into the next row where there is no room. */
function inRows(
  words: readonly Omit<Word, "x" | "y">[],
  measure: (text: string) => number,
  width: number,
  gap: number,
) {
  const placed: Word[] = [];
  let [x, y] = [0, 0];
  for (const word of words) {
    const own = measure(word.text) + (word.key === undefined ? 0 : swatch + 5);
    if (x > 0 && x + own > width) [x, y] = [0, y + row];
    placed.push({ ...word, x, y });
    x += own + gap;
  }
  return { placed, height: placed.length === 0 ? 0 : y + row };
}

function drawSwatch(pen: Pen, { color, line, hollow, shape }: Key, left: number, middle: number): void {
  const top = middle - swatch / 2;
  pen.fillStyle = color;
  pen.strokeStyle = color;
  pen.lineWidth = 2;
  pen.beginPath();
  if (line !== undefined) {
    pen.setLineDash({ solid: [], dashed: [5, 3], dotted: [2, 2] }[line]);
    pen.moveTo(left, middle);
    pen.lineTo(left + swatch, middle);
    pen.stroke();
    pen.setLineDash([]);
  } else if (hollow) pen.strokeRect(left + 1, top + 1, swatch - 2, swatch - 2);
  else {
    if (shape === "circle") pen.arc(left + swatch / 2, middle, swatch / 2, 0, 2 * Math.PI);
    else if (shape === "triangle") {
      pen.moveTo(left + swatch / 2, top);
      pen.lineTo(left + swatch, top + swatch);
      pen.lineTo(left, top + swatch);
      pen.closePath();
    } else pen.rect(left, top, swatch, swatch);
    pen.fill();
  }
}

/** The picture below its title, its summary and its keys. */
function captioned({ title, summary }: Caption, picture: Picture, measuring: CanvasRenderingContext2D): Picture {
  const { theme, keys = [] } = picture;
  const font = `12px ${theme.font}`;
  const bold = `600 14px ${theme.font}`;
  measuring.font = bold;
  const width = Math.max(picture.width, 320, Math.ceil(measuring.measureText(title).width));
  measuring.font = font;
  const measure = (text: string) => measuring.measureText(text).width;
  const said = inRows(
    summary.split(" ").map((text) => ({ text })),
    measure,
    width,
    measure(" "),
  );
  const legend = inRows(
    keys.map((key) => ({ text: key.label, key })),
    measure,
    width,
    14,
  );
  const [saidAt, legendAt] = [margin + 24, margin + 24 + said.height + 4];
  const top = legendAt + legend.height + 8;
  return {
    theme,
    width: width + 2 * margin,
    height: top + picture.height + margin,
    paint(pen) {
      pen.textAlign = "left";
      pen.textBaseline = "middle";
      pen.font = bold;
      pen.fillStyle = theme.foreground;
      pen.fillText(title, margin, margin + 10);
      pen.font = font;
      for (const { x, y, text } of said.placed) {
        pen.fillStyle = theme.muted;
        pen.fillText(text, margin + x, saidAt + y + row / 2);
      }
      for (const { x, y, text, key } of legend.placed) {
        if (key) drawSwatch(pen, key, margin + x, legendAt + y + row / 2);
        pen.fillStyle = theme.muted;
        pen.fillText(text, margin + x + swatch + 5, legendAt + y + row / 2);
      }
      pen.save();
      pen.translate(margin, top);
      picture.paint(pen);
      pen.restore();
    },
  };
}

function canvasFor(width: number, height: number): CanvasRenderingContext2D {
  const context = h("canvas", { width, height }).getContext("2d");
  if (context === null) throw new Error("There is no canvas to draw on.");
  return context;
}

/** As base64. */
export function toPng(caption: Caption, picture: Picture): string {
  const { width, height, theme, paint } = captioned(caption, picture, canvasFor(1, 1));
  const pen = canvasFor(Math.ceil(scale * width), Math.ceil(scale * height));
  pen.scale(scale, scale);
  pen.fillStyle = theme.background;
  pen.fillRect(0, 0, width, height);
  paint(pen);
  return pen.canvas.toDataURL("image/png").replace(/^.*,/, "");
}

/** As base64. */
export function toSvg(caption: Caption, picture: Picture): string {
  const measuring = canvasFor(1, 1);
  const { width, height, theme, paint } = captioned(caption, picture, measuring);
  const pen = new SvgContext(measuring.canvas, measuring, width, height, theme.background);
  paint(pen);
  return toBase64(pen.toString());
}
