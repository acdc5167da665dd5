import { Prng } from "../../numeric/prng.ts";
import { chooseOutermostOrders, Descent, orderCost } from "../gradient/descent.ts";
import { NetworkDesign } from "../gradient/design.ts";
import { LocalSearch } from "../gradient/local.ts";
import { Neighbourhood } from "../gradient/moves.ts";
import type { Network } from "../gradient/network.ts";
import { randomDesign } from "../gradient/start.ts";
import type { Cosearch, CosearchCheckpoint, CosearchProgress, NetworkResult } from "./progress.ts";
import { networkResult } from "./result.ts";

export interface GradientSearchOptions {
  seed: number;
  /** Evaluations of the whole network. */
  evaluations: number;
  /** As published: linear factors, nearest rounding, orders of the outermost level only, no local repair. */
  published: boolean;
  /** `iterate`: each layer keeps the best order at roundings; `softmax`: orders are blended in the gradient. */
  orders: "iterate" | "softmax";
  /** Start points. */
  starts: number;
  /** Steps between roundings. */
  roundEvery: number;
  rate: number;
  /** Weight of the penalty on what no hardware or mapspace allows. */
  penalty: number;
  /** Fillings of a start's hardware tried per layer, of which the best is kept. */
  fillings: number;
  sharpness: number;
  /** Random moves with a descent after them, per layer and rounding. */
  kicks: number;
  /** A start ends after this many roundings without gain. */
  patience: number;
  /** First start to run, and what earlier ones spent and found: to resume. */
  resume?: CosearchCheckpoint & { best: NetworkResult | null };
}

export const publishedOptions: Omit<GradientSearchOptions, "seed" | "evaluations"> = {
  published: true,
  orders: "iterate",
  starts: 7,
  roundEvery: 500,
  rate: 0.05,
  penalty: 10,
  fillings: 10,
  sharpness: Number.POSITIVE_INFINITY,
  kicks: 0,
  patience: Number.POSITIVE_INFINITY,
};

export const ownOptions: Omit<GradientSearchOptions, "seed" | "evaluations"> = {
  published: false,
  orders: "iterate",
  starts: 5,
  roundEvery: 120,
  rate: 0.04,
  penalty: 30,
  fillings: 1,
  sharpness: Number.POSITIVE_INFINITY,
  kicks: 1,
  patience: 4,
};

/**
 * Mapping-first search of a network, hardware inferred from the mappings (DOSA, Hong et al., MICRO 2023), as
 * published or as docs/gradient.md describes ours. Each start has a random stream and a budget of its own, so a run
 * may be resumed at any start and ends the same.
 */
export function* gradientCosearch(network: Network, options: GradientSearchOptions): Cosearch {
  const run = new Run(network, options);
  yield* run.all();
  return run.best;
}

class Run {
  best: NetworkResult | null;
  private readonly network: Network;
  private readonly options: GradientSearchOptions;
  private readonly descent: Descent;
  private readonly neighbourhoods: readonly Neighbourhood[];
  private readonly spentBefore: number;
  private readonly counted: number;
  /** Evaluations of the network that a step takes at most. */
  private readonly stepCost: number;
  private start = 0;
  private reported: NetworkResult | null = null;
  private bestStart: number;

  constructor(network: Network, options: GradientSearchOptions) {
    this.network = network;
    this.options = options;
    this.best = options.resume?.best ?? null;
    this.spentBefore = options.resume?.evaluations ?? 0;
    this.bestStart = options.resume?.bestStart ?? Number.POSITIVE_INFINITY;
    this.counted = network.evaluations;
    this.stepCost = options.orders === "softmax" ? orderCost(network) : 1;
    this.descent = new Descent(network, {
      domain: options.published ? "linear" : "log",
      penalty: options.penalty,
      sharpness: options.sharpness,
      orderTemperature: options.orders === "softmax" ? 0.1 : 0,
      rate: options.rate,
    });
    this.neighbourhoods = network.layers.map(({ mapspace }) => new Neighbourhood(mapspace));
  }

  private get spent(): number {
    return this.spentBefore + (this.network.evaluations - this.counted) / this.network.layers.length;
  }

  *all(): Generator<CosearchProgress> {
    const { starts, evaluations, resume } = this.options;
    for (this.start = resume?.start ?? 0; this.spent + 1 <= evaluations; this.start++) {
      const random = new Prng(this.options.seed, this.start);
      // Fewer starts where each would end before it has descended and been rounded.
      const share = Math.max(evaluations / starts, 4 * this.descent.roundCost(true));
      const until = Math.min(evaluations, this.spent + share);
      yield* this.options.published ? this.published(random, evaluations) : this.own(random, until);
      const checkpoint = { start: this.start + 1, evaluations: this.spent, bestStart: this.bestStart };
      yield { ...this.progress(false), checkpoint };
    }
    yield this.progress(true);
  }

  private *published(random: Prng, until: number): Generator<CosearchProgress> {
    const { network, descent, options } = this;
    const design = new NetworkDesign(network);
    // A start costs its fillings and once more the best of them; one far worse than the best so far is drawn again.
    do {
      const fillings = Math.max(1, Math.min(options.fillings, Math.floor(until - this.spent) - 1));
      randomDesign(network, random, design, fillings);
    } while (this.spent + options.fillings + 1 <= until && !(design.cost.value <= 10 * this.bestStart));
    this.bestStart = Math.min(this.bestStart, design.cost.value);
    this.offer(design);
    descent.from(design);
    const steps = Math.max(1, Math.floor(options.evaluations / options.starts) - 10);
    const rounding = descent.roundCost(false) + orderCost(network);
    const { stepCost } = this;
    const fits = () => this.spent + stepCost + rounding <= until;
    for (let step = 1; step <= steps && fits(); step++) {
      descent.step();
      if (step % options.roundEvery === 0 || step === steps || !fits()) {
        descent.round(design, false);
        chooseOutermostOrders(network, design);
        this.offer(design);
        descent.from(design);
      }
      if (step % 20 === 0) yield this.progress(false);
    }
  }

  private *own(random: Prng, until: number): Generator<CosearchProgress> {
    const { network, descent, options } = this;
    const n = network.layers.length;
    const local = new LocalSearch(network, this.neighbourhoods, random, network.evaluations + (until - this.spent) * n);
    const design = new NetworkDesign(network);
    const incumbent = new NetworkDesign(network);
    randomDesign(network, random, design, options.fillings);
    incumbent.copyFrom(design);
    this.offer(incumbent);
    const rounding = descent.roundCost(true);
    const { stepCost } = this;
    const fits = () => this.spent + stepCost + rounding <= until;
    let stagnant = 0;
    while (this.spent < until && stagnant < options.patience) {
      // Where too little is left to round what is found, the start is only improved by small moves.
      if (fits()) {
        descent.from(design);
        for (let step = 1; step <= options.roundEvery && fits(); step++) {
          descent.step(1 - (0.8 * step) / options.roundEvery);
          if (step % 20 === 0) yield this.progress(false);
        }
        descent.round(design, true);
      }
      for (let pass = 0; pass < 3 && this.spent < until; pass++) {
        let improved = false;
        for (let i = 0; i < n && this.spent < until; i++) {
          if (local.descend(design, i, 400)) improved = true;
          yield this.progress(false);
        }
        if (!improved) break;
      }
      const before = incumbent.cost.value;
      if (isBetter(design, incumbent)) incumbent.copyFrom(design);
      else design.copyFrom(incumbent);
      this.offer(incumbent);
      yield this.progress(false);
      for (let k = 0; k < options.kicks; k++) {
        for (let i = 0; i < n && this.spent < until; i++) {
          local.kick(design, i, 2 + random.below(3), 150);
          if (i % 4 === 3) yield this.progress(false);
        }
      }
      for (let l = 0; l < network.levels && this.spent < until; l++) {
        if (network.space.buffers[l] === null) continue;
        while (this.spent + 1 <= until && local.shrink(design, l, 0.4 + 0.55 * random.next(), 200))
          yield this.progress(false);
        yield this.progress(false);
      }
      if (isBetter(design, incumbent)) incumbent.copyFrom(design);
      this.offer(incumbent);
      stagnant = incumbent.cost.value < before * (1 - 1e-6) ? 0 : stagnant + 1;
    }
  }

  private offer(design: NetworkDesign): void {
    if (design.excess > 0 || design.cost.value >= (this.best?.value ?? Number.POSITIVE_INFINITY)) return;
    const result = networkResult(this.network, design);
    if (result !== null && result.value < (this.best?.value ?? Number.POSITIVE_INFINITY)) this.best = result;
  }

  private progress(done: boolean): CosearchProgress {
    const fresh = this.best === this.reported ? null : this.best;
    this.reported = this.best;
    return {
      evaluations: this.spent,
      value: this.best?.value ?? Number.POSITIVE_INFINITY,
      best: fresh,
      start: this.start,
      done,
    };
  }
}

function isBetter(design: NetworkDesign, than: NetworkDesign): boolean {
  if (design.excess !== than.excess) return design.excess < than.excess;
  return design.cost.value < than.cost.value;
}
