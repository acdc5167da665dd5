import type { Architecture, Workload } from "../model/types.ts";
import type { Conflict, MapspaceConstraint, MapspaceConstraints, MapspaceKind } from "./constraints.ts";
import { Mapspace } from "./mapspace.ts";
import { spaceRules } from "./rules.ts";

export type MapspaceResult =
  | { mapspace: Mapspace; conflict?: undefined }
  | { mapspace?: undefined; conflict: Conflict };

/** The mapspace of a layer on an architecture, or a smallest set of constraints that leaves it empty. */
export function createMapspace(
  architecture: Architecture,
  workload: Workload,
  kind: MapspaceKind,
  constraints: MapspaceConstraints = [],
): MapspaceResult {
  const rules = spaceRules(architecture, workload, kind, constraints);
  if ("cause" in rules) return { conflict: rules };
  const mapspace = new Mapspace(architecture, workload, kind, rules, constraints);
  return mapspace.isEmpty ? { conflict: explain(architecture, workload, kind, constraints) } : { mapspace };
}

const MAX_CHECKS = 3_000;

function explain(
  architecture: Architecture,
  workload: Workload,
  kind: MapspaceKind,
  all: MapspaceConstraints,
): Conflict {
  const empty = (some: MapspaceConstraints, bounds: Workload = workload): boolean => {
    const rules = spaceRules(architecture, bounds, kind, some);
    return "cause" in rules || new Mapspace(architecture, bounds, kind, rules, some).isEmpty;
  };
  // A dimension whose own factors contradict each other needs nobody else.
  const always = all.filter((c) => c.kind === "remainders");
  for (let dimension = 0; dimension < workload.dimensions.length; dimension++) {
    const own = all.filter((c) => c.kind === "factor" && c.dimension === dimension);
    if (own.length === 0) continue;
    const alone = {
      ...workload,
      dimensions: workload.dimensions.map((d, i) => (i === dimension ? d : { ...d, bound: 1 })),
    };
    const test = (some: MapspaceConstraints) => empty([...always, ...some], alone);
    if (test(own)) return { ids: ids(smallest(own, test)), cause: "factors", dimension };
  }
  const relevant = all.filter((c) =>
    ["factor", "split", "permutation", "max-fanout", "min-parallelism", "remainders"].includes(c.kind),
  );
  const found = smallest(relevant, (some) => empty(some));
  const level = found.length > 0 && found.every((c) => c.level === found[0].level) ? found[0].level : undefined;
  return { ids: ids(found), cause: "fanout", level };
}

const ids = (some: MapspaceConstraints) => some.map((c) => c.id).sort((a, b) => a - b);

/** A smallest subset for which `fails` holds, given that it holds for all: sizes 0, 1, 2 … while checks last. */
function smallest(all: MapspaceConstraints, fails: (some: MapspaceConstraints) => boolean): MapspaceConstraint[] {
  let irreducible = [...all];
  for (const c of all) {
    const without = irreducible.filter((other) => other !== c);
    if (fails(without)) irreducible = without;
  }
  let checks = 0;
  const search = (from: number, size: number, chosen: MapspaceConstraint[]): MapspaceConstraint[] | null => {
    if (size === 0) {
      checks++;
      return fails(chosen) ? chosen : null;
    }
    for (let i = from; i + size <= all.length && checks < MAX_CHECKS; i++) {
      const found = search(i + 1, size - 1, [...chosen, all[i]]);
      if (found !== null) return found;
    }
    return null;
  };
  for (let size = 0; size < irreducible.length && checks < MAX_CHECKS; size++) {
    const found = search(0, size, []);
    if (found !== null) return found;
  }
  return irreducible;
}
