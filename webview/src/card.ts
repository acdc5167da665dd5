/** A picture with its heading, a summary in one line, a table that says the same, and ways to take it along. */

import { h, nextId, replace, setText } from "./dom.ts";
import { toBase64, toCsv } from "./export.ts";
import { type Picture, toPng, toSvg } from "./picture.ts";

export type Cell = string | number;
export interface Table {
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
  /** Text of a button in each row, and what it does. */
  action?: { label: string; run(row: number): void };
}

export interface CardHost {
  save(name: string, base64: string): void;
}

export class Card {
  readonly element: HTMLElement;
  readonly body = h("div", { class: "card-body" });
  private readonly note = h("p", { class: "card-note" });
  private readonly tableBox = h("div", { class: "table-box", hidden: true, tabindex: "0" });
  private readonly toggle: HTMLButtonElement;
  private readonly menu = h("details", { class: "menu" });
  private readonly menuItems = h("div", { class: "menu-items" });
  private table: Table = { columns: [], rows: [] };
  private drawn = "";

  constructor(
    private readonly host: CardHost,
    readonly title: string,
    { wide = false }: { wide?: boolean } = {},
  ) {
    const heading = nextId("card");
    this.tableBox.setAttribute("role", "region");
    this.tableBox.setAttribute("aria-label", `${title}: table`);
    this.toggle = h("button", {
      class: "quiet",
      type: "button",
      "aria-pressed": "false",
      text: "Table",
      on: { click: () => this.showTable(this.tableBox.hidden !== false) },
    });
    const { menu } = this;
    menu.append(h("summary", { class: "quiet", text: "Export" }), this.menuItems);
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") menu.open = false;
    });
    menu.addEventListener("focusout", (event) => {
      if (!menu.contains(event.relatedTarget as Node | null)) menu.open = false;
    });
    this.element = h(
      "section",
      { class: wide ? "card wide" : "card", "aria-labelledby": heading },
      h("header", { class: "card-head" }, h("h2", { id: heading, text: title }), this.toggle, menu),
      this.note,
      this.body,
      this.tableBox,
    );
    this.offer("CSV", () => this.save("csv", toBase64(toCsv(this.table))));
    this.offer("JSON", () => {
      const { columns, rows } = this.table;
      const records = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
      this.save("json", toBase64(`${JSON.stringify(records, null, 2)}\n`));
    });
    this.offer("Copy", () => void navigator.clipboard.writeText(toCsv(this.table, "\t")));
  }

  /** @param picture what the card shows now; `null` while that is nothing */
  offerPicture(picture: () => Picture | null): void {
    for (const [ending, toFile] of Object.entries({ png: toPng, svg: toSvg })) {
      this.offer(ending.toUpperCase(), () => {
        const now = picture();
        const caption = { title: this.title, summary: this.note.textContent ?? "" };
        if (now !== null) this.save(ending, toFile(caption, now));
      });
    }
  }

  set(summary: string, table: Table): void {
    setText(this.note, summary);
    this.table = table;
    const nothing = table.rows.length === 0;
    this.toggle.hidden = nothing;
    this.menu.hidden = nothing;
    if (nothing) this.showTable(false);
    if (!this.tableBox.hidden) this.drawTable();
  }

  private showTable(show: boolean): void {
    this.tableBox.hidden = !show;
    this.body.hidden = show;
    this.toggle.setAttribute("aria-pressed", String(show));
    if (show) this.drawTable();
  }

  private drawTable(): void {
    const { columns, rows, action } = this.table;
    const text = JSON.stringify([columns, rows]);
    if (text === this.drawn) return;
    this.drawn = text;
    const heads = columns.map((name) => h("th", { scope: "col", text: name }));
    if (action) heads.push(h("th", { scope: "col" }, h("span", { class: "hidden-text", text: action.label })));
    const lines = rows.map((row, index) => {
      const cells: HTMLElement[] = row.map((cell, i) => {
        const content = typeof cell === "number" ? cell.toLocaleString("en-US", { maximumSignificantDigits: 6 }) : cell;
        const number = typeof cell === "number" ? "number" : undefined;
        return i === 0
          ? h("th", { scope: "row", class: number, text: content })
          : h("td", { class: number, text: content });
      });
      if (action) {
        const run = () => action.run(index);
        cells.push(
          h("td", {}, h("button", { class: "quiet", type: "button", text: action.label, on: { click: run } })),
        );
      }
      return h("tr", {}, ...cells);
    });
    replace(
      this.tableBox,
      h(
        "table",
        {},
        h("caption", { class: "hidden-text", text: this.title }),
        h("thead", {}, h("tr", {}, ...heads)),
        h("tbody", {}, ...lines),
      ),
    );
  }

  private offer(label: string, work: () => void): void {
    const choose = () => {
      this.menu.open = false;
      this.menu.querySelector("summary")?.focus();
      work();
    };
    const item = h("button", { class: "menu-item", type: "button", text: label, on: { click: choose } });
    item.setAttribute("aria-label", `${this.title}: ${label}`);
    this.menuItems.append(item);
  }

  private save(ending: string, base64: string): void {
    const name = this.title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    this.host.save(`${name}.${ending}`, base64);
  }
}
