import type { MapspaceKind } from "../engine/mapspace/constraints.ts";
import type { Mapspace } from "../engine/mapspace/mapspace.ts";
import { type BlockStrategy, blockSearch } from "../engine/search/blocks.ts";
import { exactSearch } from "../engine/search/exact/exact.ts";
import type { Objective } from "../engine/search/objective.ts";
import type { Search } from "../engine/search/progress.ts";

export interface StrategyRequest {
  objective: Objective;
  seed: number;
}

/** A way to search that can be chosen by name. */
export interface Strategy {
  id: string;
  mapspaces: readonly MapspaceKind[];
  /** Ends with a proof that nothing better exists. */
  proves: boolean;
  /** Ends by itself, whatever the budget. */
  ends: boolean;
  search(mapspace: Mapspace, request: StrategyRequest): Search;
}

const all: readonly MapspaceKind[] = ["pfm", "padded", "ruby", "ruby-s", "ruby-t"];

function inBlocks(strategy: BlockStrategy, ends: boolean): Strategy {
  return {
    id: strategy,
    mapspaces: all,
    proves: false,
    ends,
    search: (mapspace, { objective, seed }) =>
      blockSearch(mapspace, { strategy, objective, seed, evaluations: null, victory: null }),
  };
}

/** Every strategy there is; whoever offers a choice reads it from here. */
export const strategies: readonly Strategy[] = [
  {
    id: "exact",
    mapspaces: ["pfm", "ruby-s"],
    proves: true,
    ends: true,
    search: (mapspace, { objective, seed }) => exactSearch(mapspace, { objective, seed }),
  },
  inBlocks("local", false),
  inBlocks("random", false),
  inBlocks("exhaustive", true),
];
