/** What to search for and how, and the buttons that set it going. Made once, so that the focus stays where it is. */

import type { DesignOffer, SearchOptions } from "../../server/src/features/explorer/protocol.ts";
import { h, nextId, replace, setText } from "./dom.ts";

export interface ControlsHost {
  start(options: SearchOptions): void;
  startAll(options: SearchOptions): void;
  stopAll(): void;
  compare(): void;
  changed(options: SearchOptions): void;
  revealConstraint(index: number): void;
}

export class Controls {
  readonly element: HTMLFormElement;
  private readonly strategy = h("select", {});
  private readonly mapspace = h("select", {});
  private readonly hardware = h("select", {});
  private readonly mapspaceField = field("Mappings", this.mapspace);
  private readonly hardwareField = field("Hardware", this.hardware);
  private readonly objective = h("select", {});
  private readonly evaluator = h("select", {});
  private readonly evaluatorField = field("Measured by", this.evaluator);
  private readonly objectiveField = field("Make small", this.objective);
  private readonly seconds = h("input", { type: "number", min: "0.1", step: "any", placeholder: "any" });
  private readonly evaluations = h("input", { type: "number", min: "1", step: "1", placeholder: "any" });
  private readonly seed = h("input", { type: "number", step: "1" });
  private readonly run = h("button", { class: "primary", type: "submit", text: "Run" });
  private readonly runAll = h("button", { type: "button", text: "Run all layers" });
  private readonly stopAll = h("button", { type: "button", text: "Stop all" });
  private readonly hint = h("p", { class: "hint" });
  private readonly constraints = h("details", { class: "constraints" });
  private offer: DesignOffer | null = null;
  private shown = "";

  constructor(private readonly host: ControlsHost) {
    replace(
      this.objective,
      ...(["edp", "energy", "latency"] as const).map((id, i) =>
        h("option", { value: id, text: ["EDP", "Energy", "Cycles"][i] }),
      ),
    );
    replace(
      this.evaluator,
      h("option", { value: "", text: "The model" }),
      h("option", { value: "command", text: "Your command" }),
    );
    this.element = h(
      "form",
      { class: "controls", "aria-label": "Search" },
      h(
        "div",
        { class: "fields" },
        field("Strategy", this.strategy),
        this.mapspaceField,
        this.hardwareField,
        this.evaluatorField,
        this.objectiveField,
      ),
      h(
        "div",
        { class: "limits" },
        field("Seconds", this.seconds, "narrow"),
        field("Most tries", this.evaluations, "narrow"),
        field("Seed", this.seed, "narrow"),
        h(
          "div",
          { class: "buttons" },
          this.run,
          this.runAll,
          this.stopAll,
          h("button", { type: "button", text: "Compare with…", on: { click: () => host.compare() } }),
        ),
      ),
      this.hint,
      this.constraints,
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      const options = this.options();
      if (options !== null && this.offer?.obstacle === null) host.start(options);
    });
    this.runAll.addEventListener("click", () => {
      const options = this.options();
      if (options !== null) host.startAll(options);
    });
    this.element.addEventListener("change", () => {
      this.fitMapspaces();
      this.fitEvaluator();
      const options = this.options();
      if (options !== null) host.changed(options);
      this.describe();
    });
    this.stopAll.addEventListener("click", () => host.stopAll());
  }

  setOffer(offer: DesignOffer, options: SearchOptions | null): void {
    const first = this.offer === null;
    this.offer = offer;
    const text = JSON.stringify([offer.strategies, offer.mapspaces, offer.hardwares]);
    if (text !== this.shown) {
      const chosen = this.strategy.value;
      this.shown = text;
      const group = (label: string, cosearch: boolean) =>
        h(
          "optgroup",
          { label },
          ...offer.strategies
            .filter((strategy) => strategy.cosearch === cosearch)
            .map((strategy) => h("option", { value: strategy.id, text: strategy.label })),
        );
      replace(this.strategy, group("Mapping of this layer", false), group("Hardware and mappings", true));
      replace(this.hardware, ...offer.hardwares.map(({ id, label }) => h("option", { value: id, text: label })));
      if (chosen !== "") this.strategy.value = chosen;
    }
    if (first) this.write(options ?? offer.defaults);
    this.fitMapspaces();
    this.fitEvaluator();
    this.describe();
    this.listConstraints(offer);
  }

  /** @param live runs of the design that go on, `here` those of them that are in the list */
  setLive(live: number, here: number): void {
    this.stopAll.hidden = live < 2 && live === here;
    this.run.disabled = this.offer === null || this.offer.obstacle !== null;
    this.runAll.disabled = this.run.disabled;
    setText(this.run, here > 0 ? "Run another" : "Run");
  }

  private write(options: SearchOptions): void {
    this.strategy.value = options.strategy;
    if (this.strategy.selectedIndex < 0) this.strategy.selectedIndex = 0;
    this.fitMapspaces();
    this.mapspace.value = options.mapspace;
    if (this.mapspace.selectedIndex < 0) this.mapspace.selectedIndex = 0;
    this.hardware.value = options.hardware ?? "all";
    this.objective.value = options.objective;
    this.evaluator.value = options.evaluator ?? "";
    this.seconds.value = options.seconds === null ? "" : String(options.seconds);
    this.evaluations.value = options.evaluations === null ? "" : String(options.evaluations);
    this.seed.value = String(options.seed);
  }

  private options(): SearchOptions | null {
    if (!this.element.checkValidity()) return null;
    const number = (input: HTMLInputElement) => (input.value === "" ? null : Number(input.value));
    return {
      strategy: this.strategy.value,
      ...(this.byCommand() ? { evaluator: "command" } : {}),
      mapspace: this.mapspace.value as SearchOptions["mapspace"],
      objective: this.objective.value as SearchOptions["objective"],
      seconds: number(this.seconds),
      evaluations: number(this.evaluations),
      seed: Number(this.seed.value || 1),
      hardware: this.hardware.value as SearchOptions["hardware"],
    };
  }

  /** Only the mapspaces that the strategy can search. */
  private fitMapspaces(): void {
    const strategy = this.offer?.strategies.find(({ id }) => id === this.strategy.value);
    const cosearch = strategy?.cosearch === true;
    this.mapspaceField.hidden = cosearch;
    this.hardwareField.hidden = !cosearch;
    this.runAll.hidden = cosearch || (this.offer?.layers.length ?? 0) < 2;
    const kinds = this.offer?.mapspaces.filter(({ id }) => strategy?.mapspaces.includes(id)) ?? [];
    const now = [...this.mapspace.options].map(({ value }) => value).join();
    if (now === kinds.map(({ id }) => id).join()) return;
    const chosen = this.mapspace.value;
    replace(this.mapspace, ...kinds.map(({ id, label }) => h("option", { value: id, text: label })));
    if (kinds.some(({ id }) => id === chosen)) this.mapspace.value = chosen;
  }

  private byCommand(): boolean {
    return this.strategy.value === "bayes" && this.evaluator.value === "command";
  }

  /** A command measures for the Bayesian search alone, and where it may run; it knows its own measure. */
  private fitEvaluator(): void {
    const obstacle = this.offer?.evaluator.obstacle ?? null;
    this.evaluator.options[1].disabled = obstacle !== null;
    if (obstacle !== null) this.evaluator.value = "";
    this.evaluatorField.hidden = this.strategy.value !== "bayes";
    this.objectiveField.hidden = this.byCommand();
  }

  private evaluatorHint(): string {
    const { offer } = this;
    if (offer === null || this.strategy.value !== "bayes") return "";
    if (this.byCommand()) return `Runs ${offer.evaluator.command}`;
    return offer.evaluator.obstacle === null ? "" : `By your command: ${offer.evaluator.obstacle}`;
  }

  private describe(): void {
    const { offer } = this;
    const strategy = offer?.strategies.find(({ id }) => id === this.strategy.value);
    const about = strategy?.cosearch
      ? offer?.hardwares.find(({ id }) => id === this.hardware.value)
      : offer?.mapspaces.find(({ id }) => id === this.mapspace.value);
    setText(
      this.hint,
      offer?.obstacle ?? [strategy?.detail, about?.detail, this.evaluatorHint()].filter(Boolean).join(" "),
    );
    this.hint.classList.toggle("problem", Boolean(offer?.obstacle));
  }

  private listConstraints({ constraints }: DesignOffer): void {
    this.constraints.hidden = constraints.length === 0;
    const summary = `${constraints.length} constraint${constraints.length === 1 ? "" : "s"} in force`;
    const items = constraints.map(({ text }, index) =>
      h(
        "li",
        {},
        h("button", { class: "quiet", type: "button", text, on: { click: () => this.host.revealConstraint(index) } }),
      ),
    );
    replace(this.constraints, h("summary", { text: summary }), h("ul", {}, ...items));
  }
}

function field(label: string, input: HTMLElement, size = ""): HTMLElement {
  const id = nextId("field");
  input.id = id;
  return h("div", { class: `field ${size}` }, h("label", { for: id, text: label }), input);
}
