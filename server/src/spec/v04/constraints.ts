import type { Located, Location, Problem } from "../../syntax/source.ts";
import { EntryIndex, isNull, type YamlEntry, type YamlMap, type YamlNode } from "../../syntax/yaml.ts";
import { type DirectiveContext, readDirective } from "../directives.ts";
import { renameFixes } from "../nearest.ts";
import type { ConstraintSource, DirectiveType, FactorSource } from "../types.ts";
import { evaluateEntries, type Scope } from "./scope.ts";

/** Keys that stand for several constraints at once (`timeloopfe/v4/processors/constraint_macro.py`). */
export const macroKeys = [
  "factors_only",
  "no_iteration_over_dataspaces",
  "must_iterate_over_dataspaces",
  "maximize_dims",
  "maximize_dims_capacity",
  "keep_only",
  "bypass_only",
] as const;
export type MacroKey = (typeof macroKeys)[number];

/** A constraint under construction: what one component is given for one type. */
export interface Draft {
  directive: ConstraintSource;
  macros: ReadonlyMap<MacroKey, YamlEntry>;
}

/** The constraints of one leaf by type. */
export type Drafts = Map<DirectiveType, Draft>;

const context: DirectiveContext = { scope: "constraint", version: "0.4" };
const groupTypes: readonly DirectiveType[] = [
  "spatial",
  "temporal",
  "dataspace",
  "max_overbooked_proportion",
  "utilization",
];

/** A constraint that says nothing yet. */
export function emptyDraft(target: Located<string>, type: DirectiveType, location: Location): Draft {
  return {
    macros: new Map(),
    directive: {
      target,
      type: { value: type, location },
      factors: [],
      factorsLocation: null,
      permutation: null,
      permutationLocation: null,
      split: null,
      keep: [],
      bypass: [],
      noReuse: [],
      noTemporalReuse: [],
      noLinkTransfer: [],
      noMulticastNoReduction: [],
      rmwFirstUpdate: [],
      noCoalesce: [],
      remainders: null,
      min: null,
      max: null,
      defaultMinFactor: null,
      defaultMaxFactor: null,
      location,
      scope: "architecture",
    },
  };
}

/** Says nothing at all: the front end drops it. */
export function isEmpty({ directive }: Draft): boolean {
  const { target, type, location, scope, factorsLocation, factorsListed, permutationLocation, ...content } = directive;
  return Object.values(content).every((value) => value === null || (Array.isArray(value) && value.length === 0));
}

/** Reads `constraints:` of a component. */
export function readConstraintGroup(
  node: YamlNode | undefined,
  target: Located<string>,
  scope: Scope,
  problems: Problem[],
): Drafts {
  const drafts: Drafts = new Map();
  if (node === undefined || isNull(node)) return drafts;
  if (node.kind !== "map") {
    problems.push({
      code: "wrong-type",
      severity: "error",
      message: "constraints must be a map with spatial, temporal or dataspace in it.",
      location: node.location,
    });
    return drafts;
  }
  for (const { key, value } of node.entries) {
    const type = groupTypes.find((name) => name === key.text);
    if (type === undefined) {
      if (key.text.includes("ignore")) continue;
      problems.push({
        code: "unknown-key",
        severity: "warning",
        message: `“${key.text}” is no type of constraint and is ignored.`,
        location: key.location,
        fixes: renameFixes(key.text, groupTypes, key.location),
      });
    } else if (value.kind === "map") {
      drafts.set(type, readDraft(value, scope, problems, { target, type: { value: type, location: key.location } }));
    } else if (!isNull(value)) {
      problems.push({
        code: "wrong-type",
        severity: "error",
        message: `The ${type} constraint must be a map, such as {factors: [K=1]}.`,
        location: value.location,
      });
    }
  }
  return drafts;
}

/** Keys whose values may be arithmetic. */
const numberKeys = new Set([
  "split",
  "remainders",
  "default_max_factor",
  "default_min_factor",
  "maximize_dims_capacity",
  "proportion",
  "min",
]);

/** Reads one constraint; its macros are kept aside until the problem is known. */
export function readDraft(
  map: YamlMap,
  scope: Scope,
  problems: Problem[],
  given: { target?: Located<string>; type?: Located<DirectiveType> } = {},
): Draft {
  const macros = new Map<MacroKey, YamlEntry>();
  const computed = evaluateEntries(map, scope, problems, (key) => numberKeys.has(key));
  const plain = computed.entries.filter((entry) => {
    const macro = macroKeys.find((key) => key === entry.key.text);
    if (macro !== undefined) macros.set(macro, entry);
    return macro === undefined;
  });
  const rest: YamlMap = { ...map, entries: plain, index: new EntryIndex(plain) };
  const directive = readDirective(rest, context, problems, given);
  return { directive: { ...directive, scope: "architecture" }, macros };
}

/** Adds constraints of lists (`constraints: {targets: […]}`) to those of the leaf they name. */
export function attachDraft(drafts: Drafts, draft: Draft, problems: Problem[]): void {
  const written = draft.directive.type?.value;
  if (written === undefined) return;
  const type = written === "datatype" || written === "bypass" ? "dataspace" : written;
  const own = drafts.get(type);
  drafts.set(type, own === undefined ? draft : combine(own, draft, problems));
}

/** Both constraints at once. Where they contradict one another the front end stops; the first one is used. */
export function combine(first: Draft, second: Draft, problems: Problem[]): Draft {
  const [a, b] = [first.directive, second.directive];
  let directive: ConstraintSource = { ...b, ...withoutEmpty(a), location: a.location };
  for (const key of listKeys) {
    const names = new Set(a[key].map(({ value }) => value));
    directive = { ...directive, [key]: [...a[key], ...b[key].filter(({ value }) => !names.has(value))] };
  }
  if (a.permutation !== null && b.permutation !== null) {
    const spelled = (source: ConstraintSource) => (source.permutation ?? []).map(({ value }) => value).join(" ");
    if (spelled(a) !== spelled(b))
      problems.push(contradiction("permutation", spelled(a), b.permutationLocation ?? b.location));
  }
  directive = { ...directive, factors: a.factors };
  for (const factor of b.factors) directive = withFactor(directive, factor, problems);
  return { directive, macros: new Map([...second.macros, ...first.macros]) };
}

const listKeys = [
  "keep",
  "bypass",
  "noReuse",
  "noTemporalReuse",
  "noLinkTransfer",
  "rmwFirstUpdate",
  "noCoalesce",
] as const;

function withoutEmpty(source: ConstraintSource): Partial<ConstraintSource> {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== null));
}

function contradiction(what: string, value: string, location: Location): Problem {
  return {
    code: "conflicting-constraint",
    severity: "error",
    message: `This contradicts another constraint of the same component: ${what} is already ${value} there, and that counts.`,
    location,
  };
}

/** The directive with one more factor; the same dimension twice must agree (`constraints.py`, `Factors`). */
export function withFactor(directive: ConstraintSource, factor: FactorSource, problems: Problem[]): ConstraintSource {
  const same = directive.factors.filter((other) => other.dimension.value === factor.dimension.value);
  if (same.some((other) => other.relation === factor.relation && other.end.value === factor.end.value))
    return directive;
  const pair = (other: FactorSource) =>
    other.end.value === factor.end.value ||
    (other.relation !== "=" && factor.relation !== "=" && other.relation !== factor.relation);
  const clash = same.find((other) => !pair(other));
  if (clash !== undefined) {
    const { dimension, relation, end } = clash;
    problems.push(contradiction("the factor", `${dimension.value}${relation}${end.value}`, factor.location));
    return directive;
  }
  return { ...directive, factors: [...directive.factors, factor] };
}

/** A factor `dimension=end` that nobody wrote: it stands where its cause does. */
export function impliedFactor(dimension: string, end: number, location: Location): FactorSource {
  return {
    dimension: { value: dimension, location },
    relation: "=",
    end: { value: end, location },
    residual: null,
    location,
  };
}
