/** `mapspace.search.*` and `mapspace.cosearch.*`: what a search is unless its user chooses otherwise. */

import type { MapspaceKind } from "../engine/mapspace/constraints.ts";
import type { Objective } from "../engine/search/objective.ts";
import type { HardwareFreedom, SearchOptions } from "../features/explorer/protocol.ts";
import { catalogue, cosearchCatalogue, type StrategyEntry } from "../worker/catalogue.ts";

export const defaultSearch: SearchOptions = {
  strategy: "exact",
  mapspace: "pfm",
  objective: "edp",
  evaluations: null,
  seconds: 60,
  seed: 1,
  hardware: "all",
};

const objectives: readonly string[] = ["edp", "energy", "latency"] satisfies Objective[];

const algorithms: readonly string[] = cosearchCatalogue;
const freedoms: readonly string[] = ["all", "buffers", "fixed"] satisfies HardwareFreedom[];

/** Reads `mapspace.cosearch` beside what is said of every search. */
export function readCosearch(section: unknown, search: SearchOptions): SearchOptions {
  const stated = (typeof section === "object" && section !== null ? section : {}) as Record<string, unknown>;
  const algorithm = `cosearch-${stated.algorithm}`;
  return {
    ...search,
    strategy: algorithms.includes(algorithm) ? algorithm : cosearchCatalogue[0],
    mapspace: "pfm",
    hardware: freedoms.includes(stated.hardware as string) ? (stated.hardware as HardwareFreedom) : "all",
  };
}

/** Reads `mapspace.search`; anything missing or unknown is the default, and the mapspace one the strategy can search. */
export function readSearch(section: unknown): SearchOptions {
  const stated = (typeof section === "object" && section !== null ? section : {}) as Record<string, unknown>;
  const entries: readonly StrategyEntry[] = catalogue;
  const strategy =
    entries.find(({ id }) => id === stated.strategy) ?? entries.find(({ id }) => id === defaultSearch.strategy)!;
  const wanted = stated.mapspace ?? defaultSearch.mapspace;
  const positive = (value: unknown, fallback: number | null) =>
    typeof value === "number" && value > 0 ? value : value === null || value === 0 ? null : fallback;
  return {
    strategy: strategy.id,
    mapspace: strategy.mapspaces.includes(wanted as MapspaceKind) ? (wanted as MapspaceKind) : strategy.mapspaces[0],
    objective: objectives.includes(stated.objective as string) ? (stated.objective as Objective) : "edp",
    evaluations: positive(stated.evaluations, defaultSearch.evaluations),
    seconds: positive(stated.seconds, defaultSearch.seconds),
    seed: typeof stated.seed === "number" && Number.isInteger(stated.seed) ? stated.seed : defaultSearch.seed,
    hardware: defaultSearch.hardware,
  };
}
