/** The runs of a layer: which one is looked at, and which are drawn beside it. */

import type { Candidate, Run } from "../../server/src/features/explorer/protocol.ts";
import { h, setText } from "./dom.ts";
import { count, namedValue, provenText, seconds } from "./format.ts";
import { gained } from "./held.ts";
import { goalOf, goalValue, isLive } from "./run.ts";

export interface RunListHost {
  select(run: string | null): void;
  show(run: string, shown: boolean): void;
  remove(run: string): void;
}

interface Row {
  element: HTMLElement;
  pick: HTMLButtonElement;
  name: HTMLElement;
  value: HTMLElement;
  state: HTMLElement;
  check: HTMLInputElement;
  swatch: HTMLElement;
}

export class RunList {
  readonly element = h("ul", { class: "runs", "aria-label": "Runs" });
  private readonly rows = new Map<string, Row>();

  constructor(private readonly host: RunListHost) {}

  draw(
    runs: readonly Run[],
    selected: string | null,
    shown: ReadonlySet<string>,
    colorOf: (id: string) => string,
    heldOf: (run: Run) => Candidate | null,
  ): void {
    for (const [id, row] of this.rows) {
      if (runs.some((run) => run.id === id)) continue;
      row.element.remove();
      this.rows.delete(id);
    }
    for (const run of runs) {
      const row = this.rows.get(run.id) ?? this.add(run);
      const objective = goalOf(run.options);
      const value = run.best === null ? null : goalValue(objective, run.best);
      setText(row.name, run.label);
      const gain = gained(run, heldOf(run));
      setText(
        row.value,
        value === null
          ? isLive(run)
            ? ""
            : "nothing found"
          : `${namedValue(objective, value)}${gain && ` (${gain})`}`,
      );
      setText(row.state, stateText(run, value));
      row.pick.setAttribute("aria-pressed", String(run.id === selected));
      row.check.checked = shown.has(run.id) || run.id === selected;
      row.swatch.style.setProperty("--key", colorOf(run.id));
      row.element.classList.toggle("live", isLive(run) && run.state !== "paused");
    }
    this.element.hidden = runs.length === 0;
  }

  private add({ id, label }: Run): Row {
    const name = h("span", { class: "run-name" });
    const value = h("span", { class: "run-value" });
    const state = h("span", { class: "run-state" });
    const swatch = h("span", { class: "swatch" });
    const pick = h(
      "button",
      { class: "run-pick", type: "button", on: { click: () => this.host.select(id) } },
      swatch,
      name,
      value,
      state,
    );
    const check = h("input", { type: "checkbox", "aria-label": `Draw ${label} in the charts` });
    check.addEventListener("change", () => this.host.show(id, check.checked));
    const remove = h("button", { class: "quiet", type: "button", "aria-label": `Remove ${label}`, text: "✕" });
    remove.addEventListener("click", () => this.host.remove(id));
    const element = h("li", { class: "run" }, check, pick, remove);
    this.element.prepend(element);
    const row = { element, pick, name, value, state, check, swatch };
    this.rows.set(id, row);
    return row;
  }
}

function stateText(run: Run, value: number | null): string {
  const time = seconds(run.elapsedMs).replace(" ", "\u00a0");
  const tried = run.options === null ? "from a file" : `${count(run.evaluations)} tried\u00a0· ${time}`;
  if (run.state === "failed") return run.message ?? "failed";
  if (run.state === "waiting") return "waiting for its turn";
  const proof = value !== null && run.bound !== null && run.bound > 0 ? `\u00a0· ${provenText(run.bound, value)}` : "";
  const words = { running: "searching", paused: "paused", stopped: "stopped", done: "" }[run.state];
  return [words, tried, run.message].filter(Boolean).join("\u00a0· ") + proof;
}
