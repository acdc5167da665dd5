/** Draws thousands of small points straight onto a chart: as elements of a dataset they would cost far more. */

import type { Chart, ChartType, Plugin } from "chart.js";

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

const size = 2;

export const cloudPlugin: Plugin = {
  id: "cloud",
  beforeDatasetsDraw(chart: Chart) {
    const layers = (chart.options.plugins?.cloud?.layers ?? []) as readonly CloudLayer[];
    const { x, y } = chart.scales;
    if (layers.length === 0 || x === undefined || y === undefined) return;
    const { ctx, chartArea } = chart;
    const [left, top] = [Math.floor(chartArea.left), Math.floor(chartArea.top)];
    const [width, height] = [Math.ceil(chartArea.right) - left, Math.ceil(chartArea.bottom) - top];
    ctx.save();
    for (const { color, values } of layers) {
      ctx.fillStyle = color;
      ctx.beginPath();
      // Points that share a pixel are drawn once: what searches try lies close together, and without a graphics card
      // every point costs.
      const taken = new Uint8Array(Math.max(0, width * height));
      for (let i = 0; i < values.length; i += 2) {
        const px = Math.round(x.getPixelForValue(values[i + 1])) - left;
        const py = Math.round(y.getPixelForValue(values[i])) - top;
        if (!(px >= 0 && px < width && py >= 0 && py < height) || taken[py * width + px] === 1) continue;
        taken[py * width + px] = 1;
        ctx.rect(left + px - size / 2, top + py - size / 2, size, size);
      }
      ctx.fill();
    }
    ctx.restore();
  },
};
