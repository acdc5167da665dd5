import type { MapspaceKind } from "../engine/mapspace/constraints.ts";
import type { Mapspace } from "../engine/mapspace/mapspace.ts";
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

/** Every strategy there is; whoever offers a choice reads it from here. */
export const strategies: readonly Strategy[] = [
  {
    id: "exact",
    mapspaces: ["pfm", "ruby-s"],
    proves: true,
    ends: true,
    search: (mapspace, { objective, seed }) => exactSearch(mapspace, { objective, seed }),
  },
];
