import type { Workload } from "../../engine/model/types.ts";
import type { Problem } from "../../syntax/source.ts";
import { describe, type YamlNode } from "../../syntax/yaml.ts";
import { type Draft, impliedFactor, withFactor } from "./constraints.ts";

/** What is left of each dimension once all fixed factors are taken out. */
export type Remaining = Map<string, number>;

/** Starting point: bounds over all factors `=` of all constraints, rounded up (`get_unconstrained_dims` there). */
export function remainingBounds(workload: Workload, drafts: Iterable<Draft>): Remaining {
  const remaining: Remaining = new Map(workload.dimensions.map(({ name, bound }) => [name, bound]));
  for (const { directive } of drafts) {
    for (const factor of directive.factors) {
      const left = remaining.get(factor.dimension.value);
      if (left === undefined || factor.relation !== "=") continue;
      remaining.set(
        factor.dimension.value,
        Math.ceil(left / (factor.end.value || bound(workload, factor.dimension.value))),
      );
    }
  }
  return remaining;
}

function bound(workload: Workload, name: string): number {
  return workload.dimensions.find((dimension) => dimension.name === name)?.bound ?? 1;
}

/**
 * Writes out `maximize_dims`: fills `capacity` with the named dimensions, list by list, by the front end's greedy
 * rule (`timeloopfe/v4/processors/constraint_macro.py`, `greedy_allocate`). `remaining` is used up as it goes.
 */
export function maximizeDimensions(
  draft: Draft,
  fanout: number,
  workload: Workload,
  remaining: Remaining,
  problems: Problem[],
): Draft {
  const entry = draft.macros.get("maximize_dims");
  if (entry === undefined) return draft;
  const stated = draft.macros.get("maximize_dims_capacity")?.value;
  const spatial = draft.directive.type?.value === "spatial";
  const capacity =
    stated?.kind === "scalar" && typeof stated.value === "number" ? stated.value : spatial ? fanout : null;
  if (capacity === null) {
    problems.push({
      code: "missing-capacity",
      severity: "error",
      message: "A temporal maximize_dims needs maximize_dims_capacity: the product its factors may reach.",
      location: entry.location,
    });
    return draft;
  }
  let directive = draft.directive;
  for (const group of groups(entry.value, problems)) {
    let free = capacity;
    for (const { relation, end, dimension } of directive.factors)
      if (relation !== "<=") free = Math.floor(free / (end.value || bound(workload, dimension.value)));
    const wanted = new Map<string, number>();
    for (const name of group) {
      const left = remaining.get(name);
      const fixed = directive.factors.some((factor) => factor.dimension.value === name);
      if (left !== undefined && !fixed) wanted.set(name, left);
      else problems.push(cannotMaximize(name, fixed, entry.value));
    }
    const found = allocate(wanted, free, new Map()).factors;
    for (const name of wanted.keys()) {
      const factor = found.get(name) ?? 1;
      directive = withFactor(directive, impliedFactor(name, factor, entry.location), problems);
      remaining.set(name, Math.ceil((remaining.get(name) ?? 1) / factor));
    }
  }
  return { directive, macros: draft.macros };
}

function cannotMaximize(name: string, fixed: boolean, node: YamlNode): Problem {
  return {
    code: "maximize-dims",
    severity: "error",
    message: fixed
      ? `${name} already has a factor here, so it cannot be maximized.`
      : `The problem has no dimension ${name}.`,
    location: node.location,
  };
}

/** `[A, B]` is one group, `[[A, B], [C]]` are two. */
function groups(node: YamlNode, problems: Problem[]): string[][] {
  if (node.kind === "sequence") {
    const names = (list: readonly YamlNode[]) => list.flatMap((item) => (item.kind === "scalar" ? [item.text] : []));
    if (node.items.every((item) => item.kind === "scalar")) return [names(node.items)];
    if (node.items.every((item) => item.kind === "sequence")) return node.items.map((item) => names(item.items));
  }
  problems.push({
    code: "wrong-type",
    severity: "error",
    message: `maximize_dims must be a list of dimensions or of such lists, found ${describe(node)}.`,
    location: node.location,
  });
  return [];
}

interface Allocation {
  factors: ReadonlyMap<string, number>;
  utilization: number;
}

/** States looked at for one group; beyond, what is found so far is used. */
const maximumStates = 5000;

const nothing: Allocation = { factors: new Map(), utilization: 1 };

function allocate(wanted: ReadonlyMap<string, number>, capacity: number, known: Map<string, Allocation>): Allocation {
  if (capacity <= 1) return nothing;
  const state = `${capacity}:${[...wanted.values()].join()}`;
  const before = known.get(state);
  if (before !== undefined) return before;
  if (known.size >= maximumStates) return nothing;
  known.set(state, nothing);
  let best = nothing;
  for (const [name, size] of wanted) {
    if (size > capacity) {
      const passes = Math.ceil(size / capacity);
      const factor = Math.ceil(size / passes);
      const utilization = (factor * (passes - 1) + (size % factor)) / passes;
      if (utilization > best.utilization) best = { factors: new Map([[name, factor]]), utilization };
    }
    for (const prime of primeFactors(size)) {
      if (prime > capacity) continue;
      const rest = allocate(new Map(wanted).set(name, size / prime), Math.floor(capacity / prime), known);
      if (rest.utilization * prime <= best.utilization) continue;
      const factors = new Map(rest.factors).set(name, (rest.factors.get(name) ?? 1) * prime);
      best = { factors, utilization: rest.utilization * prime };
    }
  }
  known.set(state, best);
  return best;
}

function primeFactors(value: number): number[] {
  const primes: number[] = [];
  let rest = value;
  for (let divisor = 2; divisor * divisor <= rest; divisor++) {
    if (rest % divisor === 0) primes.push(divisor);
    while (rest % divisor === 0) rest /= divisor;
  }
  if (rest > 1) primes.push(rest);
  return primes;
}
