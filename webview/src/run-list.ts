/** The runs of a layer: which one is looked at, and which are drawn beside it. */

import type { Candidate, Run, RunAction, StrategyChoice } from "../../server/src/features/explorer/protocol.ts";
import { h, replace, setText, svg } from "./dom.ts";
import { count, namedValue, seconds } from "./format.ts";
import { gained } from "./held.ts";
import type { Look } from "./looks.ts";
import { goalOf, goalValue, isLive } from "./run.ts";
import { verdict } from "./verdict.ts";

export interface RunListHost {
  select(run: string | null): void;
  show(run: string, shown: boolean): void;
  control(run: string, action: RunAction): void;
  remove(run: string): void;
}

interface Row {
  element: HTMLElement;
  pick: HTMLButtonElement;
  name: HTMLElement;
  value: HTMLElement;
  state: HTMLElement;
  verdict: HTMLElement;
  check: HTMLInputElement;
  swatch: HTMLElement;
  pause: HTMLButtonElement;
  stop: HTMLButtonElement;
  paused: boolean;
}

const shapes = { pause: "M4 3h3v10h-3zM9 3h3v10h-3z", resume: "M4 2.5v11l9-5.5z", stop: "M3.5 3.5h9v9h-9z" };

/** A picture for a button that has a name. */
function icon(path: string): SVGElement {
  return svg("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" }, svg("path", { d: path }));
}

function iconButton(name: string, work: () => void, ...content: (Node | string)[]): HTMLButtonElement {
  return h("button", { class: "quiet icon", type: "button", on: { click: work }, ...named(name) }, ...content);
}

const named = (name: string) => ({ "aria-label": name, title: name });

export class RunList {
  readonly element = h("ul", { class: "runs", "aria-label": "Runs" });
  private readonly rows = new Map<string, Row>();

  constructor(private readonly host: RunListHost) {}

  draw(
    runs: readonly Run[],
    selected: string | null,
    shown: ReadonlySet<string>,
    lookOf: (id: string) => Look,
    heldOf: (run: Run) => Candidate | null,
    strategies: readonly StrategyChoice[],
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
      setText(row.state, stateText(run));
      setText(
        row.verdict,
        verdict(
          run,
          value,
          strategies.find(({ id }) => id === run.options?.strategy),
        ),
      );
      // Where there is room for its beginning only.
      for (const part of [row.state, row.verdict]) part.title = part.textContent ?? "";
      row.pick.setAttribute("aria-pressed", String(run.id === selected));
      row.check.checked = shown.has(run.id) || run.id === selected;
      const { color, shape } = lookOf(run.id);
      row.swatch.style.setProperty("--key", color);
      row.swatch.className = `swatch ${shape}`;
      row.element.classList.toggle("live", isLive(run) && run.state !== "paused");
      this.drawButtons(row, run);
    }
    this.element.hidden = runs.length === 0;
  }

  private add({ id, label }: Run): Row {
    const name = h("span", { class: "run-name" });
    const value = h("span", { class: "run-value" });
    const state = h("span", { class: "run-state" });
    const verdict = h("span", { class: "run-verdict" });
    const swatch = h("span", { class: "swatch" });
    const pick = h(
      "button",
      { class: "run-pick", type: "button", on: { click: () => this.host.select(id) } },
      h("span", { class: "run-line" }, swatch, name, verdict),
      h("span", { class: "run-line" }, value, state),
    );
    const check = h("input", { type: "checkbox", "aria-label": `Draw ${label} in the charts` });
    check.addEventListener("change", () => this.host.show(id, check.checked));
    const pause = iconButton(
      `Pause ${label}`,
      () => this.host.control(id, row.paused ? "resume" : "pause"),
      icon(shapes.pause),
    );
    const stop = iconButton(`Stop ${label}`, () => this.host.control(id, "cancel"), icon(shapes.stop));
    const remove = iconButton(`Remove ${label}`, () => this.host.remove(id), "✕");
    const element = h("li", { class: "run" }, check, pick, h("span", { class: "run-buttons" }, pause, stop, remove));
    this.element.prepend(element);
    const row: Row = { element, pick, name, value, state, verdict, check, swatch, pause, stop, paused: false };
    this.rows.set(id, row);
    return row;
  }

  private drawButtons(row: Row, run: Run): void {
    const { pause, stop } = row;
    // A button that goes while it has the focus leaves it to its neighbour.
    const focused = document.activeElement;
    pause.hidden = !isLive(run) || run.state === "waiting";
    stop.hidden = !isLive(run);
    if ((focused === pause && pause.hidden) || (focused === stop && stop.hidden)) row.pick.focus();
    const paused = run.state === "paused";
    if (paused === row.paused) return;
    row.paused = paused;
    for (const [name, value] of Object.entries(named(`${paused ? "Resume" : "Pause"} ${run.label}`))) {
      pause.setAttribute(name, value);
    }
    replace(pause, icon(paused ? shapes.resume : shapes.pause));
  }
}

function stateText(run: Run): string {
  const time = seconds(run.elapsedMs).replace(" ", "\u00a0");
  const tried = run.options === null ? "from a file" : `${count(run.evaluations)} tried\u00a0· ${time}`;
  if (run.state === "failed") return run.message ?? "failed";
  if (run.state === "waiting") return "waiting for its turn";
  const words = { running: "searching", paused: "paused", stopped: "stopped", done: "" }[run.state];
  return [words, tried, run.message].filter(Boolean).join("\u00a0· ");
}
