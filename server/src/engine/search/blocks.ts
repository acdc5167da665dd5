import type { Mapspace } from "../mapspace/mapspace.ts";
import type { Cost } from "../model/cost.ts";
import type { EvaluationOptions, Mapping } from "../model/types.ts";
import { ParetoFront } from "../numeric/pareto.ts";
import { exhaustiveBlock, exhaustiveParts } from "./exhaustive.ts";
import { localBlock } from "./local.ts";
import type { Objective } from "./objective.ts";
import type { FrontPoint, Incumbent, Search, SearchProgress } from "./progress.ts";
import { randomBlock } from "./random.ts";
import { type BlockResult, Trial } from "./sampler.ts";

const blockStrategies = ["random", "exhaustive", "local"] as const;
export type BlockStrategy = (typeof blockStrategies)[number];

export function isBlockStrategy(strategy: string): strategy is BlockStrategy {
  return (blockStrategies as readonly string[]).includes(strategy);
}

export interface BlockSettings {
  strategy: BlockStrategy;
  objective: Objective;
  seed: number;
  /** Mappings tried in all; `null`: no limit. */
  evaluations: number | null;
  /** Stop after so many valid mappings in a row that are no better (the field's victory condition); `null`: never. */
  victory: number | null;
}

const blockSize = { random: 2048, local: 8192 };

/**
 * A search cut into blocks that do not depend on each other nor on who runs them, so the result is the same for any
 * number of workers. Evaluations of block `index`, or null where there is no such block.
 */
export function blockEvaluations({ strategy, evaluations }: BlockSettings, index: number): number | null {
  if (strategy === "exhaustive") {
    if (index >= exhaustiveParts) return null;
    if (evaluations === null) return Number.POSITIVE_INFINITY;
    return (
      Math.floor((evaluations * (index + 1)) / exhaustiveParts) - Math.floor((evaluations * index) / exhaustiveParts)
    );
  }
  const size = blockSize[strategy];
  if (evaluations === null) return size;
  const left = evaluations - index * size;
  return left <= 0 ? null : Math.min(size, left);
}

/** Runs one block; yields now and then, returns what it found. */
export function* runBlock(
  mapspace: Mapspace,
  trial: Trial,
  settings: BlockSettings,
  index: number,
): Generator<void, BlockResult> {
  trial.begin(index);
  const size = blockEvaluations(settings, index) ?? 0;
  if (size > 0) {
    if (settings.strategy === "random") yield* randomBlock(mapspace, trial, settings.seed, index, size);
    else if (settings.strategy === "local") yield* localBlock(mapspace, trial, settings.seed, index, size);
    else yield* exhaustiveBlock(mapspace, trial, index, size);
  }
  return trial.result();
}

/** Puts blocks together in their order and knows when the search is over. */
export class BlockMerge {
  private readonly victory: number;
  private evaluations = 0;
  private valid = 0;
  private sinceBest = 0;
  private best: Incumbent | null = null;
  private readonly front = new ParetoFront<Mapping>();
  /** True once the victory condition holds. */
  won = false;

  constructor(settings: BlockSettings) {
    this.victory = settings.victory ?? Number.POSITIVE_INFINITY;
  }

  add(block: BlockResult): void {
    if (this.won) return;
    let counted = 0;
    for (const { afterValid, ...found } of block.improvements) {
      if (this.best !== null && found.value >= this.best.value) continue;
      this.sinceBest += afterValid - counted;
      counted = afterValid + 1;
      if (this.sinceBest >= this.victory) {
        this.won = true;
        break;
      }
      this.best = found;
      this.sinceBest = 0;
    }
    if (!this.won) this.sinceBest += block.valid - counted;
    if (this.sinceBest >= this.victory && this.best !== null) this.won = true;
    this.evaluations += block.evaluations;
    this.valid += block.valid;
    for (const { energyPj, cycles, mapping } of block.front) this.front.add(energyPj, cycles, () => mapping);
  }

  /** Progress with blocks that cannot be merged yet, because others come before them. */
  preview(unmerged: readonly BlockResult[]): SearchProgress {
    const front = new ParetoFront<Mapping>();
    const shown = this.progress(false);
    for (const { energyPj, cycles, mapping } of shown.front ?? []) front.add(energyPj, cycles, () => mapping);
    for (const block of unmerged) {
      shown.evaluations += block.evaluations;
      shown.valid += block.valid;
      const found = block.improvements.at(-1);
      if (found !== undefined && found.value < (shown.best?.value ?? Number.POSITIVE_INFINITY)) {
        const { afterValid: _, ...best } = found;
        shown.best = best;
      }
      for (const { energyPj, cycles, mapping } of block.front) front.add(energyPj, cycles, () => mapping);
    }
    return { ...shown, front: pointsOf(front) };
  }

  progress(done: boolean): SearchProgress {
    return {
      evaluations: this.evaluations,
      valid: this.valid,
      best: this.best,
      bound: null,
      done,
      front: pointsOf(this.front),
    };
  }
}

function pointsOf(front: ParetoFront<Mapping>): FrontPoint[] {
  return front.points.map(({ x, y, value }) => ({ energyPj: x, cycles: y, mapping: value }));
}

/** A search in blocks, one after the other. */
export function* blockSearch(mapspace: Mapspace, settings: BlockSettings, options?: EvaluationOptions): Search {
  const merge = new BlockMerge(settings);
  const trial = new Trial(mapspace, settings.objective, options);
  let shown = merge.progress(false);
  let costed: Cost = { energyPj: 0, cycles: 0 };
  for (let index = 0; !merge.won && blockEvaluations(settings, index) !== null; index++) {
    const block = runBlock(mapspace, trial, settings, index);
    let step = block.next();
    while (!step.done) {
      const { incumbent, evaluations, valid, cost } = trial;
      const better = incumbent !== null && (shown.best === null || incumbent.value < shown.best.value);
      const again = cost.energyPj === costed.energyPj && cost.cycles === costed.cycles;
      if (!again) costed = { ...cost };
      yield {
        ...shown,
        evaluations: shown.evaluations + evaluations,
        valid: shown.valid + valid,
        best: better ? incumbent : shown.best,
        tried: again ? undefined : [costed.energyPj, costed.cycles],
      };
      step = block.next();
    }
    merge.add(step.value);
    shown = merge.progress(false);
    yield shown;
  }
  const result = merge.progress(true);
  yield result;
  return result;
}
