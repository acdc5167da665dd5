import type { DataSpace, Workload } from "../../engine/model/types.ts";
import type { Located, Problem } from "../../syntax/source.ts";
import type { YamlEntry } from "../../syntax/yaml.ts";
import { readFactorList, readFactorText } from "../factors.ts";
import { didYouMean, listed, renameFixes } from "../nearest.ts";
import type { ConstraintSource } from "../types.ts";
import { type Draft, impliedFactor, type MacroKey, withFactor } from "./constraints.ts";

/**
 * Writes out the macros of a constraint that need only the problem: `factors_only`, `keep_only` and so on
 * (`timeloopfe/v4/processors/constraint_macro.py`). `maximize_dims` comes later: see `maximize.ts`.
 */
export function expandMacros(draft: Draft, workload: Workload, problems: Problem[]): Draft {
  let directive = draft.directive;
  const once = (key: MacroKey, change: (entry: YamlEntry) => ConstraintSource): void => {
    const entry = draft.macros.get(key);
    if (entry !== undefined) directive = change(entry);
  };
  const ones = (names: Iterable<string>, entry: YamlEntry): ConstraintSource => {
    let changed = directive;
    for (const name of names) changed = withFactor(changed, impliedFactor(name, 1, entry.location), problems);
    return changed;
  };
  const spaces = (entry: YamlEntry) => readDataSpaces(entry, workload, problems);
  const all = workload.dimensions.map(({ name }) => name);

  once("factors_only", (entry) => {
    for (const factor of macroFactors(entry, problems)) directive = withFactor(directive, factor, problems);
    const stated = new Set(directive.factors.map((factor) => factor.dimension.value));
    return ones(
      all.filter((name) => !stated.has(name)),
      entry,
    );
  });
  once("no_iteration_over_dataspaces", (entry) => ones(dimensionsOf(spaces(entry), workload), entry));
  once("must_iterate_over_dataspaces", (entry) => {
    const wanted = dimensionsOf(spaces(entry), workload);
    return ones(
      all.filter((name) => !wanted.has(name)),
      entry,
    );
  });
  const divide = (entry: YamlEntry, chosen: "keep" | "bypass", others: "keep" | "bypass"): ConstraintSource => {
    const names = spaces(entry).map(({ name }) => name);
    const place = (name: string): Located<string> => ({ value: name, location: entry.value.location });
    const rest = workload.dataSpaces.map(({ name }) => name).filter((name) => !names.includes(name));
    return {
      ...directive,
      [chosen]: union(directive[chosen], names.map(place)),
      [others]: union(directive[others], rest.map(place)),
    };
  };
  once("keep_only", (entry) => divide(entry, "keep", "bypass"));
  once("bypass_only", (entry) => divide(entry, "bypass", "keep"));
  return { directive, macros: draft.macros };
}

/** Both lists, each name once. */
export function union(first: readonly Located<string>[], second: readonly Located<string>[]): Located<string>[] {
  const names = new Set(first.map(({ value }) => value));
  return [...first, ...second.filter(({ value }) => !names.has(value))];
}

function macroFactors({ value }: YamlEntry, problems: Problem[]) {
  if (value.kind === "sequence") return readFactorList(value.items, problems);
  return value.kind === "scalar" ? readFactorText(value, problems) : [];
}

function readDataSpaces({ value }: YamlEntry, workload: Workload, problems: Problem[]): DataSpace[] {
  const nodes = value.kind === "sequence" ? value.items : [value];
  const known = workload.dataSpaces.map(({ name }) => name);
  return nodes.flatMap((node) => {
    const name = node.kind === "scalar" ? node.text : "";
    const found = workload.dataSpaces.find((space) => space.name === name);
    if (found !== undefined) return [found];
    problems.push({
      code: "unknown-data-space",
      severity: "error",
      message: `The problem has no data space “${name}”; it has ${listed(known)}.${didYouMean(name, known)}`,
      location: node.location,
      fixes: renameFixes(name, known, node.location),
    });
    return [];
  });
}

function dimensionsOf(spaces: readonly DataSpace[], workload: Workload): Set<string> {
  const indices = spaces.flatMap((space) => space.ranks.flat().map((term) => term.dimension));
  return new Set(indices.flatMap((index) => workload.dimensions[index]?.name ?? []));
}
