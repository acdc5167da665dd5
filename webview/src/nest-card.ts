/** The loop nest as an indented drawing, with the tiles each loop leaves where they are. */

import type { CandidateView, LevelPlace, NestLine } from "../../server/src/features/explorer/protocol.ts";
import { Card, type CardHost } from "./card.ts";
import { h, replace } from "./dom.ts";
import { count } from "./format.ts";
import type { Picture } from "./picture.ts";
import type { Theme } from "./theme.ts";

const kinds = { temporal: "for", "spatial-x": "across X", "spatial-y": "across Y" } as const;

export class NestCard extends Card {
  private view: CandidateView | null = null;
  private theme: Theme | null = null;
  private cursor: number | null = null;
  private readonly list = h("ol", { class: "nest" });

  constructor(
    host: CardHost,
    private readonly reveal: (level: number, part: LevelPlace["part"]) => void,
  ) {
    super(host, "Loop nest");
    this.body.append(this.list);
    this.offerPicture(() => this.picture());
  }

  draw(view: CandidateView, theme: Theme): void {
    this.view = view;
    this.theme = theme;
    const loops = view.nest.length;
    const parallel = view.nest
      .filter(({ kind }) => kind !== "temporal")
      .reduce((product, { factor }) => product * factor, 1);
    this.set(`${loops} loops, ${count(parallel)} MACs side by side. Tags name the tensors a loop leaves in place.`, {
      columns: ["Level", "Loop", "Dimension", "Trips", "Last pass", "Stays in place"],
      rows: view.nest.map((line) => [
        line.levelName,
        kinds[line.kind],
        line.dimension,
        line.factor,
        line.residual,
        line.still.map(({ space, at }) => `${view.dataSpaces[space]} in ${at}`).join("; "),
      ]),
    });
    let last = -1;
    let indent = 0;
    const items = view.nest.map((line) => {
      const first = line.level !== last;
      last = line.level;
      return this.line(line, indent++, first, view, theme);
    });
    const body = h(
      "li",
      { class: "nest-line innermost" },
      h("span", { class: "nest-code", text: `${view.computeName}` }),
    );
    body.style.setProperty("--indent", String(indent));
    replace(this.list, ...items, body);
    this.showCursor(this.cursor);
  }

  showCursor(level: number | null): void {
    this.cursor = level;
    for (const item of this.list.querySelectorAll<HTMLElement>("[data-level]")) {
      item.classList.toggle("at-cursor", level !== null && item.dataset.level === String(level));
    }
  }

  private line(line: NestLine, indent: number, first: boolean, view: CandidateView, theme: Theme): HTMLElement {
    const part = line.kind === "temporal" ? "temporal" : "spatial";
    const trips =
      line.residual === line.factor ? count(line.factor) : `${count(line.factor)}, last ${count(line.residual)}`;
    const button = h(
      "button",
      {
        class: "nest-code",
        type: "button",
        title: `Show ${line.levelName} in the editor`,
        on: { click: () => this.reveal(line.level, part) },
      },
      h("span", { class: "word", text: kinds[line.kind] }),
      h("span", { class: "dimension", text: ` ${line.dimension} ` }),
      h("span", { class: "trips", text: trips }),
    );
    const tags = line.still.map(({ space, at }) => {
      const tag = h("span", { class: "tag", text: view.dataSpaces[space], title: `stays in ${at}` });
      tag.style.setProperty("--key", theme.series[space % theme.series.length]);
      return tag;
    });
    const item = h(
      "li",
      { class: `nest-line ${part}${first ? " first" : ""}`, "data-level": line.level },
      h("span", { class: "nest-level", text: first ? line.levelName : "" }),
      h("span", { class: "nest-body" }, button, ...tags),
    );
    item.style.setProperty("--indent", String(indent));
    return item;
  }

  private picture(): Picture | null {
    const { view, theme } = this;
    if (view === null || theme === null) return null;
    const { nest } = view;
    const [left, indent, line] = [140, 12, 20];
    const tags = nest.map(({ still }) => still.map(({ space }) => view.dataSpaces[space]).join(", "));
    const width = left + indent * nest.length + 180 + 8 * Math.max(0, ...tags.map(({ length }) => length));
    return {
      width,
      height: line * (nest.length + 1),
      theme,
      paint(pen) {
        pen.textAlign = "left";
        pen.textBaseline = "middle";
        pen.font = "13px monospace";
        const write = (text: string, x: number, row: number, color: string) => {
          pen.fillStyle = color;
          pen.fillText(text, x, line * (row + 0.5));
        };
        nest.forEach((own, i) => {
          const first = own.level !== nest[i - 1]?.level;
          const trips = `${count(own.factor)}${own.residual === own.factor ? "" : `, last ${count(own.residual)}`}`;
          if (first) write(own.levelName, 0, i, theme.muted);
          write(`${kinds[own.kind]} ${own.dimension} ${trips}`, left + indent * i, i, theme.foreground);
          let at = left + indent * i + 180;
          for (const { space } of own.still) {
            const name = view.dataSpaces[space];
            write(name, at, i, theme.series[space % theme.series.length]);
            at += 8 * (name.length + 1);
          }
        });
        write(view.computeName, left + indent * nest.length, nest.length, theme.foreground);
      },
    };
  }
}
