/** The commands that search for better mappings and show what was found. */
import {
  commands,
  type Disposable,
  type ExtensionContext,
  l10n,
  ProgressLocation,
  Uri,
  window,
  workspace,
} from "vscode";
import type {
  Candidate,
  DesignOffer,
  HardwareSize,
  Run,
  SearchOptions,
  Selection,
} from "../../../server/src/features/explorer/protocol.ts";
import { count, energy as energyText, relative } from "../../../webview/src/format.ts";
import { goalOf, goalValue, networkOf, objectiveOf } from "../../../webview/src/run.ts";
import { readFile } from "../files.ts";
import { hasMapping } from "../recognise.ts";
import type { Server } from "../server.ts";
import { type Applied, Apply, type Result } from "./apply.ts";
import { Panels } from "./panels.ts";
import { Searches } from "./searches.ts";
import { RunStore } from "./store.ts";

export interface Explorer {
  searches: Searches;
  panels: Panels;
}

/** Bytes; larger files are not looked through for a mapping to compare with. */
const largestCompared = 8 * 1024 * 1024;

type Target = string | Uri | undefined;
/** Strategy and mapspace where they are not those of the settings. */
type Chosen = [strategy: string, mapspace: string];

export function registerExplorer(context: ExtensionContext, server: Server): Explorer {
  const store = new RunStore(context.workspaceState);
  const searches = new Searches(server, store, context.storageUri ?? context.globalStorageUri);
  const apply = new Apply(searches);
  const panels = new Panels(context.extensionUri, searches, apply, { compare });

  /** The design asked about, or a message why there is none to search. */
  async function designOf(target: Target): Promise<DesignOffer | undefined> {
    const uri = typeof target === "string" ? Uri.parse(target) : (target ?? window.activeTextEditor?.document.uri);
    if (uri === undefined) return undefined;
    await workspace.openTextDocument(uri);
    await server.ensureStarted();
    const asked = await searches.offer(uri.toString());
    // However a design is reached, it has one panel.
    const offer = asked !== null && asked.home !== asked.uri ? await searches.offer(asked.home) : asked;
    const obstacle = offer === null ? l10n.t("This file is no part of a Timeloop design.") : offer.obstacle;
    if (offer !== null && obstacle === null) return offer;
    void window.showWarningMessage(obstacle ?? "");
    return undefined;
  }

  async function pickLayer(offer: DesignOffer): Promise<number | undefined> {
    if (offer.layers.length === 1) return 0;
    const items = offer.layers.map(({ index, name, bounds }) => ({ label: name, description: bounds, index }));
    return (await window.showQuickPick(items, { title: l10n.t("Which layer?") }))?.index;
  }

  async function optimizeLayer(target: Target, layer?: number, ...search: Partial<Chosen>): Promise<void> {
    const offer = await designOf(target);
    if (offer === undefined) return;
    const index = layer ?? (await pickLayer(offer));
    if (index === undefined) return;
    const run = await searchWithProgress(offer, index, optionsFor(offer, ...search));
    if (run !== undefined) await conclude(offer, run);
  }

  async function cosearch(target: Target): Promise<void> {
    const offer = await designOf(target);
    if (offer === undefined) return;
    const run = await searchWithProgress(offer, 0, offer.cosearchDefaults);
    if (run !== undefined) await conclude(offer, run);
  }

  async function optimizeAll(target: Target): Promise<void> {
    const offer = await designOf(target);
    if (offer === undefined) return;
    panels.show(offer.uri);
    const options = optionsFor(offer);
    const started = await Promise.all(offer.layers.map(({ index }) => searches.start(offer.uri, index, options)));
    const refusal = started.find((result) => result.refusal !== undefined)?.refusal;
    if (refusal !== undefined) void window.showWarningMessage(refusal);
    const ids = started.flatMap(({ run }) => run?.id ?? []);
    const runs = await window.withProgress(
      {
        location: ProgressLocation.Notification,
        title: l10n.t("Optimizing {0} layers", ids.length),
        cancellable: true,
      },
      async (progress, token) => {
        token.onCancellationRequested(() => {
          for (const id of ids) void searches.control(id, "cancel");
        });
        let ended = 0;
        return Promise.all(
          ids.map(async (id) => {
            const run = await searches.ended(id);
            progress.report({ message: `${++ended} / ${ids.length}`, increment: 100 / ids.length });
            return run;
          }),
        );
      },
    );
    await concludeAll(
      offer,
      runs.flatMap((run) => run ?? []),
    );
  }

  async function concludeAll(offer: DesignOffer, runs: readonly Run[]): Promise<void> {
    const better = runs.flatMap(worthWriting);
    await propose(offer, networkSummary(offer, runs, better), better);
  }

  async function searchWithProgress(
    offer: DesignOffer,
    layer: number,
    options: SearchOptions,
  ): Promise<Run | undefined> {
    const { run, refusal } = await searches.start(offer.uri, layer, options);
    if (run === undefined) {
      void window.showWarningMessage(refusal);
      return undefined;
    }
    const title = run.cosearch
      ? l10n.t("Searching hardware and mappings ({0})", run.label)
      : l10n.t("Optimizing {0} ({1})", run.layerName, run.label);
    return window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      (progress, token) => {
        token.onCancellationRequested(() => void searches.control(run.id, "cancel"));
        const listener = store.onDidChange(({ run: now }) => {
          if (now.id === run.id) progress.report({ message: progressText(now) });
        });
        return searches.ended(run.id).finally(() => listener.dispose());
      },
    );
  }

  /** Says what came of it and offers what can be done with it. */
  async function conclude(offer: DesignOffer, run: Run): Promise<void> {
    const explorer = l10n.t("Open Explorer");
    if (run.state === "failed" || run.best === null) {
      const text = run.message ?? l10n.t("No mapping that the hardware can hold was found.");
      if ((await window.showWarningMessage(text, explorer)) === explorer) panels.show(offer.uri);
      return;
    }
    await propose(offer, summary(run), worthWriting(run), { layer: run.layer, run: run.id, front: null });
  }

  /** Says what was found, and offers to write it as one change, to show that and to look closer. */
  async function propose(
    offer: DesignOffer,
    text: string,
    results: readonly Result[],
    selection?: Selection,
  ): Promise<void> {
    const explorer = l10n.t("Open Explorer");
    const diff = l10n.t("Show Diff");
    const isNew = offer.mappingUri === null && !results.some(({ run }) => run.cosearch);
    const applyNew = results.length > 1 ? l10n.t("Write Mapping Files") : l10n.t("Write Mapping File");
    const applyIt = isNew ? applyNew : l10n.t("Apply");
    const choices = results.length > 0 ? [applyIt, diff, explorer] : [explorer];
    let chosen = await window.showInformationMessage(text, ...choices);
    let result: Applied | null = null;
    if (chosen === diff) {
      result = await apply.showDiff(results);
      // Any answer closes a notification, and who has seen the difference still has to decide.
      chosen = result.kind === "done" ? await window.showInformationMessage(text, applyIt, explorer) : undefined;
    }
    if (chosen === explorer) panels.show(offer.uri, selection);
    if (chosen === applyIt) result = await apply.apply(results);
    if (result?.kind === "changed") {
      const again = l10n.t("Search Again");
      if ((await window.showWarningMessage(result.message, again)) === again) await searchAgain(results);
    } else if (result?.kind === "refused") void window.showWarningMessage(result.message);
  }

  async function searchAgain([{ run }, ...others]: readonly Result[]): Promise<void> {
    if (run.cosearch) await cosearch(run.design);
    else if (others.length > 0) await optimizeAll(run.design);
    else await optimizeLayer(run.design, run.layer, run.options?.strategy, run.options?.mapspace);
  }

  async function compare(uri: string, layer: number): Promise<Run | undefined> {
    const found = await workspace.findFiles("**/*.{yaml,yml}", "**/{node_modules,.git}/**", 2000);
    const own = Uri.parse(uri).toString();
    const others = found.filter((file) => file.toString() !== own).sort((a, b) => (a.path < b.path ? -1 : 1));
    const item = async (file: Uri) => {
      const uri = file.toString();
      const open = workspace.textDocuments.find((document) => document.uri.toString() === uri);
      const text = open?.getText() ?? (await readFile({ uri, limit: largestCompared }));
      return typeof text === "string" && hasMapping(text) ? { label: workspace.asRelativePath(file), file } : [];
    };
    const items = Promise.all(others.map(item)).then((all) => all.flat());
    const chosen = await window.showQuickPick(items, { title: l10n.t("Compare with which mapping?") });
    if (chosen === undefined) return undefined;
    const { run, refusal } = await searches.compare(uri, layer, chosen.file.toString());
    if (refusal !== undefined) void window.showWarningMessage(refusal);
    return run;
  }

  /** Commands end at once: who starts one (a code action shows progress as long) does not wait for a search. */
  const on = (name: string, work: (target: Target, ...rest: never[]) => Promise<void>): Disposable =>
    commands.registerCommand(name, (...given: unknown[]) => {
      const [target, ...rest] = given;
      work(target as Target, ...(rest as never[])).catch((error: unknown) => {
        void window.showErrorMessage(error instanceof Error ? error.message : String(error));
      });
    });
  context.subscriptions.push(
    store,
    apply,
    panels,
    on("mapspace.openExplorer", async (target) => {
      const offer = await designOf(target);
      if (offer) panels.show(offer.uri);
    }),
    // Menus pass other things behind the file.
    on("mapspace.optimizeLayer", (target, layer?: number, ...search: Partial<Chosen>) =>
      typeof layer === "number" ? optimizeLayer(target, layer, ...search) : optimizeLayer(target),
    ),
    on("mapspace.optimizeAllLayers", (target) => optimizeAll(target)),
    on("mapspace.cosearch", (target) => cosearch(target)),
    on("mapspace.createMapping", (target) => optimizeLayer(target)),
    on("mapspace.compareWith", async (target) => {
      const offer = await designOf(target);
      const layer = offer && (await pickLayer(offer));
      if (offer === undefined || layer === undefined) return;
      const run = await compare(offer.uri, layer);
      if (run) panels.show(offer.uri, { layer, run: run.id, front: null });
    }),
  );
  return { searches, panels };
}

function optionsFor(offer: DesignOffer, strategy?: string, mapspace: string = offer.defaults.mapspace): SearchOptions {
  const chosen = offer.strategies.find(({ id }) => id === strategy);
  if (chosen === undefined) return offer.defaults;
  return {
    ...offer.defaults,
    strategy: chosen.id,
    mapspace: chosen.mapspaces.find((one) => one === mapspace) ?? chosen.mapspaces[0],
  };
}

/** Share by which the objective went down; 1 where there was no mapping before. */
function gain({ before, best, options }: Run): number {
  if (best === null) return 0;
  if (before === null) return 1;
  const goal = goalOf(options);
  const [now, then] = [goalValue(goal, best), goalValue(goal, before)];
  return now === null || then === null ? 0 : 1 - now / then;
}

const worthWriting = (run: Run): Result[] => (run.best !== null && gain(run) > 0 ? [{ run, candidate: run.best }] : []);

/** A search that begins far from the mapping in the file does not tell how far: what counts is what it gains. */
function progressText(run: Run): string {
  const tried = l10n.t("{0} mappings tried", count(run.evaluations));
  if (run.before === null || gain(run) <= 0) return tried;
  return `${relative(-gain(run))} · ${tried}`;
}

/** `EDP 3.2e14 → 2.4e14 (−25%)`, with cycles and energy, whether it is proven, and the hardware where that changed. */
function summary(run: Run): string {
  const { before, best, state } = run;
  if (best === null) return "";
  const name = nameOf(run);
  const proven =
    run.bound !== null && state === "done" && run.bound >= objectiveOf(run.options!.objective, best.cost) * (1 - 1e-6);
  const more = proven ? ` ${l10n.t("Proven best.")}` : hardwareText(run);
  if (before !== null && gain(run) <= 0) {
    return proven
      ? l10n.t("{0}: the mapping is already the best there is in this mapspace.", name)
      : l10n.t("{0}: nothing better than the mapping at hand was found.", name);
  }
  return `${costText(name, before, best)}${more}`;
}

/** `2 of 3 layers have a better mapping.`, and the cost of the network where all layers have one. */
function networkSummary({ layers }: DesignOffer, runs: readonly Run[], better: readonly Result[]): string {
  const text = l10n.t("{0} of {1} layers have a better mapping.", better.length, runs.length);
  const before = (layer: number) => runs.find((run) => run.layer === layer)?.before ?? null;
  const after = networkOf(layers, (layer) => better.find(({ run }) => run.layer === layer)?.candidate ?? before(layer));
  if (better.length === 0 || after === null) return text;
  return `${text} ${costText(l10n.t("Network"), networkOf(layers, before), after)}`;
}

/** `conv: EDP 3.2e14 → 2.4e14 (−25%)`, with cycles and energy. */
function costText(name: string, before: Candidate | null, best: Candidate): string {
  const edp = ({ cost }: Candidate) => (cost.energyPj * cost.cycles).toExponential(3).replace("e+", "e");
  const cycles = (candidate: Candidate) => count(candidate.cost.cycles);
  const energy = (candidate: Candidate) => energyText(candidate.cost.energyPj);
  if (before === null) {
    return l10n.t("{0}: EDP {1} pJ·cycles, {2} cycles, {3}.", name, edp(best), cycles(best), energy(best));
  }
  const change = (now: number, then: number) => relative(now / then - 1);
  const fromTo = (text: (candidate: Candidate) => string) =>
    text(before) === text(best) ? text(best) : `${text(before)} → ${text(best)}`;
  return l10n.t(
    "{0}: EDP {1} ({2}), {3} cycles, energy {4}.",
    name,
    fromTo(edp),
    change(best.cost.energyPj * best.cost.cycles, before.cost.energyPj * before.cost.cycles),
    fromTo(cycles),
    fromTo(energy),
  );
}

function nameOf({ cosearch, network, layerName }: Run): string {
  const layers = network?.layers.length ?? 1;
  return cosearch && layers > 1 ? l10n.t("{0} layers", layers) : layerName;
}

/** ` Array 4 × 4 → 8 × 8, Buffer 32,768 → 12,288 words.` */
function hardwareText({ network }: Run): string {
  if (network === null) return "";
  const compute = network.hardware.at(-1);
  const mesh = ({ meshX, meshY }: HardwareSize) => `${meshX} × ${meshY}`;
  const parts = network.hardware.flatMap(({ name, before, after }): string[] =>
    before.capacityWords === after.capacityWords
      ? []
      : [l10n.t("{0} {1} → {2} words", name, count(before.capacityWords ?? 0), count(after.capacityWords ?? 0))],
  );
  if (compute !== undefined && mesh(compute.before) !== mesh(compute.after)) {
    parts.unshift(l10n.t("array {0} → {1}", mesh(compute.before), mesh(compute.after)));
  }
  return parts.length === 0 ? "" : ` ${l10n.t("Hardware: {0}.", parts.join(", "))}`;
}
