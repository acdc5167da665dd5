/** The strategies by name with what they can do: all that is known of them where no search runs. */

import type { MapspaceKind } from "../engine/mapspace/constraints.ts";

/** A way to search that can be chosen by name. */
export interface StrategyEntry {
  id: string;
  mapspaces: readonly MapspaceKind[];
  /** Ends with a proof that nothing better exists. */
  proves: boolean;
  /** Ends by itself, whatever the budget. */
  ends: boolean;
}

const all: readonly MapspaceKind[] = ["pfm", "padded", "ruby", "ruby-s", "ruby-t"];

/** Every strategy there is; whoever offers a choice reads it from here. `strategies.ts` has the search of each. */
export const catalogue = [
  { id: "exact", mapspaces: ["pfm", "ruby-s"], proves: true, ends: true },
  { id: "local", mapspaces: all, proves: false, ends: false },
  { id: "gradient", mapspaces: ["pfm"], proves: false, ends: false },
  { id: "gp", mapspaces: ["pfm"], proves: false, ends: true },
  { id: "random", mapspaces: all, proves: false, ends: false },
  { id: "exhaustive", mapspaces: all, proves: false, ends: true },
  { id: "bayes", mapspaces: all, proves: false, ends: true },
] as const satisfies readonly StrategyEntry[];

export type StrategyId = (typeof catalogue)[number]["id"];

/** Ways to search the mappings of all layers together with the hardware they need. */
export const cosearchCatalogue = ["cosearch", "cosearch-dosa", "cosearch-random", "cosearch-bayes"] as const;

export type CosearchId = (typeof cosearchCatalogue)[number];
