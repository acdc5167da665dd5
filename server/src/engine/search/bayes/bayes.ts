import type { Mapspace } from "../../mapspace/mapspace.ts";
import type { MapspacePoint } from "../../mapspace/point.ts";
import { Prng } from "../../numeric/prng.ts";
import { sobolIndices } from "../../numeric/sobol.ts";
import { PointCosts } from "../costing.ts";
import { type Objective, objectiveValue } from "../objective.ts";
import type { Incumbent, Influence, Search, SearchProgress } from "../progress.ts";
import { drawVariable, MappingEncoder } from "./encoder.ts";
import { BayesianOptimiser, type DesignSpace, type Proposal, type SourceObservations } from "./optimiser.ts";

export interface BayesOptions {
  objective: Objective;
  seed: number;
  /** Mappings tried at most; the surrogate's effort grows with their cube. */
  evaluations?: number | null;
  /** Points asked at once. */
  batch?: number;
  initial?: number;
  candidates?: number;
  /** What searches of the same layer on other architectures found. */
  sources?: readonly SourceObservations[];
}

/** The mapspace as the optimiser sees it. */
export class MappingSpace implements DesignSpace {
  readonly encoder: MappingEncoder;
  readonly variables: number;
  readonly features: number;
  readonly point: MapspacePoint;
  private readonly random: Prng;
  private readonly costs: PointCosts;

  constructor(mapspace: Mapspace, random: Prng) {
    this.encoder = new MappingEncoder(mapspace);
    this.random = random;
    this.variables = this.encoder.variables.length;
    this.point = mapspace.createPoint();
    this.costs = new PointCosts(mapspace);
    const u = new Float64Array(this.variables);
    this.draw(u);
    this.encoder.decode(u, this.point);
    this.features = this.encoder.features(this.point).length;
  }

  draw(u: Float64Array): void {
    this.encoder.draw(this.random, u);
  }

  mutate(u: Float64Array): void {
    if (u.length === 0) return;
    const changes = 1 + this.random.below(3);
    for (let c = 0; c < changes; c++) {
      const i = this.random.below(u.length);
      const variable = this.encoder.variables[i];
      const near = !("choices" in variable) && this.random.next() < 0.6;
      u[i] = near
        ? Math.min(1, Math.max(1e-3, u[i] + 0.3 * (this.random.next() - 0.5)))
        : drawVariable(variable, this.random);
    }
  }

  look(u: Float64Array): { features: Float64Array; key: string } | null {
    this.encoder.decode(u, this.point);
    if (!this.costs.fits(this.point)) return null;
    return { features: this.encoder.features(this.point), key: pointKey(this.point) };
  }
}

/** Equal for points that differ in the places of idle loops only. */
export function pointKey(point: MapspacePoint): string {
  const nd = point.bounds.length;
  const order = Array.from(point.orders).filter((d, i) => point.factors[(2 * Math.floor(i / nd) + 1) * nd + d] > 1);
  return `${point.factors.join()};${point.residuals.join()};${point.alongY.join()};${order.join()};${point.keep.join()}`;
}

export interface BayesProgress extends SearchProgress {
  /** What the last evaluation gave. */
  last: number | null;
}

/** After so many evaluations it is first told what the cost hangs on, then after twice as many, and at the end. */
const firstLook = 20;

/** Bayesian search with the reference model as its evaluator. */
export function* bayesSearch(mapspace: Mapspace, options: BayesOptions): Search<BayesProgress> {
  const { objective, seed, evaluations: wanted, batch = 1, sources, initial, candidates } = options;
  const most = wanted ?? 300;
  const random = new Prng(seed);
  const space = new MappingSpace(mapspace, random);
  const optimiser = new BayesianOptimiser(space, { random, initial, candidates }, sources);
  const costs = new PointCosts(mapspace);
  const cost = { energyPj: 0, cycles: 0 };
  let best: Incumbent | null = null;
  let evaluations = 0;
  let looked = { at: 0, found: undefined as readonly Influence[] | undefined };
  const progress = (done: boolean, last: number | null): BayesProgress => {
    const due = evaluations === most || done || evaluations >= Math.max(firstLook, 2 * looked.at);
    if (due && looked.at < evaluations)
      looked = { at: evaluations, found: sensitivity(space, optimiser, 256) ?? undefined };
    const tried = last === null ? undefined : [cost.energyPj, cost.cycles];
    return { evaluations, valid: evaluations, best, bound: null, done, last, tried, sensitivity: looked.found };
  };
  while (evaluations < most) {
    const proposals = optimiser.ask(Math.min(batch, most - evaluations));
    if (proposals.length === 0) break;
    for (const proposal of proposals) {
      space.encoder.decode(proposal.u, space.point);
      costs.cost(space.point, cost);
      evaluations++;
      const value = objectiveValue(objective, cost.energyPj, cost.cycles);
      optimiser.tell(proposal, value);
      if (best === null || value < best.value) {
        best = { mapping: mapspace.mapping(space.point), bounds: Array.from(space.point.bounds), ...cost, value };
      }
      yield progress(false, value);
    }
  }
  const result = progress(true, null);
  yield result;
  return result;
}

/**
 * Which choices the surrogate's values hang on, most first: Sobol indices by variable of the encoder. Random numbers of
 * its own: a search goes on as if nobody had asked.
 */
export function sensitivity(space: MappingSpace, optimiser: BayesianOptimiser, samples = 512): Influence[] | null {
  const surrogate = optimiser.surrogate();
  if (surrogate === null || space.variables === 0) return null;
  const { encoder, point } = space;
  const random = new Prng(1);
  const mean = (u: Float64Array) => {
    encoder.decode(u, point);
    return surrogate.mean(encoder.features(point));
  };
  const alone = encoder.variables.map((_, i) => [i]);
  const indices = sobolIndices(mean, alone, (u) => encoder.draw(random, u), space.variables, samples);
  const share = (x: number) => Math.max(0, Math.min(1, x));
  return encoder.variables
    .map((variable, i) => ({ variable, first: share(indices.first[i]), total: share(indices.total[i]) }))
    .sort((a, b) => b.total - a.total);
}

export type { Proposal };
