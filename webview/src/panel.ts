/** The panel: what it knows, what is looked at, and when what is drawn anew. */

import type {
  Architecture,
  Candidate,
  CandidateView,
  DesignOffer,
  FromPanelBody,
  PanelState,
  Run,
  SearchOptions,
  Selection,
  ToPanelBody,
} from "../../server/src/features/explorer/protocol.ts";
import { Answers } from "./answers.ts";
import { ChartCard } from "./chart-card.ts";
import { Controls } from "./controls.ts";
import { h } from "./dom.ts";
import { bestSoFar } from "./drawings/best-so-far.ts";
import { energyAndCycles, type ScatterPick } from "./drawings/energy-and-cycles.ts";
import { influences } from "./drawings/influences.ts";
import type { ShownRun } from "./drawings/shown-run.ts";
import { trafficAgainstSize } from "./drawings/traffic.ts";
import { pickFromFront } from "./front-picking.ts";
import { HardwareCard } from "./hardware-card.ts";
import { heldBy } from "./held.ts";
import { LayersCard } from "./layers-card.ts";
import { Looks } from "./looks.ts";
import { MappingCards } from "./mapping-cards.ts";
import { Narrator } from "./narrator.ts";
import { Notice } from "./notice.ts";
import { type Clock, Pace } from "./pace.ts";
import { candidateOf, goalOf, isLive, networkOf, placeOnFront, withProgress } from "./run.ts";
import { RunList } from "./run-list.ts";
import { Summary } from "./summary.ts";
import type { Theme } from "./theme.ts";

export interface PanelHost {
  send(body: FromPanelBody): void;
  keep(state: PanelState): void;
  theme(): Theme;
}

const windowClock: Clock = {
  now: () => performance.now(),
  frame: (work) => void requestAnimationFrame(work),
  later: (work, ms) => void setTimeout(work, ms),
};

export class Panel {
  private offer: DesignOffer | null = null;
  private readonly runs = new Map<string, Run>();
  private selection: Selection = { layer: 0, run: null, front: null };
  /** The mapping that is drawn: what Apply writes, even if the run has found another by then. */
  private looked: { run: string; candidate: Candidate } | null = null;
  private options: SearchOptions | null = null;
  private readonly hiddenRuns = new Set<string>();
  private readonly looks = new Looks();
  /** What the curve is drawn against, once that was chosen. */
  private against: "evaluations" | "time" | null = null;
  private readonly againstTime = h("button", { class: "quiet", type: "button", text: "Against time" });
  private readonly answers: Answers;
  private picks: (ScatterPick | null)[][] = [];
  private drawnTraffic: unknown[] = [];
  private drawnInfluence: unknown[] = [];
  private readonly pace = new Pace(() => this.draw(), windowClock);
  private kept = "";

  private readonly controls: Controls;
  private readonly list: RunList;
  private readonly summary: Summary;
  private readonly notice = new Notice();
  private readonly narrator = new Narrator();
  private readonly loading = h("p", { class: "empty", text: "Reading the design…" });
  private readonly content = h("div", { hidden: true });
  private readonly curve: ChartCard<"line">;
  private readonly scatter: ChartCard<"scatter">;
  private readonly traffic: ChartCard<"scatter">;
  private readonly influence: ChartCard<"bar">;
  private readonly mapping: MappingCards;
  private readonly layers: LayersCard;
  private readonly hardware: HardwareCard;

  constructor(
    private readonly host: PanelHost,
    root: HTMLElement,
    private readonly design: string,
  ) {
    this.answers = new Answers((body) => host.send(body));
    const saver = { save: (name: string, base64: string) => host.send({ type: "save", name, base64 }) };
    this.controls = new Controls({
      start: (options) => host.send({ type: "start", layers: [this.selection.layer], options }),
      startAll: (options) => {
        const layers = this.offer?.layers.map(({ index }) => index) ?? [];
        host.send({ type: "start", layers, options });
      },
      stopAll: () => {
        for (const { id } of this.live()) host.send({ type: "control", run: id, action: "cancel" });
      },
      compare: () => host.send({ type: "compare", layer: this.selection.layer }),
      changed: (options) => {
        this.options = options;
        this.keep();
      },
      revealConstraint: (index) => {
        const place = this.offer?.constraints[index]?.place;
        if (place) host.send({ type: "reveal-place", place });
      },
    });
    this.list = new RunList({
      select: (run) => this.select({ ...this.selection, run: this.selection.run === run ? null : run, front: null }),
      show: (run, shown) => {
        if (shown) this.hiddenRuns.delete(run);
        else this.hiddenRuns.add(run);
        this.keep();
        this.later();
      },
      control: (run, action) => host.send({ type: "control", run, action }),
      remove: (run) => host.send({ type: "remove", run }),
    });
    this.summary = new Summary({
      apply: () => this.act("apply"),
      diff: () => this.act("diff"),
      layer: (layer) => this.select({ layer, run: this.latest(layer), front: null }),
    });
    this.curve = new ChartCard(saver, "Best so far", "line");
    this.scatter = new ChartCard(saver, "Energy and cycles", "scatter");
    this.traffic = new ChartCard(saver, "Traffic and buffer size", "scatter");
    this.influence = new ChartCard(saver, "What the cost hangs on", "bar", { height: 330 });
    this.mapping = new MappingCards(saver, (level, part) => host.send({ type: "reveal", level, part }));
    this.layers = new LayersCard(saver, (layer) => this.select({ layer, run: this.latest(layer), front: null }));
    this.hardware = new HardwareCard(saver);
    this.addCurveSwitch();
    pickFromFront(this.scatter, {
      pickAt: (dataset, index) => this.picks[dataset]?.[index] ?? null,
      looked: () => ({ run: this.runs.get(this.selection.run ?? ""), front: this.selection.front }),
      pick: (chosen) => this.select({ ...this.selection, ...chosen }),
    });
    this.content.append(
      this.summary.element,
      this.notice.element,
      this.controls.element,
      this.list.element,
      h(
        "div",
        { class: "cards" },
        this.layers.element,
        this.hardware.element,
        this.curve.element,
        this.scatter.element,
        this.influence.element,
        this.mapping.energy.element,
        this.mapping.nest.element,
        this.mapping.buffers.element,
        this.mapping.array.element,
        this.mapping.roofline.element,
        this.traffic.element,
      ),
    );
    root.append(this.loading, this.content, this.narrator.element);
  }

  receive(message: ToPanelBody): void {
    switch (message.type) {
      case "welcome":
        this.offer = message.offer ?? this.offer;
        this.runs.clear();
        for (const run of message.runs) this.runs.set(run.id, run);
        if (message.state !== null) this.restore(message.state);
        else this.selection = { layer: 0, run: this.latest(0), front: null };
        break;
      case "offer":
        this.offer = message.offer;
        break;
      case "run":
        this.runs.set(message.run.id, message.run);
        break;
      case "progress": {
        const run = this.runs.get(message.progress.run);
        if (run === undefined) return;
        const now = withProgress(run, message.progress);
        this.runs.set(run.id, now);
        if (run.id === this.selection.run) this.narrator.tell(now);
        this.pace.soon();
        return;
      }
      case "removed":
        this.runs.delete(message.run);
        if (this.selection.run === message.run) this.selection = { ...this.selection, run: null, front: null };
        break;
      case "select":
        this.select(message.selection);
        break;
      case "view":
      case "traffic":
        this.answers.take(message);
        break;
      case "cursor":
        this.mapping.nest.showCursor(message.level);
        return;
      case "notice":
        this.say(message.text, message.problem, message.again);
        return;
    }
    this.later();
  }

  restore(state: PanelState): void {
    const { front } = state.selection;
    // Once it was a place on the front.
    this.selection = { ...state.selection, front: typeof front === "number" ? null : front };
    this.options = state.options;
    this.hiddenRuns.clear();
    for (const run of state.hidden) this.hiddenRuns.add(run);
    this.looks.restore(state.looks ?? {});
  }

  /** Draws everything in the next frame, once for however many messages. */
  later(): void {
    this.pace.now();
  }

  private draw(): void {
    const { offer } = this;
    if (offer === null) return;
    this.loading.hidden = true;
    this.content.hidden = false;
    const theme = this.host.theme();
    const { selection } = this;
    if (selection.layer >= offer.layers.length) this.selection = { layer: 0, run: null, front: null };
    const { layer } = this.selection;
    const runs = [...this.runs.values()].filter((run) => run.layer === layer || run.cosearch);
    const selected = runs.find((run) => run.id === this.selection.run);
    const before = offer.layers[layer]?.before ?? null;
    const networkBefore = networkOf(offer.layers, (i) => offer.layers[i].before);
    const heldOf = (run: Run) => heldBy(run, run.cosearch ? networkBefore : before);
    const candidate = candidateOf(selected, this.selection.front, layer);
    this.looked = selected === undefined || candidate === null ? null : { run: selected.id, candidate };
    this.looks.assign([...this.runs.values()]);
    const lookOf = (id: string) => this.looks.of(id, theme);
    const shown: ShownRun[] = runs
      .filter((run) => run === selected || !this.hiddenRuns.has(run.id))
      .map((run) => ({ run, held: heldOf(run), ...lookOf(run.id), selected: run === selected }));
    // Costs of a network and of one of its layers stand in no picture together.
    const main = selected ?? shown.at(-1)?.run;
    const alone = offer.layers.length === 1 && offer.layers[0].count === 1;
    const comparable = alone ? shown : shown.filter(({ run }) => run.cosearch === (main?.cosearch ?? false));
    const network = !alone && main?.cosearch === true;
    const whole = network ? { before: networkBefore, after: selected?.best ?? null } : { before, after: candidate };

    const goal = goalOf(main?.options ?? this.options);
    const then = selected === undefined ? whole.before : heldOf(selected);
    this.summary.draw(offer, layer, then, whole.after, this.label(selected), goal, selected?.cosearch === true);
    this.controls.setOffer(offer, this.options);
    this.controls.setLive(this.live().length, runs.filter(isLive).length);
    const drawn = new Set(shown.map(({ run }) => run.id));
    this.list.draw(runs, this.selection.run, drawn, lookOf, heldOf, offer.strategies);
    const cosearch = selected?.network ? selected : null;
    this.layers.element.hidden = offer.layers.length < 2;
    if (offer.layers.length > 1) this.layers.draw(offer, [...this.runs.values()], layer, goal, cosearch);
    this.hardware.draw(cosearch?.network ?? null, theme);

    // A proof takes its time after few tries.
    const proves = offer.strategies.find(({ id }) => id === main?.options?.strategy)?.proves === true;
    const against = this.against ?? (proves ? "time" : "evaluations");
    this.againstTime.setAttribute("aria-pressed", String(against === "time"));
    const curve = bestSoFar(comparable, goal, against, theme);
    this.againstTime.hidden = typeof curve === "string";
    this.curve.draw(curve, theme);
    const scatter = energyAndCycles(comparable, whole.before, whole.after, theme);
    this.picks = scatter.picks;
    if (typeof scatter.drawing !== "string") {
      scatter.drawing.table.action = {
        label: "Select",
        run: (row) => this.select({ ...this.selection, ...(scatter.choices[row] ?? { run: null, front: null }) }),
      };
    }
    this.scatter.draw(scatter.drawing, theme);
    const learned = selected?.sensitivity;
    this.influence.element.hidden = learned === undefined;
    if (selected !== undefined && learned !== undefined) {
      const drawn = [learned, theme];
      if (drawn.some((part, i) => part !== this.drawnInfluence[i])) {
        this.drawnInfluence = drawn;
        this.influence.draw(influences(learned, theme), theme);
      }
    }
    this.drawViews(before, candidate, cosearch?.network?.architecture ?? null, theme);
    this.keep();
  }

  private drawViews(
    before: Candidate | null,
    candidate: Candidate | null,
    architecture: Architecture | null,
    theme: Theme,
  ): void {
    const then = before === null ? null : this.view(before, null);
    const now = candidate === null ? then : this.view(candidate, architecture);
    this.drawTraffic(candidate === null ? null : then, now, theme);
    // Until the answer is there, what was drawn stays.
    if (now !== undefined && then !== undefined) this.mapping.draw(candidate === null ? null : then, now, theme);
  }

  private drawTraffic(
    then: CandidateView | null | undefined,
    now: CandidateView | null | undefined,
    theme: Theme,
  ): void {
    const { layer } = this.selection;
    const curve = this.offer === null ? null : this.answers.traffic(this.offer, layer);
    this.traffic.element.hidden = curve === null;
    if (curve === null || then === undefined || now === undefined) return;
    const drawn = [curve, then, now, theme];
    if (drawn.every((part, i) => part === this.drawnTraffic[i]) && this.drawnTraffic.length > 0) return;
    this.drawnTraffic = drawn;
    this.traffic.draw(
      curve === undefined ? "Looking at the tilings of this layer…" : trafficAgainstSize(curve, then, now, theme),
      theme,
    );
  }

  private view({ mapping }: Candidate, architecture: Architecture | null): CandidateView | null | undefined {
    return this.offer === null ? undefined : this.answers.view(this.offer, this.selection.layer, mapping, architecture);
  }

  private select(selection: Selection): void {
    this.selection = selection;
    this.later();
  }

  private act(type: "apply" | "diff"): void {
    const { looked } = this;
    if (looked !== null) this.host.send({ type, run: looked.run, front: looked.candidate });
  }

  /** Of all layers. */
  private live(): Run[] {
    return [...this.runs.values()].filter(isLive);
  }

  private latest(layer: number): string | null {
    return [...this.runs.values()].findLast((run) => run.layer === layer && !run.cosearch)?.id ?? null;
  }

  private label(run: Run | undefined): string {
    if (run === undefined) return "";
    const remark = run.message === null || run.state === "failed" ? "" : ` ${run.message}`;
    if (run.cosearch || this.selection.front === null) {
      return run.options === null ? `From ${run.label}.` : `Best of ${run.label}.${remark}`;
    }
    const place = placeOnFront(run, this.selection.front);
    return place < 0
      ? `Was on the front of ${run.label}; a better mapping has taken its place there.`
      : `Point ${place + 1} of ${run.front.length} on the front of ${run.label}.`;
  }

  private keep(): void {
    const { design, selection, options } = this;
    const name = this.offer?.name ?? "";
    const state = { design, name, selection, options, hidden: [...this.hiddenRuns], looks: this.looks.kept() };
    const text = JSON.stringify(state);
    if (text === this.kept) return;
    this.kept = text;
    this.host.keep(state);
  }

  private say(text: string, problem: boolean, again: boolean): void {
    const options = this.runs.get(this.selection.run ?? "")?.options;
    const { layer } = this.selection;
    const search = again && options ? () => this.host.send({ type: "start", layers: [layer], options }) : null;
    this.notice.say(text, problem, search);
  }

  private addCurveSwitch(): void {
    this.againstTime.addEventListener("click", () => {
      this.against = this.againstTime.getAttribute("aria-pressed") === "true" ? "evaluations" : "time";
      this.later();
    });
    this.curve.element.querySelector("h2")?.after(this.againstTime);
  }
}
