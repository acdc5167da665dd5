/** Every run and what became of it. Kept with the workspace, so that closing a panel or a window loses nothing. */
import { EventEmitter, type Memento } from "vscode";
import type { Basis, Run, RunProgress } from "../../../server/src/features/explorer/protocol.ts";
import { type Goal, goalOf, goalValue, isLive, withProgress } from "../../../webview/src/run.ts";

const key = "mapspace.runs";
const writtenKey = "mapspace.written";
/** More are not kept of one layer, but for the best; the oldest go first. */
const mostRuns = 12;
/** Points of a cloud that survive a reload: enough to recognise it. */
const keptPoints = 2000;
/** The same of all clouds together. */
const allKeptPoints = 50_000;
const saveDelay = 1000;
/** Files written that are remembered; the oldest go first. */
const mostWritten = 200;

/** A file before and after it was written from here; `null` is no such file. */
export interface Written {
  uri: string;
  before: string | null;
  after: string;
}

/** Fingerprints of texts of one file that are the same to a search: to every one, or where hardware differs to one run. */
interface Alike {
  uri: string;
  run: string | null;
  texts: readonly (string | null)[];
}

export class RunStore {
  private readonly runs = new Map<string, Run>();
  private readonly changed = new EventEmitter<{ run: Run; progress: RunProgress | null; removed: boolean }>();
  readonly onDidChange = this.changed.event;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private alike: readonly Alike[];

  constructor(private readonly memento: Memento) {
    for (const run of memento.get<Run[]>(key, [])) this.runs.set(run.id, asLeft(run));
    this.alike = memento.get<Alike[]>(writtenKey, []);
  }

  get(id: string): Run | undefined {
    return this.runs.get(id);
  }

  of(design: string): Run[] {
    return [...this.runs.values()].filter((run) => run.design === design);
  }

  put(run: Run): void {
    this.runs.set(run.id, run);
    const beside = this.of(run.design).filter((one) => one.layer === run.layer && one.cosearch === run.cosearch);
    const kept = new Set([run, ...bestByGoal(beside)]);
    for (const old of beside.slice(0, -mostRuns)) if (!isLive(old) && !kept.has(old)) this.remove(old.id);
    this.changed.fire({ run, progress: null, removed: false });
    void this.write();
  }

  progress(progress: RunProgress): void {
    const known = this.runs.get(progress.run);
    if (known === undefined || !isLive(known)) return;
    const run = withProgress(known, progress);
    this.runs.set(run.id, run);
    this.changed.fire({ run, progress, removed: false });
    if (isLive(run)) this.save();
    else void this.write();
  }

  remove(id: string): void {
    const run = this.runs.get(id);
    if (run === undefined) return;
    this.runs.delete(id);
    this.changed.fire({ run, progress: null, removed: true });
    void this.write();
  }

  /** A result of this run was written: a mapping matters to no search, so that all take the texts for the same. */
  wrote({ id, cosearch, files }: Run, written: readonly Written[]): void {
    const run = cosearch ? id : null;
    for (const { uri, before, after } of written) {
      const texts = [files[uri] ?? null, before, after];
      const same = this.alike.filter((one) => one.uri === uri && one.run === run && overlap(one.texts, texts));
      const all = new Set([...same.flatMap((one) => one.texts), ...texts]);
      this.alike = [...this.alike.filter((one) => !same.includes(one)), { uri, run, texts: [...all] }];
    }
    this.alike = this.alike.slice(-mostWritten);
    void this.write();
  }

  basisOf({ id, files }: Run): Basis {
    const alike: Record<string, (string | null)[]> = {};
    for (const { uri, run, texts } of this.alike) {
      if ((run !== null && run !== id) || !texts.includes(files[uri] ?? null)) continue;
      alike[uri] = [...(alike[uri] ?? []), ...texts];
    }
    return { files, alike };
  }

  /** The server is gone, and every search with it. What they found stays. */
  stopAll(): void {
    for (const run of this.runs.values()) {
      if (!isLive(run)) continue;
      const { id, evaluations, valid, elapsedMs, bound } = run;
      this.progress({ run: id, state: "stopped", evaluations, valid, elapsedMs, bound });
    }
  }

  dispose(): void {
    void this.write();
    this.changed.dispose();
  }

  /** What a search tells on its way; its end is kept at once. */
  private save(): void {
    this.timer ??= setTimeout(() => void this.write(), saveDelay);
  }

  private async write(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const points = Math.min(keptPoints, Math.ceil(allKeptPoints / this.runs.size));
    const kept = [...this.runs.values()].map((run) => ({ ...run, cloud: run.cloud.slice(-2 * points) }));
    await Promise.all([this.memento.update(key, kept), this.memento.update(writtenKey, this.alike)]);
  }
}

/** What runs of one layer found best; results of different goals are not compared. */
function bestByGoal(runs: readonly Run[]): Run[] {
  const found = new Map<Goal, Run>();
  for (const run of runs) {
    const goal = goalOf(run.options);
    const value = (of: Run | undefined) => (of?.best && goalValue(goal, of.best)) ?? Number.POSITIVE_INFINITY;
    if (value(run) < value(found.get(goal))) found.set(goal, run);
  }
  return [...found.values()];
}

const overlap = (some: Alike["texts"], others: Alike["texts"]) => some.some((text) => others.includes(text));

/** A run that was at work when the window closed has stopped. */
const asLeft = (run: Run): Run => (isLive(run) ? { ...run, state: "stopped" } : run);
