/** Draws thousands of small points straight onto a chart: as elements of a dataset they would cost far more. */

import type { Chart, ChartType, Plugin, Scale } from "chart.js";

export interface CloudLayer {
  color: string;
  /** y and x in turn. */
  values: readonly number[];
}

declare module "chart.js" {
  interface PluginOptionsByType<TType extends ChartType> {
    cloud?: { layers: readonly CloudLayer[] };
  }
}

const size = 3;
const half = Math.floor(size / 2);

export const cloudPlugin: Plugin = {
  id: "cloud",
  beforeDatasetsDraw(chart: Chart) {
    const layers = (chart.options.plugins?.cloud?.layers ?? []) as readonly CloudLayer[];
    const { x, y } = chart.scales;
    if (layers.length === 0 || x === undefined || y === undefined) return;
    const { ctx, chartArea } = chart;
    const [left, top] = [Math.floor(chartArea.left), Math.floor(chartArea.top)];
    const [width, height] = [Math.ceil(chartArea.right) - left, Math.ceil(chartArea.bottom) - top];
    if (width <= 0 || height <= 0) return;
    const area = { left, top, width, height };
    ctx.save();
    for (const { color, values } of layers) {
      const taken = occupied(values, x, y, area);
      ctx.fillStyle = color;
      if (ctx instanceof CanvasRenderingContext2D) drawPixels(ctx, taken, area);
      else drawSquares(ctx, taken, area);
    }
    ctx.restore();
  },
};

interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The pixels where points lie: those that share one are drawn once, as what searches try lies close together. */
function occupied(values: readonly number[], x: Scale, y: Scale, { left, top, width, height }: Area): Int32Array {
  const known = new Uint8Array(width * height);
  const found = new Int32Array(values.length / 2);
  let count = 0;
  const [toX, toY] = [pixelOf(x), pixelOf(y)];
  for (let i = 0; i < values.length; i += 2) {
    const px = Math.round(toX(values[i + 1])) - left;
    const py = Math.round(toY(values[i])) - top;
    const at = py * width + px;
    if (!(px >= 0 && px < width && py >= 0 && py < height) || known[at] === 1) continue;
    known[at] = 1;
    found[count++] = at;
  }
  return found.subarray(0, count);
}

/** A scale's `getPixelForValue` for numbers: straight in the value or in its logarithm. */
function pixelOf(scale: Scale): (value: number) => number {
  const along = scale.type === "logarithmic" ? Math.log10 : (value: number) => value;
  const [from, to] = [along(scale.min), along(scale.max)];
  const origin = scale.getPixelForValue(scale.min);
  const slope = (scale.getPixelForValue(scale.max) - origin) / (to - from);
  return (value) => origin + slope * (along(value) - from);
}

/** As one picture: paths of thousands of squares take a processor without a graphics card long to fill. */
function drawPixels(ctx: CanvasRenderingContext2D, taken: Int32Array, { left, top, width, height }: Area): void {
  // Points stick out by half their size.
  const [w, h] = [width + size, height + size];
  const layer = document.createElement("canvas");
  layer.width = w;
  layer.height = h;
  const own = layer.getContext("2d");
  if (own === null) return;
  const picture = own.createImageData(w, h);
  const pixels = new Uint32Array(picture.data.buffer);
  for (const at of taken) {
    const corner = Math.floor(at / width) * w + (at % width);
    for (let row = 0; row < size; row++) pixels.fill(0xffffffff, corner + row * w, corner + row * w + size);
  }
  own.putImageData(picture, 0, 0);
  own.globalCompositeOperation = "source-in";
  own.fillStyle = ctx.fillStyle;
  own.fillRect(0, 0, w, h);
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(layer, left - half, top - half);
}

/** As shapes, for a picture that is exported. */
function drawSquares(ctx: CanvasRenderingContext2D, taken: Int32Array, { left, top, width }: Area): void {
  ctx.beginPath();
  for (const at of taken) {
    ctx.rect(left + (at % width) - half, top + Math.floor(at / width) - half, size, size);
  }
  ctx.fill();
}
