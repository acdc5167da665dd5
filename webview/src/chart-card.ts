/** A card drawn by Chart.js, which is loaded only in the parts used here. */

import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  type ChartDataset,
  type ChartOptions,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Tooltip,
} from "chart.js";
import { Card, type CardHost, type Table } from "./card.ts";
import { cloudPlugin } from "./cloud.ts";
import { h, replace } from "./dom.ts";
import type { Key, Pen, Picture } from "./picture.ts";
import type { Theme } from "./theme.ts";

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Tooltip,
  cloudPlugin,
);
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.normalized = true;

export type ChartType = "line" | "scatter" | "bar";
export interface XY {
  x: number;
  y: number;
}
export interface Drawing<T extends ChartType> {
  datasets: ChartDataset<T, T extends "bar" ? number[] : XY[]>[];
  labels?: string[];
  options: ChartOptions<T>;
  keys: readonly Key[];
  summary: string;
  table: Table;
}

export class ChartCard<T extends ChartType> extends Card {
  readonly canvas = h("canvas", { role: "img" });
  private readonly legend = h("ul", { class: "legend", "aria-hidden": "true" });
  private readonly frame = h("div", { class: "chart" }, this.canvas);
  private readonly empty = h("p", { class: "empty", hidden: true });
  private chart: Chart<T, Drawing<T>["datasets"][number]["data"], string> | null = null;
  private keys: readonly Key[] = [];
  private keysShown = "";
  private theme: Theme | null = null;

  constructor(
    host: CardHost,
    title: string,
    private readonly type: T,
    options: { wide?: boolean; height?: number } = {},
  ) {
    super(host, title, options);
    if (options.height) this.frame.style.height = `${options.height}px`;
    this.body.append(this.legend, this.frame, this.empty);
    this.offerPicture(() => this.picture());
  }

  /** Draws anew; `null` says that there is nothing to draw yet. */
  draw(drawing: Drawing<T> | string, theme: Theme): void {
    const blank = typeof drawing === "string";
    this.frame.hidden = blank;
    this.legend.hidden = blank;
    this.empty.hidden = !blank;
    if (blank) {
      this.empty.textContent = drawing;
      this.set("", { columns: [], rows: [] });
      return;
    }
    const { datasets, labels, options, keys, summary, table } = drawing;
    this.set(summary, table);
    this.canvas.setAttribute("aria-label", `${this.title}. ${summary}`);
    this.keys = keys;
    this.drawKeys(keys);
    if (theme !== this.theme) {
      this.chart?.destroy();
      this.chart = null;
      this.theme = theme;
      Chart.defaults.color = theme.muted;
      Chart.defaults.borderColor = theme.grid;
      Chart.defaults.font.family = theme.font;
      Chart.defaults.font.size = 11;
    }
    const data = { labels, datasets: datasets as never };
    if (this.chart === null) {
      this.chart = new Chart(this.canvas, { type: this.type, data, options } as unknown as ChartConfiguration<
        T,
        Drawing<T>["datasets"][number]["data"],
        string
      >);
      return;
    }
    this.chart.data = data;
    this.chart.options = options as never;
    this.chart.update("none");
  }

  /** The chart, for what is nearest to the pointer. */
  nearest(event: MouseEvent): { dataset: number; index: number } | null {
    const found = this.chart?.getElementsAtEventForMode(event, "nearest", { intersect: true }, false)[0];
    return found === undefined ? null : { dataset: found.datasetIndex, index: found.index };
  }

  private drawKeys(keys: readonly Key[]): void {
    const text = JSON.stringify(keys);
    if (text === this.keysShown) return;
    this.keysShown = text;
    const items = keys.map(({ label, color, line, hollow, shape }) => {
      const swatch = h("span", { class: `swatch ${line ?? (hollow ? "hollow" : (shape ?? ""))}` });
      swatch.style.setProperty("--key", color);
      return h("li", {}, swatch, label);
    });
    replace(this.legend, ...items);
  }

  private picture(): Picture | null {
    const { chart, theme, keys } = this;
    if (chart === null || theme === null || this.frame.hidden) return null;
    const { width, height } = chart;
    return { width, height, theme, keys, paint: (pen) => this.paint(chart, pen) };
  }

  private paint(chart: Chart<T, Drawing<T>["datasets"][number]["data"], string>, pen: Pen): void {
    if (pen instanceof CanvasRenderingContext2D) {
      pen.drawImage(this.canvas, 0, 0, chart.width, chart.height);
      return;
    }
    const real = chart.ctx;
    // Each part of a chart keeps the context it was made with.
    const parts: { ctx: unknown }[] = [chart, ...(Object.values(chart.scales) as never[])];
    const data = chart.data.datasets.map((_, i) => chart.getDatasetMeta(i).controller as unknown as { _ctx: unknown });
    // Lines keep a path that only a canvas can draw.
    const lines = chart.data.datasets.flatMap((_, i) => {
      const line = chart.getDatasetMeta(i).dataset as unknown as { _path: unknown; path?(pen: Pen): void } | undefined;
      return line?.path === undefined ? [] : [line];
    });
    const drawOn = (context: unknown) => {
      for (const part of parts) part.ctx = context;
      for (const controller of data) controller._ctx = context;
      chart.draw();
    };
    try {
      for (const line of lines) line._path = pen.record(() => line.path?.(pen));
      drawOn(pen);
    } finally {
      for (const line of lines) line._path = undefined;
      drawOn(real);
    }
  }
}
