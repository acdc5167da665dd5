/** Searches asked for over the connection: what can be searched, its progress, and the way back into the files. */

import type { CancellationToken, Connection, GenericRequestHandler } from "vscode-languageserver";
import { candidateOf, candidateView } from "../features/explorer/candidate-view.ts";
import { abilities, strategyLabel } from "../features/explorer/choices.ts";
import { networkBefore, networkFound } from "../features/explorer/cosearch.ts";
import { before, designOffer, fingerprints } from "../features/explorer/offer.ts";
import type {
  CandidateView,
  CompareParams,
  ControlParams,
  DesignOffer,
  OfferParams,
  Run,
  RunProgress,
  SearchOptions,
  StartParams,
  StartResult,
  TrafficCurve,
  TrafficParams,
  ViewParams,
  WriteParams,
  WriteResult,
} from "../features/explorer/protocol.ts";
import { influenceViews } from "../features/explorer/sensitivity.ts";
import { writeBack } from "../features/explorer/write-back.ts";
import { lowerMapping } from "../spec/mapping.ts";
import { readSpecification } from "../spec/specification.ts";
import type { SourceFile } from "../syntax/source.ts";
import { catalogue, cosearchCatalogue } from "../worker/catalogue.ts";
import type { CommandEvaluator, ExploreProgress, FoundMapping, FromExplorer } from "../worker/explore.ts";
import type { RunningSearch, SearchHost } from "../worker/spawn.ts";
import { baseName } from "../workspace/paths.ts";
import type { DesignStore, Snapshot } from "../workspace/store.ts";
import type { Designs } from "./designs.ts";
import { evaluatorOffer } from "./evaluator.ts";
import { type Log, runSafe } from "./run-safe.ts";
import { conflictText, type PreparedSearch, prepareSearch, refusal, subjectOf } from "./search-jobs.ts";
import {
  compareRequest,
  controlRequest,
  offerRequest,
  progressNotification,
  startRequest,
  trafficRequest,
  viewRequest,
  writeRequest,
} from "./search-methods.ts";
import type { Settings } from "./settings.ts";

/** Threads at work at one time. */
const mostAtOnce = 2;
/** A search that does not answer by then is ended; what it told before stays. */
const patienceMs = 80;
/** Tilings are looked at for so long to draw traffic against buffer size. */
const curveMs = 8000;

interface Session extends PreparedSearch {
  run: string;
  layer: number;
  snapshot: Snapshot;
  search: RunningSearch | null;
  /** For its turn: to begin, or to go on after a pause. */
  waiting: boolean;
  paused: boolean;
  last: RunProgress;
  stopTimer: ReturnType<typeof setTimeout> | null;
}

export interface SearchSurroundings {
  connection: Connection;
  log: Log;
  designs: Designs;
  store: DesignStore;
  settings(): Settings;
  /** The text of a file that no editor holds. */
  read(uri: string): Promise<string | null>;
  host: SearchHost;
}

export class Searches {
  private readonly around: SearchSurroundings;
  private readonly sessions = new Map<string, Session>();
  private readonly curves = new Set<RunningSearch>();
  /** By the name of the request. */
  readonly answers = new Map<string, GenericRequestHandler<object | null, never>>();

  constructor(around: SearchSurroundings) {
    this.around = around;
    const answer = <P, R extends object | null>(method: string, neutral: R, work: (params: P) => R | Promise<R>) => {
      this.answers.set(method, (params: P, token: CancellationToken) =>
        runSafe<object | null>(method, token, around.log, neutral, () => work(params)),
      );
    };
    answer<OfferParams, DesignOffer | null>(offerRequest, null, async ({ uri, trusted }) => {
      const snapshot = await this.snapshotOf(uri);
      if (snapshot === null) return null;
      const { evaluator, search, cosearch } = around.settings();
      const command = evaluatorOffer(evaluator, around.host.commands, trusted);
      const defaults = { defaults: search, cosearchDefaults: cosearch };
      return designOffer(snapshot, abilities(catalogue, cosearchCatalogue), command, defaults);
    });
    const unable = refusal("The search could not be started; see the log.");
    answer<StartParams, StartResult>(startRequest, unable, (params) => this.start(params));
    answer<ControlParams, null>(controlRequest, null, (params) => {
      this.control(params);
      return null;
    });
    answer<ViewParams, CandidateView | null>(viewRequest, null, async ({ uri, layer, mapping, architecture }) => {
      const subject = subjectOf(await this.snapshotOf(uri), layer);
      if (subject === null) return null;
      const { workload, snapshot } = subject;
      return candidateView(architecture ?? subject.architecture, workload, mapping, snapshot.analysis.options);
    });
    answer<TrafficParams, TrafficCurve | null>(trafficRequest, null, (params) => this.traffic(params));
    const unread = refusal("The file could not be read.");
    answer<CompareParams, StartResult>(compareRequest, unread, (params) => this.compare(params));
    const unwritten: WriteResult = { kind: "refused", message: "The mapping could not be written; see the log." };
    answer<WriteParams, WriteResult>(writeRequest, unwritten, async (params) => {
      const snapshot = await this.snapshotOf(params.uri);
      if (snapshot === null) return { kind: "refused", message: "This file is no longer part of a design." };
      return writeBack(snapshot, params, (of) => around.store.file(of)?.text);
    });
  }

  dispose(): void {
    for (const session of this.sessions.values()) {
      if (session.stopTimer !== null) clearTimeout(session.stopTimer);
      session.search?.end();
    }
    this.sessions.clear();
    for (const curve of this.curves) curve.end();
  }

  private async snapshotOf(uri: string): Promise<Snapshot | null> {
    return (await this.around.designs.context(uri))?.snapshot ?? null;
  }

  private async start(params: StartParams): Promise<StartResult> {
    const { uri, run, layer, options } = params;
    const subject = subjectOf(await this.snapshotOf(uri), layer);
    if (subject === null) return refusal("There is nothing to search: the architecture or the problem cannot be read.");
    const { snapshot } = subject;
    if (snapshot.analysis.options.counting !== "exact") return refusal("Searches count accesses exactly.");
    const evaluator = this.evaluatorOf(params);
    if (typeof evaluator === "string") return refusal(evaluator);
    if (evaluator !== undefined && this.isMeasured(snapshot.design.main, layer)) {
      return refusal("A search by command is already at work on this layer. Stop it first, or wait for its end.");
    }
    const prepared = prepareSearch(subject, options, evaluator);
    if ("refusal" in prepared) return prepared;
    const learned = prepared.job.latency !== undefined;
    const last: RunProgress = { run, state: "waiting", evaluations: 0, valid: 0, elapsedMs: 0, bound: null };
    this.sessions.set(run, {
      ...prepared,
      run,
      layer,
      snapshot,
      search: null,
      waiting: true,
      paused: false,
      last,
      stopTimer: null,
    });
    // The answer reaches the client before the first progress.
    setTimeout(() => this.startWaiting(), 0);
    const empty = emptyRun(run, snapshot, layer);
    return {
      run: {
        ...empty,
        ...("space" in prepared.job ? { cosearch: true, before: networkBefore(snapshot) } : {}),
        label: learned ? `${labelOf(options)}, learned cycles` : labelOf(options),
        options: { ...options, latency: learned ? "learned" : undefined },
        state: "waiting",
        message: prepared.message,
      },
    };
  }

  /** The command a search is to measure by; a text says why it cannot. */
  private evaluatorOf({ options, trusted, storage, folder }: StartParams): CommandEvaluator | string | undefined {
    if (options.evaluator !== "command") return undefined;
    if (options.strategy !== "bayes") return "Only the Bayesian search measures by a command.";
    const { settings, host } = this.around;
    const { evaluator } = settings();
    const { obstacle } = evaluatorOffer(evaluator, host.commands, trusted);
    if (obstacle !== null) return obstacle;
    if (storage === null) return "There is no folder on this machine for what the command measures.";
    return { ...evaluator, folder: storage, cwd: folder ?? undefined };
  }

  /** Two searches at once would write to one log. */
  private isMeasured(design: string, layer: number): boolean {
    return [...this.sessions.values()].some(
      (session) =>
        session.job.evaluator !== undefined && session.snapshot.design.main === design && session.layer === layer,
    );
  }

  private startWaiting(): void {
    for (const session of this.sessions.values()) {
      const busy = [...this.sessions.values()].filter(({ search, paused }) => search !== null && !paused).length;
      if (busy >= mostAtOnce) return;
      if (!session.waiting) continue;
      session.waiting = false;
      session.paused = false;
      if (session.search !== null) {
        session.search.send({ type: "resume" });
        continue;
      }
      session.search = this.around.host.spawn(
        (message) => this.received(session, message),
        (reason) => this.end(session, "failed", `The search ended unexpectedly: ${reason}.`),
      );
      session.search.send({ type: "start", job: session.job });
    }
  }

  private control({ run, action }: ControlParams): void {
    const session = this.sessions.get(run);
    if (session === undefined) return;
    if (action === "pause" && session.search !== null && !session.paused) {
      session.paused = true;
      session.search.send({ type: action });
      this.startWaiting();
    } else if (action === "resume" && session.paused) {
      session.waiting = true;
      this.startWaiting();
      if (session.waiting) this.tell(session, { ...stateOf(session.last), state: "waiting" });
    }
    if (action !== "cancel") return;
    if (session.search === null) {
      this.end(session, "stopped");
      return;
    }
    session.search.send({ type: "cancel" });
    session.stopTimer ??= setTimeout(() => this.end(session, "stopped"), patienceMs);
  }

  private received(session: Session, message: FromExplorer): void {
    if (!this.sessions.has(session.run)) return;
    if (message.type === "traffic" || message.type === "process") return;
    if (message.type === "conflict") this.end(session, "failed", conflictText(session, session.snapshot, message));
    else if (message.type === "failed") {
      this.around.log.error(`search failed: ${message.error}`);
      this.end(session, "failed", "The search failed; see the log.");
    } else {
      const progress = this.progress(session, message);
      if (message.state === "done" || message.state === "stopped") {
        session.last = progress;
        this.end(session, message.state, undefined, progress);
      } else this.tell(session, progress);
    }
  }

  private progress({ run, job, snapshot }: Session, message: ExploreProgress): RunProgress {
    const { state, evaluations, valid, elapsedMs, bound, curve, cloud, sensitivity } = message;
    const progress: RunProgress = { run, state, evaluations, valid, elapsedMs, bound };
    if (message.message) progress.message = message.message;
    if ("space" in job) {
      const found = message.network && networkFound(snapshot, message.network.architecture, message.network.mappings);
      if (found) Object.assign(progress, found);
    } else {
      const recost = ({ mapping, measured }: FoundMapping) => {
        const candidate = candidateOf(job.architecture, job.workload, mapping, snapshot.analysis);
        return candidate === null ? [] : measured === undefined ? candidate : { ...candidate, measured };
      };
      if (sensitivity !== undefined) progress.sensitivity = influenceViews(sensitivity, job);
      if (message.best !== undefined) progress.best = [recost(message.best)].flat()[0];
      if (message.front !== undefined) progress.front = message.front.flatMap(recost);
    }
    if (curve.length > 0) progress.curve = curve;
    if (cloud.length > 0) progress.cloud = cloud;
    return progress;
  }

  private tell(session: Session, progress: RunProgress): void {
    session.last = progress;
    this.around.connection.sendNotification(progressNotification, progress).catch(() => {});
  }

  private end(session: Session, state: RunProgress["state"], message?: string, progress?: RunProgress): void {
    if (!this.sessions.delete(session.run)) return;
    if (session.stopTimer !== null) clearTimeout(session.stopTimer);
    session.search?.end();
    this.tell(session, {
      ...(progress ?? stateOf(session.last)),
      state,
      ...(message === undefined ? {} : { message }),
    });
    this.startWaiting();
  }

  private async traffic({ uri, layer }: TrafficParams): Promise<TrafficCurve | null> {
    const subject = subjectOf(await this.snapshotOf(uri), layer);
    if (subject === null || subject.architecture.storage.length < 2) return null;
    const { architecture, workload } = subject;
    return new Promise((resolve) => {
      const finish = (curve: TrafficCurve | null) => {
        this.curves.delete(search);
        search.end();
        resolve(curve);
      };
      const search = this.around.host.spawn(
        (message) => {
          const outermost = architecture.storage[architecture.storage.length - 1].name;
          if (message.type !== "traffic") finish(null);
          else finish({ outermost, points: message.points, complete: message.complete });
        },
        () => finish(null),
      );
      this.curves.add(search);
      search.send({ type: "traffic", architecture, workload, milliseconds: curveMs });
    });
  }

  /** The mapping of another file on this design's hardware and layer. */
  private async compare({ uri, run, layer, other }: CompareParams): Promise<StartResult> {
    const text = this.around.store.file(other)?.text ?? (await this.around.read(other));
    const file: SourceFile | null = text === null ? null : { uri: other, text };
    const subject = subjectOf(await this.snapshotOf(uri), layer);
    if (subject === null) return refusal("The architecture or the problem of this design cannot be read.");
    if (file === null) return refusal(`${baseName(other)} cannot be read.`);
    const { snapshot, architecture, workload } = subject;
    const { architectureSource } = snapshot.specification;
    const parts = snapshot.files.filter(({ uri: part }) => part !== snapshot.specification.mappingSource?.location.uri);
    const source = readSpecification([file, ...parts.filter((part) => part.uri !== other)]).mappingSource;
    if (source === undefined) return refusal(`${baseName(other)} has no mapping.`);
    const { value } = lowerMapping(source, architecture, workload, architectureSource);
    const best = candidateOf(architecture, workload, value.mapping, snapshot.analysis);
    if (best === null)
      return refusal(`The mapping in ${baseName(other)} is for another layer: its factors do not fit.`);
    const { energyPj, cycles } = best.cost;
    return {
      run: {
        ...emptyRun(run, snapshot, layer),
        label: baseName(other),
        state: "done",
        evaluations: 1,
        valid: 1,
        best,
        cloud: [energyPj, cycles],
        front: [best],
      },
    };
  }
}

/** Without the parts that were told already. */
function stateOf({ run, state, evaluations, valid, elapsedMs, bound }: RunProgress): RunProgress {
  return { run, state, evaluations, valid, elapsedMs, bound };
}

function labelOf({ strategy, evaluator }: SearchOptions): string {
  const label = strategyLabel(strategy);
  return evaluator === "command" ? `${label}, by command` : label;
}

function emptyRun(id: string, snapshot: Snapshot, layerIndex: number): Run {
  const entry = snapshot.analysis.layers[layerIndex];
  return {
    id,
    design: snapshot.design.main,
    label: "",
    options: null,
    layer: layerIndex,
    layerName: entry.layer.workload.name || `Layer ${layerIndex + 1}`,
    cosearch: false,
    files: fingerprints(snapshot),
    before: before(snapshot.analysis, entry),
    state: "done",
    message: null,
    evaluations: 0,
    valid: 0,
    elapsedMs: 0,
    bound: null,
    best: null,
    network: null,
    curve: [],
    cloud: [],
    front: [],
  };
}
