import type { Mapspace } from "../engine/mapspace/mapspace.ts";
import type { LatencyModelFile } from "../engine/model/learned/latency-model.ts";
import { bayesSearch } from "../engine/search/bayes/bayes.ts";
import { type BlockStrategy, blockSearch } from "../engine/search/blocks.ts";
import { exactSearch } from "../engine/search/exact/exact.ts";
import { gpSearch } from "../engine/search/gp/gp.ts";
import { gradientSearch } from "../engine/search/gradient/strategy.ts";
import type { Objective } from "../engine/search/objective.ts";
import type { Search } from "../engine/search/progress.ts";
import { catalogue, type StrategyEntry, type StrategyId } from "./catalogue.ts";

export interface StrategyRequest {
  objective: Objective;
  seed: number;
  /** Mappings tried in all; `null`: no limit. */
  evaluations: number | null;
  /** Cycles are those that this model expects, for strategies that can descend on them. */
  latency?: LatencyModelFile;
}

type StartSearch = (mapspace: Mapspace, request: StrategyRequest) => Search;

export interface Strategy extends StrategyEntry {
  search: StartSearch;
}

const inBlocks =
  (strategy: BlockStrategy): StartSearch =>
  (mapspace, { objective, seed, evaluations }) =>
    blockSearch(mapspace, { strategy, objective, seed, evaluations, victory: null });

const searches: Readonly<Record<StrategyId, StartSearch>> = {
  exact: (mapspace, { objective, seed }) => exactSearch(mapspace, { objective, seed }),
  gradient: (mapspace, request) => gradientSearch(mapspace, request),
  gp: (mapspace, request) => gpSearch(mapspace, request),
  local: inBlocks("local"),
  random: inBlocks("random"),
  exhaustive: inBlocks("exhaustive"),
  bayes: (mapspace, request) => bayesSearch(mapspace, request),
};

/** Every strategy with its search. */
export const strategies: readonly Strategy[] = catalogue.map((entry) => ({ ...entry, search: searches[entry.id] }));
