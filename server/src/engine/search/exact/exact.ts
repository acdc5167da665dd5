import type { Mapspace } from "../../mapspace/mapspace.ts";
import { copyPoint, type MapspacePoint } from "../../mapspace/point.ts";
import type { Bar, Cost } from "../../model/cost.ts";
import { networkLatencyCycles } from "../../model/networks.ts";
import type { Mapping } from "../../model/types.ts";
import { ParetoFront } from "../../numeric/pareto.ts";
import { Prng } from "../../numeric/prng.ts";
import { PointCosts } from "../costing.ts";
import { SideBound } from "../gp/bound.ts";
import { type Objective, objectiveValue } from "../objective.ts";
import type { FrontPoint, Incumbent, Search, SearchProgress } from "../progress.ts";
import { TriedSample } from "../tried.ts";
import { type CertificateLabel, slack } from "./certificate.ts";
import { Compulsory } from "./compulsory.ts";
import { type DescentStatistics, descend } from "./descend.ts";
import { addWeights, cycleWeights, energyWeights, type Weights } from "./functional.ts";
import { MinHeap } from "./heap.ts";
import { Labels, type SpreadTables, spreadTables } from "./labels.ts";
import { leakage } from "./leakage.ts";
import { type ExactProblem, exactProblem } from "./problem.ts";
import { type DimensionSpread, dimensionSpreads, loosestOf, type Skeleton, skeletonOf } from "./skeleton.ts";

export interface ExactStatistics extends DescentStatistics {
  /** Spreads over the arrays, and what became of them. */
  spreads: number;
  spreadsPruned: number;
  /** Spreads with a choice of kept levels that were labelled, and the labels made. */
  labelled: number;
  labels: number;
  descents: number;
}

export interface ExactProgress extends SearchProgress {
  bound: number;
  /** What the labels prove alone, without geometric programs: no certificate holds more. */
  labelBound: number;
  statistics: ExactStatistics;
  /** What a certificate needs: on the last progress, and on every one with `certify`. */
  labels?: readonly CertificateLabel[];
}

export interface ExactOptions {
  objective: Objective;
  seed: number;
  /** Random mappings tried first, so that bounds have something to prune by. */
  warmUp?: number;
  /** Mappings costed at most; then the search ends with what is proven by then. */
  evaluations?: number | null;
  /** Labels with every progress: whoever stops the search has the proof of its gap. */
  certify?: boolean;
  /** Bounds by geometric programs on the side, in searches that take long; true by default. */
  geometric?: boolean;
}

/** What labelling or descending a group of mappings counts for, in spreads looked at. */
const workPerGroup = 64;

type Open =
  | { kind: "group"; ends: readonly DimensionSpread[][] }
  | { kind: "spread"; spreads: DimensionSpread[] }
  | { kind: "kept"; spreads: DimensionSpread[]; keep: Int32Array; label: CertificateLabel | null };

/** Spreads whose tables are kept at a time. */
const tablesKept = 32;

/** Why `exact` cannot prove anything about a mapspace; null where it can. */
export function exactRefusal(mapspace: Mapspace): "imperfect-temporal" | null {
  return mapspace.kind === "ruby" || mapspace.kind === "ruby-t" ? "imperfect-temporal" : null;
}

/**
 * The best mapping of a mapspace under `exact` counting, with a proof: branch and bound over spreads and kept levels,
 * best first; each is bounded by what is compulsory, then by a label-setting programme over tile sizes, and what is
 * left is searched along the labels down to complete mappings, which the reference model costs. Many mappings are as
 * fast as the fastest: of these it goes on to the one of least energy.
 */
export function* exactSearch(mapspace: Mapspace, options: ExactOptions): Search<ExactProgress> {
  const search = new ExactSearch(mapspace, options);
  yield* search.run();
  if (options.objective === "latency") yield* search.spare();
  const result = search.progress(true);
  yield result;
  return result;
}

class ExactSearch {
  private readonly problem: ExactProblem;
  private readonly costs: PointCosts;
  private readonly point: MapspacePoint;
  private readonly bestPoint: MapspacePoint;
  private readonly latency: number;
  private readonly objective: Objective;
  private readonly random: Prng;
  private readonly warmUp: number;
  private readonly most: number;
  private readonly certify: boolean;
  private readonly bar: Bar | null = null;
  private readonly cost: Cost = { energyPj: 0, cycles: 0 };
  private readonly keeps: number[][];
  private readonly compulsory: Compulsory;
  private best: { energyPj: number; cycles: number; value: number } | null = null;
  private incumbent: Incumbent | null = null;
  private readonly tried = new TriedSample();
  private readonly triedCost: Cost = { energyPj: 0, cycles: 0 };
  private front = new ParetoFront<Mapping>();
  private frontPoints: FrontPoint[] | null = [];
  /** Slower mappings are of no use. */
  private longest = Number.POSITIVE_INFINITY;
  private evaluations = 0;
  private valid = 0;
  private bound = 0;
  /** Soon there where spreads are many; not what certificates are made of. */
  private readonly side: SideBound;
  private slow = 0;
  /** Of the spreads labelled last: several choices of kept levels follow each other. */
  private readonly tables = new Map<DimensionSpread[], SpreadTables>();
  /** A mapping was not costed because the budget is spent. */
  private over = false;
  private readonly labels: CertificateLabel[] = [];
  readonly statistics: ExactStatistics = {
    spreads: 0,
    spreadsPruned: 0,
    labelled: 0,
    labels: 0,
    descents: 0,
    nodes: 0,
    tilings: 0,
    orders: 0,
    evaluated: 0,
  };

  constructor(mapspace: Mapspace, options: ExactOptions) {
    const { objective, seed, warmUp = 2000, evaluations, certify = false, geometric = true } = options;
    this.problem = exactProblem(mapspace);
    this.costs = new PointCosts(mapspace);
    this.point = mapspace.createPoint();
    this.bestPoint = mapspace.createPoint();
    this.latency = networkLatencyCycles(mapspace.architecture, "exact");
    this.objective = objective;
    this.random = new Prng(seed);
    this.warmUp = warmUp;
    this.most = evaluations ?? Number.POSITIVE_INFINITY;
    this.certify = certify;
    this.keeps = keepChoices(mapspace);
    this.compulsory = new Compulsory(this.problem);
    // Where a bandwidth may bind, descents must know the cycles of what they offer.
    if (ports(this.problem).length === 0) {
      const hopeless = (energyPj: number, cycles: number) =>
        !this.isBetter(energyPj, cycles) && !this.front.improves(energyPj, cycles);
      this.bar = { hopeless };
    }
    this.side = new SideBound(geometric ? this.problem : null, objective, () => this.target());
  }

  progress(done: boolean): ExactProgress {
    const { mapspace } = this.problem;
    if (this.best !== null && this.incumbent === null) {
      this.incumbent = {
        mapping: mapspace.mapping(this.bestPoint),
        bounds: Array.from(this.bestPoint.bounds),
        ...this.best,
      };
    }
    this.frontPoints ??= this.front.points.map(({ x, y, value }) => ({ energyPj: x, cycles: y, mapping: value }));
    return {
      evaluations: this.evaluations,
      valid: this.valid,
      best: this.incumbent,
      bound: Math.min(Math.max(this.bound, this.side.bound), this.best?.value ?? Number.POSITIVE_INFINITY),
      labelBound: Math.min(this.bound, this.best?.value ?? Number.POSITIVE_INFINITY),
      done,
      front: this.frontPoints,
      statistics: { ...this.statistics },
      tried: this.tried.take(),
      ...(done || this.certify ? { labels: this.labels } : {}),
    };
  }

  *run(): Generator<ExactProgress> {
    const { mapspace } = this.problem;
    for (let i = 0; i < this.warmUp; i++) {
      mapspace.sample(this.random, this.point);
      this.offer(this.point);
      if (this.over) return;
      if ((i & 255) === 255) yield this.progress(false);
    }
    const heap = new MinHeap<Open>();
    yield* this.spreads(heap);
    if (this.settled()) return;
    let kept: { open: Open; labels: Labels }[] = [];
    while (heap.size > 0) {
      this.bound = Math.max(this.bound, heap.least);
      if (!(heap.least < this.target())) break;
      const key = heap.least;
      const open = heap.pop();
      if (open.kind === "group") this.chooseEnds(open.ends, heap);
      else if (open.kind === "spread") this.chooseKept(open.spreads, heap);
      else if (open.label === null) {
        const labels = this.label(open.spreads, open.keep, []);
        const value = this.valueAt(labels.sk, labels.root()[0] + this.arithmeticEnergy(labels.sk));
        this.statistics.labelled++;
        this.statistics.labels += labels.labels;
        const label = labelOf(open.spreads, open.keep, Math.max(key, value));
        this.labels.push(label);
        if (value < this.target()) {
          const next: Open = { ...open, label };
          heap.push(Math.max(key, value), next);
          kept.push({ open: next, labels });
          if (kept.length > 100) kept = kept.slice(50);
        }
      } else {
        const known = kept.find((entry) => entry.open === open);
        kept = kept.filter((entry) => entry !== known);
        yield* this.descend(open.spreads, open.keep, known?.labels ?? this.label(open.spreads, open.keep, []));
        if (this.over) return;
      }
      if (open.kind !== "group") this.side.spend(workPerGroup, this.bound);
      yield this.progress(false);
      if (this.settled()) return;
    }
    this.bound = this.best?.value ?? Number.POSITIVE_INFINITY;
  }

  /** Of the fastest mappings the one of least energy, as far as evaluations last; nothing is proven of it. */
  *spare(): Generator<ExactProgress> {
    const { best, over } = this;
    if (best === null || over) return;
    const rest = new ExactSearch(this.problem.mapspace, {
      objective: "energy",
      seed: 0,
      warmUp: 0,
      evaluations: this.most - this.evaluations,
      geometric: false,
    });
    rest.longest = best.cycles;
    rest.best = { ...best, value: best.energyPj };
    rest.front = this.front;
    const { evaluations, valid } = this;
    for (const _ of rest.run()) {
      this.evaluations = evaluations + rest.evaluations;
      this.valid = valid + rest.valid;
      this.frontPoints = null;
      if (rest.best.energyPj < this.best!.energyPj) {
        this.improve(rest.bestPoint, rest.best);
      }
      yield this.progress(false);
    }
  }

  /** Is the best found optimal by the bound on the side, where no certificate is asked for? */
  private settled(): boolean {
    return !this.certify && this.side.bound >= this.target();
  }

  /** Values from here on are no improvement. */
  private target(): number {
    return this.best === null ? Number.POSITIVE_INFINITY : this.best.value * (1 - slack);
  }

  private arithmeticEnergy(sk: Skeleton): number {
    return (
      sk.bounds.reduce((product, bound) => product * bound, 1) * this.problem.mapspace.architecture.compute.energyPj
    );
  }

  /** All spreads that the compulsory traffic does not rule out; those that differ only in how chains end in one group. */
  private *spreads(heap: MinHeap<Open>): Generator<ExactProgress> {
    const { mapspace } = this.problem;
    const perProfile = dimensionSpreads(this.problem);
    const loosest = perProfile.map((profiles) => profiles.map(loosestOf));
    const picked = new Int32Array(this.problem.dimensions);
    let count = 0;
    for (const _ of mapspace.enumerateSpreads(picked)) {
      const ends = perProfile.map((profiles, d) => profiles[picked[d]]);
      const size = ends.reduce((product, { length }) => product * length, 1);
      this.statistics.spreads += size;
      if (size > 0) {
        const spreads = loosest.map((profiles, d) => profiles[picked[d]]);
        this.open(heap, spreads, size === 1 ? { kind: "spread", spreads } : { kind: "group", ends }, size);
      }
      if ((++count & 255) !== 0) continue;
      yield this.progress(false);
      if (this.settled()) return;
    }
  }

  /** Opens `size` spreads that cost no less than `spreads`, unless that is too much. */
  private open(heap: MinHeap<Open>, spreads: DimensionSpread[], open: Open, size: number): void {
    this.side.spend(1);
    const sk = skeletonOf(this.problem, spreads);
    const value =
      sk.cycles + this.latency > this.longest ? Number.POSITIVE_INFINITY : this.valueAt(sk, this.leastOf(sk));
    if (value < this.target()) heap.push(value, open);
    else this.statistics.spreadsPruned += size;
  }

  /** The spreads of a group, each with its own ends. */
  private chooseEnds(ends: readonly DimensionSpread[][], heap: MinHeap<Open>): void {
    const chosen: DimensionSpread[] = [];
    const choose = (d: number): void => {
      if (d === ends.length) {
        const spreads = [...chosen];
        this.open(heap, spreads, { kind: "spread", spreads }, 1);
        return;
      }
      for (const spread of ends[d]) {
        chosen[d] = spread;
        choose(d + 1);
      }
    };
    choose(0);
  }

  private leastOf(sk: Skeleton): number {
    this.compulsory.count(sk);
    let total = this.arithmeticEnergy(sk);
    for (let v = 0; v < this.keeps.length; v++) {
      let least = Number.POSITIVE_INFINITY;
      for (const keep of this.keeps[v]) least = Math.min(least, this.compulsory.of(v, keep));
      total += least;
    }
    return total;
  }

  private chooseKept(spreads: DimensionSpread[], heap: MinHeap<Open>): void {
    const sk = skeletonOf(this.problem, spreads);
    this.compulsory.count(sk);
    const spaces = this.problem.spaces.length;
    const costs = this.keeps.map((choices, v) => choices.map((keep) => this.compulsory.of(v, keep)));
    const choose = (v: number, energy: number, rows: Int32Array): void => {
      if (v === spaces) {
        const value = this.valueAt(sk, energy);
        if (value < this.target()) heap.push(value, { kind: "kept", spreads, keep: rows, label: null });
        return;
      }
      this.keeps[v].forEach((keep, i) => {
        const kept = rows.map((row, l) => row | (((keep >> l) & 1) << v));
        choose(v + 1, energy + costs[v][i], kept);
      });
    };
    choose(0, this.arithmeticEnergy(sk), new Int32Array(this.problem.levels));
  }

  private label(spreads: DimensionSpread[], keep: Int32Array, more: readonly Weights[]): Labels {
    const sk = skeletonOf(this.problem, spreads);
    let tables = this.tables.get(spreads);
    if (tables === undefined) {
      if (this.tables.size === tablesKept) this.tables.clear();
      tables = spreadTables();
      this.tables.set(spreads, tables);
    }
    return new Labels(this.problem, sk, keep, [energyWeights(this.problem, sk), ...more], tables);
  }

  /** Objective of a least dynamic energy, everything else as good as this spread allows. */
  private valueAt(sk: Skeleton, energyPj: number): number {
    return objectiveValue(this.objective, energyPj + leakage(this.problem, sk) * sk.cycles, sk.cycles + this.latency);
  }

  private *descend(spreads: DimensionSpread[], keep: Int32Array, first: Labels): Generator<ExactProgress> {
    this.statistics.descents++;
    this.writeSpread(spreads, keep);
    this.slow = 0;
    const alone = this.objective !== "latency" || ports(this.problem).length === 0;
    if (alone) {
      const energyOnly = () => [this.energyLimit(first.sk)];
      for (const _ of descend(
        first,
        this.point,
        { limits: energyOnly, offer: (p) => this.offerFor(first.sk, p) },
        this.statistics,
      )) {
        yield this.progress(false);
        if (this.over) return;
        if (this.slow > 16) break;
      }
      if (this.slow <= 16) return;
    }
    // A bandwidth binds: bound its cycles too, alone and weighed against energy.
    const { sk } = first;
    const energy = energyWeights(this.problem, sk);
    const leak = leakage(this.problem, sk);
    const least = first.root()[0] + this.arithmeticEnergy(sk);
    const most = () =>
      Math.max(
        sk.cycles,
        this.objective === "edp" ? this.target() / Math.max(least, 1e-300) - this.latency : this.longest - this.latency,
      );
    const cycles = ports(this.problem).map(({ level, port }) => cycleWeights(this.problem, sk, level, port));
    const slope = this.objective === "edp" ? this.target() / (sk.cycles * most()) : 0;
    const useful = Number.isFinite(slope) && slope > 0;
    const mixed = useful ? cycles.map((w) => addWeights(energy, w, slope)) : [];
    const labels = this.label(spreads, keep, [...cycles, ...mixed]);
    this.statistics.labelled++;
    const limits = (): number[] => {
      const target = this.target();
      const all = [this.energyLimit(sk)];
      const longest = this.objective === "latency" ? target - this.latency : most();
      for (const _ of cycles) all.push(longest * (1 + slack));
      const at = (c: number) => target / (c + this.latency) + (slope - leak) * c - this.arithmeticEnergy(sk);
      for (const _ of mixed) all.push(Math.max(at(sk.cycles), at(most())));
      return all;
    };
    for (const _ of descend(labels, this.point, { limits, offer: (p) => this.offer(p) }, this.statistics)) {
      yield this.progress(false);
      if (this.over) return;
    }
    this.statistics.labels += labels.labels;
  }

  /** Dynamic energy outside the arithmetic below which a mapping of this spread may still be better. */
  private energyLimit(sk: Skeleton): number {
    const target = this.target();
    const { cycles } = sk;
    const leak = leakage(this.problem, sk) * cycles + this.arithmeticEnergy(sk);
    if (this.objective === "edp") return target / (cycles + this.latency) - leak;
    if (this.objective === "energy") return target - leak;
    return cycles + this.latency < target ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  private offerFor(sk: Skeleton, point: MapspacePoint): void {
    this.offer(point);
    if (this.cost.cycles > sk.cycles + this.latency + 0.5) this.slow++;
  }

  private offer(point: MapspacePoint): void {
    const { costs, cost } = this;
    if (this.evaluations >= this.most) {
      this.over = true;
      return;
    }
    this.evaluations++;
    if (!costs.fits(point)) return;
    this.valid++;
    if (this.tried.isDue()) {
      // Apart, and to its end: most tries are given up before they are costed.
      costs.cost(point, this.triedCost);
      this.tried.keep(this.triedCost.energyPj, this.triedCost.cycles);
    }
    if (!costs.cost(point, cost, this.bar)) return;
    const { energyPj, cycles } = cost;
    if (this.front.add(energyPj, cycles, () => this.problem.mapspace.mapping(point))) this.frontPoints = null;
    if (this.isBetter(energyPj, cycles)) this.improve(point, cost);
  }

  /** Less of the objective, or as much with less of what it leaves open. */
  private isBetter(energyPj: number, cycles: number): boolean {
    if (cycles > this.longest) return false;
    if (this.best === null) return true;
    const value = objectiveValue(this.objective, energyPj, cycles);
    if (value !== this.best.value) return value < this.best.value;
    return this.objective === "energy" ? cycles < this.best.cycles : energyPj < this.best.energyPj;
  }

  private improve(point: MapspacePoint, { energyPj, cycles }: Cost): void {
    this.best = { energyPj, cycles, value: objectiveValue(this.objective, energyPj, cycles) };
    copyPoint(point, this.bestPoint);
    this.incumbent = null;
  }

  private writeSpread(spreads: readonly DimensionSpread[], keep: Int32Array): void {
    const { mapspace, dimensions } = this.problem;
    this.point.keep.set(keep);
    spreads.forEach((spread, d) => {
      this.point.bounds[d] = spread.bound;
      const profile = mapspace.profiles[d][spread.profile];
      mapspace.rules.spreads.forEach(({ level }, s) => {
        this.point.alongY[level * dimensions + d] = profile.alongY[s] ? 1 : 0;
      });
    });
  }
}

function labelOf(spreads: readonly DimensionSpread[], keep: Int32Array, bound: number): CertificateLabel {
  return {
    spread: spreads.map(({ profile, top }) => [profile, top] as const),
    keep: Array.from(keep),
    bound,
  };
}

/** Ports with a bandwidth. */
function ports(problem: ExactProblem): { level: number; port: "read" | "write" | "shared" }[] {
  return problem.mapspace.architecture.storage.flatMap((storage, level) => [
    ...(storage.readBandwidth === null ? [] : [{ level, port: "read" as const }]),
    ...(storage.writeBandwidth === null ? [] : [{ level, port: "write" as const }]),
    ...(storage.sharedBandwidth === null ? [] : [{ level, port: "shared" as const }]),
  ]);
}

/** Per data space: sets of levels that may keep it, as bits. */
function keepChoices(mapspace: Mapspace): number[][] {
  const { keep } = mapspace.rules;
  return mapspace.workload.dataSpaces.map((_, v) => {
    let choices = [0];
    keep.forEach((row, l) => {
      if (row[v] === true) choices = choices.map((c) => c | (1 << l));
      else if (row[v] === null) choices = choices.flatMap((c) => [c, c | (1 << l)]);
    });
    return choices.filter((c) => c !== 0);
  });
}
