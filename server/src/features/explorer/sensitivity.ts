/** What a search's values hang on, in words. */

import type { Architecture, Workload } from "../../engine/model/types.ts";
import type { Variable } from "../../engine/search/bayes/variables.ts";
import type { Influence } from "../../engine/search/progress.ts";
import type { InfluenceView } from "./protocol.ts";

interface Hardware {
  architecture: Architecture;
  workload: Workload;
}

/** What a choice is called. */
export function nameOfChoice(variable: Variable, { architecture, workload }: Hardware): string {
  const level = architecture.storage[variable.level].name;
  switch (variable.kind) {
    case "spread":
      return `${level}: spread of ${workload.dimensions[variable.dimension].name}`;
    case "tile":
      return `${level}: tile of ${workload.dimensions[variable.dimension].name}`;
    case "score":
      return `${level}: place of ${workload.dimensions[variable.dimension].name} in the order`;
    case "order":
      return `${level}: order`;
    case "keep":
      return `${level}: keeps ${workload.dataSpaces[variable.dataSpace].name}`;
  }
}

export function influenceViews(found: readonly Influence[], hardware: Hardware): InfluenceView[] {
  return found.map(({ variable, first, total }) => ({ choice: nameOfChoice(variable, hardware), first, total }));
}
