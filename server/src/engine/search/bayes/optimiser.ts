import { fitGaussianProcess, type GaussianProcess } from "../../numeric/gaussian-process.ts";
import { type KernelShape, parameterCount } from "../../numeric/kernel.ts";
import { logExpectedImprovement } from "../../numeric/normal.ts";
import type { Prng } from "../../numeric/prng.ts";

/** The space an optimiser searches; it knows nothing of mappings. */
export interface DesignSpace {
  /** Length of a point. */
  variables: number;
  /** Length of what the surrogate sees of it. */
  features: number;
  draw(u: Float64Array): void;
  /** Changes one to three variables. */
  mutate(u: Float64Array): void;
  /** Features of a point, and a key equal for points that mean the same; `null` where a point means nothing. */
  look(u: Float64Array): { features: Float64Array; key: string } | null;
}

export interface OptimiserOptions {
  random: Prng;
  /** Points drawn at random before the surrogate is asked; none where there are sources. */
  initial?: number;
  /** Candidates compared per proposal. */
  candidates?: number;
}

export interface Proposal {
  u: Float64Array;
  features: Float64Array;
  key: string;
}

/** What another search found, on the same features: a task of its own for the kernel. */
export interface SourceObservations {
  features: Float64Array;
  values: Float64Array;
}

interface Told extends Proposal {
  value: number | null;
}

/**
 * Bayesian optimisation by asking and telling (Jones, Schonlau & Welch 1998): a Gaussian process over log values, the
 * next point where the expected improvement is largest. Batches by the kriging believer (Ginsbourger et al. 2010):
 * points that are still out count as if they had come back with their predicted value.
 */
export class BayesianOptimiser {
  private readonly space: DesignSpace;
  private readonly random: Prng;
  private readonly initial: number;
  private readonly candidates: number;
  private readonly sources: readonly SourceObservations[];
  private readonly told: Told[] = [];
  private readonly out = new Map<string, Proposal>();
  private readonly seen = new Set<string>();
  private fitted: GaussianProcess | null = null;
  private fittedAt = -1;

  constructor(
    space: DesignSpace,
    { random, initial, candidates = 400 }: OptimiserOptions,
    sources: readonly SourceObservations[] = [],
  ) {
    this.space = space;
    this.random = random;
    this.initial = initial ?? Math.min(10, Math.max(4, Math.ceil(space.variables / 3)));
    this.candidates = candidates;
    this.sources = sources;
  }

  /** Points to evaluate next, none asked or told before; fewer where the space has no more to give. */
  ask(count: number): Proposal[] {
    const proposals: Proposal[] = [];
    for (let i = 0; i < count; i++) {
      const known = this.told.length + this.out.size;
      const proposal =
        this.sources.length === 0 && (known < this.initial || this.values().length < 2) ? this.anyNew() : this.best();
      if (proposal === null) break;
      this.expect(proposal);
      proposals.push(proposal);
    }
    return proposals;
  }

  /** A point that someone else chose is being evaluated. */
  expect(proposal: Proposal): void {
    this.seen.add(proposal.key);
    this.out.set(proposal.key, proposal);
  }

  /** The value of a point (smaller is better, above 0), or `null` where it has none. */
  tell(proposal: Proposal, value: number | null): void {
    this.out.delete(proposal.key);
    this.seen.add(proposal.key);
    this.told.push({ ...proposal, value: value !== null && value > 0 && Number.isFinite(value) ? value : null });
  }

  /** The surrogate of log values after all that was told; `null` before there is anything to learn from. */
  surrogate(): GaussianProcess | null {
    const own = this.values();
    const sources = this.sources.reduce((n, s) => n + s.values.length, 0);
    if (own.length + sources < 2) return null;
    if (this.fittedAt === this.told.length && this.fitted !== null) return this.fitted;
    const { features } = this.space;
    const shape: KernelShape = {
      lengthOf: Int32Array.from({ length: features }, (_, i) => i),
      lengths: features,
      tasks: 1 + this.sources.length,
    };
    // A point without a value is as bad as the worst that has one: away from there, but not off a cliff.
    const worst = own.reduce((w, { value }) => Math.max(w, value!), 0);
    const all = this.told.filter(({ value }) => value !== null || worst > 0);
    const data = {
      inputs: Float64Array.from([
        ...all.flatMap((t) => [...t.features]),
        ...this.sources.flatMap((s) => [...s.features]),
      ]),
      values: Float64Array.from([
        ...all.map((t) => Math.log(t.value ?? worst)),
        ...this.sources.flatMap((s) => [...s.values].map(Math.log)),
      ]),
      tasks: Int32Array.from([
        ...all.map(() => 0),
        ...this.sources.flatMap((s, i) => Array.from(s.values, () => i + 1)),
      ]),
    };
    const previous = this.fitted?.parameters;
    // Later fits move little: most continue where the last one ended.
    const anew = previous === undefined || previous.length !== parameterCount(shape) || this.told.length % 8 === 0;
    this.fitted = fitGaussianProcess(shape, data, {
      random: this.random,
      starts: anew ? 1 : 0,
      previous,
      iterations: anew ? 40 : 15,
    });
    this.fittedAt = this.told.length;
    return this.fitted;
  }

  private values(): Told[] {
    return this.told.filter(({ value }) => value !== null);
  }

  private anyNew(): Proposal | null {
    for (let attempt = 0; attempt < 2000; attempt++) {
      const u = new Float64Array(this.space.variables);
      this.space.draw(u);
      const proposal = this.proposal(u);
      if (proposal !== null) return proposal;
    }
    return null;
  }

  private proposal(u: Float64Array): Proposal | null {
    const look = this.space.look(u);
    return look === null || this.seen.has(look.key) ? null : { u, ...look };
  }

  private best(): Proposal | null {
    let process = this.surrogate();
    if (process === null) return this.anyNew();
    for (const { features } of this.out.values()) process = process.with(features, process.mean(features));
    const own = this.values().sort((a, b) => a.value! - b.value!);
    const target =
      own.length > 0 ? Math.log(own[0].value!) : Math.min(...this.sources.flatMap((s) => this.guess(process!, s)));
    const score = ({ features }: Proposal) => {
      const { mean, deviation } = process!.predict(features);
      return logExpectedImprovement(mean, deviation, target);
    };
    const pool: { proposal: Proposal; score: number }[] = [];
    const offer = (u: Float64Array) => {
      const proposal = this.proposal(u);
      if (proposal === null) return null;
      const entry = { proposal, score: score(proposal) };
      pool.push(entry);
      return entry;
    };
    for (let i = 0; i < this.candidates; i++) {
      const u = new Float64Array(this.space.variables);
      if (i % 2 === 0 && own.length > 0) {
        u.set(own[this.random.below(Math.min(5, own.length))].u);
        this.space.mutate(u);
      } else this.space.draw(u);
      offer(u);
    }
    pool.sort((a, b) => b.score - a.score);
    // Climb from the best few.
    for (const start of pool.slice(0, 4)) {
      let at = start;
      for (let step = 0; step < this.candidates / 10; step++) {
        const u = at.proposal.u.slice();
        this.space.mutate(u);
        const moved = offer(u);
        if (moved !== null && moved.score > at.score) at = moved;
      }
    }
    if (pool.length === 0) return this.anyNew();
    return pool.reduce((best, entry) => (entry.score > best.score ? entry : best)).proposal;
  }

  /** Before anything of its own is known: what the surrogate expects at the sources' points. */
  private guess(process: GaussianProcess, source: SourceObservations): number[] {
    const { features } = this.space;
    return Array.from(source.values, (_, i) =>
      process.mean(source.features.subarray(i * features, (i + 1) * features)),
    );
  }
}
