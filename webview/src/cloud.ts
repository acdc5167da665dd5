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

const size = 2.5;

export const cloudPlugin: Plugin = {
  id: "cloud",
  beforeDatasetsDraw(chart: Chart) {
    const layers = (chart.options.plugins?.cloud?.layers ?? []) as readonly CloudLayer[];
    const { x, y } = chart.scales;
    if (layers.length === 0 || x === undefined || y === undefined) return;
    const { ctx, chartArea } = chart;
    const { left, right, top, bottom } = chartArea;
    ctx.save();
    for (const { color, values } of layers) {
      ctx.fillStyle = color;
      ctx.beginPath();
      for (let i = 0; i < values.length; i += 2) {
        const px = x.getPixelForValue(values[i + 1]);
        const py = y.getPixelForValue(values[i]);
        if (px >= left && px <= right && py >= top && py <= bottom) ctx.rect(px - size / 2, py - size / 2, size, size);
      }
      ctx.fill();
    }
    ctx.restore();
  },
};
