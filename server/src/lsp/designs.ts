/**
 * Designs as the features need them, made in slices of time so that the server answers and takes in keystrokes between
 * them. However many requests wait for the same state of the files, it is worked out once; a state that an edit has
 * overtaken is given up.
 */

import type { CheckedContext, FeatureContext } from "../features/context.ts";
import { checking } from "../rules/check.ts";
import { filesNotRead } from "../rules/files-not-read.ts";
import { tablesAtHand } from "../rules/tables-at-hand.ts";
import type { Problem } from "../syntax/source.ts";
import { parseYaml } from "../syntax/yaml.ts";
import type { Analysis } from "../workspace/analysis.ts";
import type { DesignStore, Snapshot } from "../workspace/store.ts";
import { turn } from "./run-safe.ts";

/** Milliseconds of work before others get their turn. */
const slice = 8;
/** Milliseconds that features about the text itself wait for files that are being read. */
const patience = 2000;

interface Job<T> {
  revision: number;
  result: Promise<T | typeof overtaken>;
}

/** The files changed while the work was going on. */
export const overtaken = Symbol("overtaken");

export class Designs {
  private readonly snapshots = new Map<string, Job<Snapshot | null>>();
  private readonly checks = new Map<string, Job<readonly Problem[]>>();
  private readonly problemsOf = new WeakMap<Analysis, readonly Problem[]>();
  private disposed = false;

  /** @param ready resolves once the files of a document's design have been read, or after so many milliseconds */
  constructor(
    private readonly store: DesignStore,
    private readonly ready: (uri: string, patience?: number) => Promise<void> = async () => {},
  ) {}

  /** The same as `context` for what is mostly about the text itself: where files are slow to come, without them. */
  earlyContext(uri: string): Promise<FeatureContext | null> {
    return this.context(uri, patience);
  }

  /** Everything a feature needs to know about a document; `null` for documents that do not concern us. */
  async context(uri: string, patience?: number): Promise<FeatureContext | null> {
    for (;;) {
      await this.ready(uri, patience);
      const { revision } = this.store;
      if (!this.store.concerns(uri)) return null;
      const snapshot = await this.shared(this.snapshots, uri, () => this.store.preparing(uri));
      if (snapshot === overtaken) continue;
      await turn();
      const file = this.store.rendered(uri)?.file;
      if (file === undefined || snapshot === null) return null;
      if (revision === this.store.revision) return { file, tree: parseYaml(file), snapshot };
    }
  }

  /** The same with the problems of the design. */
  async checked(uri: string): Promise<CheckedContext | null> {
    for (;;) {
      const { revision } = this.store;
      const context = await this.context(uri);
      if (context === null) return null;
      if (revision !== this.store.revision) continue;
      const problems =
        this.problemsOf.get(context.snapshot.analysis) ??
        (await this.shared(this.checks, uri, () => checking(context.snapshot.analysis, context.snapshot.files)));
      if (problems === overtaken) continue;
      await turn();
      this.problemsOf.set(context.snapshot.analysis, problems);
      const all = [
        ...context.snapshot.templateProblems,
        ...problems,
        ...tablesAtHand(context.snapshot),
        ...filesNotRead(context.snapshot),
      ];
      if (revision === this.store.revision) return { ...context, problems: all };
    }
  }

  forget(uri: string): void {
    this.snapshots.delete(uri);
    this.checks.delete(uri);
  }

  dispose(): void {
    this.disposed = true;
  }

  private shared<T>(jobs: Map<string, Job<T>>, uri: string, begin: () => Generator<void, T>): Job<T>["result"] {
    const { revision } = this.store;
    let job = jobs.get(uri);
    if (job === undefined || job.revision !== revision) {
      job = { revision, result: this.run(begin(), revision) };
      jobs.set(uri, job);
    }
    return job.result;
  }

  /** Work in steps on the files as they are. */
  async run<T>(steps: Generator<void, T>, revision = this.store.revision): Promise<T | typeof overtaken> {
    let began = performance.now();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      if (performance.now() - began < slice) continue;
      await turn();
      if (this.disposed) throw new Error("the server is shutting down");
      if (this.store.revision !== revision) return overtaken;
      began = performance.now();
    }
  }
}
